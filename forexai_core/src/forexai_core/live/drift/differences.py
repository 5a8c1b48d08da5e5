"""The causes of drift, one difference, and the report of all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs

from forexai_core.values.clocks import format_time_ns

__all__ = ["AccountDrift", "Cause", "Difference", "DriftShare"]


class Cause(StrEnum):
    """Why a session and the backtest of its period differ."""

    DATA = "data"
    """The strategy saw other bars, or one of them is missing."""
    SIGNAL = "signal"
    """It saw the same, and decided otherwise: another strategy, parameter or release."""
    PRICE = "price"
    """It decided the same, and the venue quoted otherwise, or charged otherwise."""
    SLIPPAGE = "slippage"
    """The quote was the same, and the fill was not."""
    REJECTION = "rejection"
    """The venue refused, or took a part only."""
    RISK = "risk"
    """A limit, a halt or the confirmation refused or made it smaller, or closed what was open."""
    TIMING = "timing"
    """The same was decided, or filled, at another instant."""


@attrs.define(kw_only=True, eq=False)
class Difference:
    """One thing that a session did otherwise than the backtest, with its one cause.

    Attributes
    ----------
    number : int
        From 1, in the order of time.
    account, strategy, symbol : str
        Whose.
    time_ns : int
        When it was decided, or closed by the venue; nanoseconds UTC.
    what : str
        ``entry``, ``exit``, ``change`` or ``charge``.
    cause : Cause
        Why.
    said : str
        The evidence in words, with its figures.
    live, backtest : mapping or None
        Lots, price, time and state in each record; None where it did not happen there.
    follows : int
        The difference that brought this one about, whose cause it shares; 0 where it stands for itself.
    money : Decimal
        What it made: the session's money less the backtest's, account currency.
    """

    number: int
    account: str
    strategy: str
    symbol: str
    time_ns: int
    what: str
    cause: Cause
    said: str
    live: Mapping[str, Any] | None
    backtest: Mapping[str, Any] | None
    follows: int = 0
    money: Decimal = Decimal(0)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it; money and nanoseconds as text."""
        plain = attrs.asdict(self, recurse=False)
        return plain | {"cause": str(self.cause), "time_ns": str(self.time_ns), "money": str(self.money)}

    def line(self) -> str:
        """Give it as a line for people."""
        after = f" (follows {self.follows})" if self.follows else ""
        return (
            f"{self.number:>4}  {format_time_ns(self.time_ns)}  {self.strategy}  {self.symbol}  {self.what:<6}  "
            f"{self.cause:<9}  {self.money:>+12.2f}  {self.said}{after}"
        )


@attrs.frozen(kw_only=True)
class DriftShare:
    """What one cause comes to.

    Attributes
    ----------
    cause : Cause
        Which.
    differences : int
        How many.
    money : Decimal
        Their sum, account currency.
    """

    cause: Cause
    differences: int
    money: Decimal


@attrs.frozen(kw_only=True, eq=False)
class AccountDrift:
    """How far an account's session is from the backtest of its period.

    Attributes
    ----------
    account : str
        Which.
    first_ns, last_ns : int
        The period, nanoseconds UTC; 0 where nothing was decided.
    decisions : int
        That both records have.
    only_live, only_backtest : int
        Decisions of one record alone.
    other_inputs : int
        Decisions of both that saw another bar or quote, whether anything came of it or not.
    live_net, backtest_net : Decimal
        What the deals of the strategies booked, account currency: what is still open is not in it.
    others_net : Decimal
        What deals of nobody in the session booked, which is compared with nothing.
    differences : tuple of Difference
        In the order of time.
    ended : bool
        Whether the journal says that the session ended: without that only what it holds is compared.
    """

    account: str
    first_ns: int
    last_ns: int
    decisions: int
    only_live: int
    only_backtest: int
    other_inputs: int
    live_net: Decimal
    backtest_net: Decimal
    others_net: Decimal
    differences: tuple[Difference, ...]
    ended: bool = True

    @property
    def total(self) -> Decimal:
        """The session's net result less the backtest's, account currency."""
        return self.live_net - self.backtest_net

    @property
    def shares(self) -> tuple[DriftShare, ...]:
        """Every cause with its share; their money adds up to :attr:`total` exactly."""
        return tuple(
            DriftShare(
                cause=cause,
                differences=sum(each.cause is cause for each in self.differences),
                money=sum((each.money for each in self.differences if each.cause is cause), Decimal(0)),
            )
            for cause in Cause
        )

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        plain = ("decisions", "only_live", "only_backtest", "other_inputs", "ended")
        return {
            "account": self.account,
            "first_ns": str(self.first_ns),
            "last_ns": str(self.last_ns),
            **{name: getattr(self, name) for name in plain},
            "live_net": str(self.live_net),
            "backtest_net": str(self.backtest_net),
            "others_net": str(self.others_net),
            "total": str(self.total),
            "causes": {
                str(each.cause): {"differences": each.differences, "money": str(each.money)} for each in self.shares
            },
            "differences": [each.as_dict() for each in self.differences],
        }
