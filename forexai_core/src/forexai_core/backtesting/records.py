"""What a result says about how it came to be: strategy, data, costs, trials, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import attrs

from forexai_core.backtesting.doubts import doubt_lines
from forexai_core.ports.trials import Head

__all__ = ["CostSource", "CostUsed", "DataUsed", "Interval", "StrategyUsed", "TrialsCount"]


def read_only(value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Copy a mapping into one that cannot be changed."""
    return MappingProxyType(dict(value or {}))


@attrs.frozen(kw_only=True)
class StrategyUsed:
    """The strategy of a run.

    Attributes
    ----------
    name : str
        As it is offered: ``sma-cross``.
    form : str
        How it is written: ``class``, ``vector``, ``compiled`` or ``rules``.
    parameters : mapping of str to object
        Every parameter with its value, also those left at their default.
    title : str
        For people; the name where there is none.
    sleeve, symbol, timeframe : str
        Where several share an account: what this one is called there, and which bars it decides on.
    """

    name: str
    form: str = ""
    parameters: Mapping[str, Any] = attrs.field(default=None, converter=read_only)
    title: str = ""
    sleeve: str = ""
    symbol: str = ""
    timeframe: str = ""

    @property
    def owner(self) -> str:
        """What its trades are called by: the sleeve's name, else its own."""
        return self.sleeve or self.name


@attrs.frozen(kw_only=True)
class DataUsed:
    """One series of prices that a run read.

    Attributes
    ----------
    symbol, timeframe : str
        What the prices are of.
    rows : int
        Bars or ticks.
    start_ns, end_ns : int
        When the first one opened and the last one ended, nanoseconds UTC.
    digits : int
        Decimals of the prices.
    sides : str
        What is known of the spread: ``bid and ask``, ``bid and spread``, ``bid``.
    crossed_quotes : int
        Rows in which the ask lay below the bid; they were raised to it.
    trades_at_weekends : bool
        Whether the market does.
    fingerprint : str
        Of every price; hex.
    provenance : mapping of str to str
        Where the prices come from and what was done to them.
    """

    symbol: str
    timeframe: str
    rows: int
    start_ns: int
    end_ns: int
    digits: int = 5
    sides: str = "bid"
    crossed_quotes: int = 0
    trades_at_weekends: bool = False
    fingerprint: str = ""
    provenance: Mapping[str, str] = attrs.field(default=None, converter=read_only)


class CostSource(StrEnum):
    """Where a cost comes from."""

    GIVEN = "given"
    DATA = "data"
    CATALOGUE = "catalogue default"
    NONE = "none assumed"


@attrs.frozen(kw_only=True)
class CostUsed:
    """One cost that a run charged.

    Attributes
    ----------
    symbol : str
        Of which instrument.
    name : str
        ``spread``, ``commission``, ``slippage``, ``swap long``, ``swap short``.
    value : float or None
        In ``unit``; None where each row of the data brings its own.
    unit : str
        ``points``, ``USD per lot and side``, ``points a night`` …
    source : CostSource
        Whether it was given, came with the data, is the catalogue's typical value, or was left out and is not charged.
    """

    symbol: str
    name: str
    value: float | None
    unit: str
    source: CostSource = attrs.field(converter=CostSource)


@attrs.frozen(kw_only=True)
class TrialsCount:
    """How often the idea of a run has been tried on its data.

    Attributes
    ----------
    count : int
        Evaluations recorded so far, this one included.
    head : Head
        Where the ledger of trials stood then.
    """

    count: int
    head: Head


@attrs.frozen(kw_only=True)
class Interval:
    """Between which net profits the result must lie, whatever happened inside the bars.

    Attributes
    ----------
    worst, expected, best : float or None
        Net profit, account currency; None where it was not computed.
    expected_error : float or None
        Standard error of ``expected``.
    ambiguous_trades : int
        Trades of which the bars leave open how they ended.
    certified : bool
        Whether ``worst`` and ``best`` are proven to bound every path; if not, they are estimates.
    reason : str
        Why not, when not.
    jump_points : int
        By how much a stop may fill beyond its price in ``worst``.
    doubts : mapping of str to int
        How many of the ambiguous trades are so for which reason, by the names of ``arrays.DOUBTS``; one may have
        several.
    """

    worst: float | None
    expected: float | None
    best: float | None
    ambiguous_trades: int
    certified: bool
    reason: str = ""
    expected_error: float | None = None
    jump_points: int = 0
    doubts: Mapping[str, int] = attrs.field(factory=dict, hash=False)

    @property
    def explanation(self) -> str:
        """All of it in words, line by line: the bounds, why they are no proof, and what the bars left in doubt."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.worst is None or self.best is None:
            yield "No bounds of the net profit are known."
        elif self.certified:
            yield f"Certified: the net profit lies between {self.worst:,.2f} and {self.best:,.2f}."
        else:
            yield f"Not certified: the net profit lies at about {self.worst:,.2f} to {self.best:,.2f}."
        if self.reason:
            yield f"Why not: {self.reason}"
        yield f"Trades in doubt by the bars: {self.ambiguous_trades:,}."
        yield from (f"  {line}." for line in doubt_lines(self.doubts))
