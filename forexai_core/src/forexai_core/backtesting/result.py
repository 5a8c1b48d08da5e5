"""The result of a backtest: trades, equity, figures, and everything they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, FILL, TRADE
from forexai_core.backtesting.assumptions import assumptions_of
from forexai_core.backtesting.attribution import Attribution, own_curve
from forexai_core.backtesting.candles import Candles
from forexai_core.backtesting.doubts import count_doubts, doubts_of
from forexai_core.backtesting.fingerprints import result_fingerprint
from forexai_core.backtesting.records import CostUsed, DataUsed, Interval, StrategyUsed, TrialsCount, read_only
from forexai_core.backtesting.summary import summary_text
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.metrics import Figures, Slice, breakdowns
from forexai_core.ports.report import Report
from forexai_core.values.accounts import Account

if TYPE_CHECKING:
    import pandas as pd

    from forexai_core.risk.standings import RiskReport  # slow to load, and most runs set no limits

__all__ = ["Reports", "Result"]

T = TypeVar("T")

Reports = Callable[[], Mapping[str, Report]]
"""Gives, when asked, the kinds of report by the suffix of their files: ``{".html": …}``."""


def _rows(array: NDArray[np.void], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    if (array.dtype is not dtype and array.dtype != dtype) or array.ndim != 1:
        raise DataShapeError(f"A result takes one-dimensional arrays of dtype {dtype.names}, not {array.dtype}.")
    view = array.view()  # not a copy: a million rows of equity are handed over, not doubled
    view.flags.writeable = False
    return view


Rows = NDArray[np.void]


def _trades(array: Rows) -> Rows:
    return _rows(array, TRADE)


def _equity(given: Rows | Callable[[], Rows]) -> Rows | Callable[[], Rows]:
    return given if callable(given) else _rows(given, EQUITY)


def _fills(given: Rows | Callable[[], Rows] | None) -> Rows | Callable[[], Rows]:
    return given if callable(given) else _rows(np.empty(0, FILL) if given is None else given, FILL)


def _settled(value: T | Callable[[], T]) -> T:
    return value() if callable(value) else value


_NOT_COMPUTED = "the run was made without the computation of an interval"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Result:
    """What a backtest found.

    Figures that cost time are worked out when first asked: those fields take a value, or a
    function that gives it.

    Attributes
    ----------
    trades : (trades,) TRADE
        One row a closing deal, in the order of closing.
    equity : (rows,) EQUITY
        The account after each bar or tick.
    fills : (deals,) FILL
        Every deal.
    account : Account
        As it began.
    strategies : tuple of StrategyUsed
        What traded.
    data : tuple of DataUsed
        What it read.
    costs : tuple of CostUsed
        What was charged, and where each figure comes from.
    choices : mapping of str to str
        Rules of the run that another run might choose otherwise, as lines for people.
    counts : mapping of str to int
        What happened beside trades: ``dropped_decisions``, ``crossed_quotes``, ``refused_orders`` …
    seed : int
        Of everything random.
    engine_version : str
        Version of forexai-core that computed it.
    risk : RiskReport or None
        How near the account came to its limits and objectives; None without limits, and in a result that was read
        from a file, whose `choices` keep it as lines.
    """

    trades: Rows = attrs.field(converter=_trades)
    _equity: Rows | Callable[[], Rows] = attrs.field(converter=_equity)
    _fills: Rows | Callable[[], Rows] = attrs.field(default=None, converter=_fills)
    account: Account
    strategies: tuple[StrategyUsed, ...]
    data: tuple[DataUsed, ...]
    costs: tuple[CostUsed, ...] = ()
    choices: Mapping[str, str] = attrs.field(default=None, converter=read_only)
    counts: Mapping[str, int] = attrs.field(default=None, converter=read_only)
    seed: int = 0
    engine_version: str
    _metrics: Figures | Callable[[], Figures]
    _input_fingerprint: str | Callable[[], str]
    _attribution: Mapping[str, Attribution] | None = None
    _interval: Interval | Callable[[], Interval] | None = None
    _trials: TrialsCount | Callable[[], TrialsCount] | None = None
    _candles: Callable[[int], Mapping[str, Candles]] = attrs.field(default=lambda _: {})
    _reports: Reports | None = None
    _settle: Callable[[], None] | None = None
    risk: RiskReport | None = None

    @cached_property
    def equity(self) -> NDArray[np.void]:
        """(rows,) EQUITY, the account after each bar or tick; laid out when first asked for."""
        return _rows(_settled(self._equity), EQUITY)

    @cached_property
    def fills(self) -> NDArray[np.void]:
        """(deals,) FILL, every deal; made when first asked for."""
        return _rows(_settled(self._fills), FILL)

    @cached_property
    def metrics(self) -> Figures:
        """Figures by name, None where undefined: see :data:`forexai_core.metrics.METRICS`."""
        return read_only(_settled(self._metrics))

    @cached_property
    def attribution(self) -> Mapping[str, Attribution]:
        """What each strategy made, by its name or that of its sleeve; all of it where there is one."""
        if self._attribution is not None:
            return MappingProxyType(dict(self._attribution))
        equity = own_curve(self.equity["time_ns"], self.equity["equity"])
        name = self.strategies[0].owner if len(self.strategies) == 1 else self.strategy_name
        whole = Attribution(name=name, trades=self.trades, equity=equity, metrics=self.metrics)
        return MappingProxyType({name: whole})

    @cached_property
    def breakdowns(self) -> Mapping[str, Sequence[Slice]]:
        """Trades by ``hour, weekday, session, month, symbol, side``, on the account's clock."""
        return breakdowns(self.trades, clock=self.account.clock)

    @cached_property
    def interval(self) -> Interval:
        """Between which net profits the result lies, whatever happened inside the bars."""
        if self._interval is not None:
            return _settled(self._interval)
        ambiguous = int(np.count_nonzero(self.trades["ambiguous"]))
        return Interval(
            worst=None,
            expected=None,
            best=None,
            ambiguous_trades=ambiguous,
            certified=False,
            reason=_NOT_COMPUTED,
            doubts=count_doubts(self.trades),
        )

    @cached_property
    def trials_count(self) -> TrialsCount | None:
        """How often the idea has been tried on this data, and the head of the ledger; None if nobody counted."""
        return _settled(self._trials)

    @property
    def trials(self) -> int | None:
        """How many evaluations of this idea on this data were recorded so far; None if nobody counted."""
        return None if self.trials_count is None else self.trials_count.count

    @cached_property
    def input_fingerprint(self) -> str:
        """Hex digest of data, settings, seed and engine."""
        return _settled(self._input_fingerprint)

    @cached_property
    def result_fingerprint(self) -> str:
        """Hex digest of trades and equity."""
        return result_fingerprint(self.trades, self.equity)

    @cached_property
    def assumptions(self) -> Mapping[str, str]:
        """What the result rests on, as lines for people."""
        return MappingProxyType(assumptions_of(self))

    @property
    def strategy_name(self) -> str:
        """Names of the strategies, or of their sleeves, joined."""
        return " + ".join(strategy.owner for strategy in self.strategies)

    @property
    def start_ns(self) -> int:
        """When the data begins, nanoseconds UTC; 0 without data."""
        return min((each.start_ns for each in self.data), default=0)

    @property
    def end_ns(self) -> int:
        """When the data ends, nanoseconds UTC; 0 without data."""
        return max((each.end_ns for each in self.data), default=0)

    @property
    def trades_at_weekends(self) -> bool:
        """Whether any of the markets does."""
        return any(each.trades_at_weekends for each in self.data)

    def candles(self, at_most: int = 5_000) -> Mapping[str, Candles]:
        """Give the prices for a chart, by symbol.

        Parameters
        ----------
        at_most : int
            Upper bound of the candles of all symbols together.

        Returns
        -------
        mapping of str to Candles
            Empty where the prices are not at hand.
        """
        symbols = max(1, len({each.symbol for each in self.data}))
        return self._candles(max(1, at_most // symbols))

    def trades_frame(self) -> pd.DataFrame:
        """Copy the trades into a pandas frame, with UTC times beside their nanoseconds, and doubts by name."""
        import pandas as pd  # slow to load: only who wants frames pays for it

        columns: dict[str, object] = {}
        for name in TRADE.names or ():
            values = np.array(self.trades[name])
            if name.endswith("_time_ns"):
                columns[name.removesuffix("_ns")] = pd.DatetimeIndex(values.view("datetime64[ns]"), tz="UTC")
            columns[name] = [" ".join(doubts_of(code)) for code in values.tolist()] if name == "doubts" else values
        return pd.DataFrame(columns)

    def summary(self) -> str:
        """Write the figures as a table of text."""
        return summary_text(self)

    def __repr__(self) -> str:
        net = self.metrics.get("net_profit")
        profit = "" if net is None else f", net profit {net:,.{self.account.digits}f} {self.account.currency}"
        return f"<Result {self.strategy_name}: {len(self.trades):,} trades{profit}>"

    def save(self, path: str | Path) -> Path:
        """Write everything as JSON; :func:`load_result` reads it back.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        StorageError
            If it could not be written; then what was there is untouched.
        """
        from forexai_core.backtesting.saved import save_result  # who saves nothing need not load the schema

        self._make_durable()
        return save_result(self, Path(path))

    def to_csv(self, path: str | Path) -> Path:
        """Write the trades as CSV, one row each, with ISO times beside nanoseconds.

        Raises
        ------
        StorageError
            If it could not be written; then what was there is untouched.
        """
        from forexai_core.backtesting.csv_files import save_trades_csv  # only who wants one

        return save_trades_csv(self.trades, Path(path))

    def report(self, path: str | Path, *, reports: Mapping[str, Report] | None = None) -> Path:
        """Write a report; the suffix of the file says which kind.

        Parameters
        ----------
        path : str or Path
            ``r.html``, ``r.json``, ``r.csv``, or the suffix of any report that a plugin offers.
        reports : mapping of str to Report, optional
            Kinds of report by suffix; default: those that the run was given.

        Raises
        ------
        ConfigError
            If no report has that suffix.
        StorageError
            If it could not be written; then what was there is untouched.
        """
        target = Path(path)
        known = reports if reports is not None else {} if self._reports is None else self._reports()
        writer = known.get(target.suffix.lower())
        if writer is None:
            there = ", ".join(sorted(known)) or "none"
            raise ConfigError(
                f"No report writes '{target.suffix or target.name}' files. There are: {there}. Choose one of these "
                "suffixes, or install a plugin that offers the kind."
            )
        self._make_durable()
        writer.write(self, target)
        return target

    def _make_durable(self) -> None:
        """Bring the ledger of trials to disk before its head is stamped into a file."""
        if self._settle is not None:
            self._settle()

    def with_reports(self, reports: Reports) -> Result:
        """Give the same result with these kinds of report."""
        return attrs.evolve(self, reports=reports)
