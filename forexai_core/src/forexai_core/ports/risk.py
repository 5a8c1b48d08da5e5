"""Risk rules: what may refuse an order before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["Proposal", "RiskOffer", "RiskRule", "Verdict"]


@attrs.frozen(kw_only=True)
class Proposal:
    """An order about to be sent, and all that a rule may know when it judges it.

    Attributes
    ----------
    time_ns : int
        Now, nanoseconds UTC. A rule reads no other clock.
    request : OrderRequest
        What would be sent; a stop and a volume are already in it.
    instrument : Instrument
        Its contract.
    bid, ask : float
        The quote on which it was decided.
    account : AccountState
        Now.
    positions, orders : tuple
        All that is open and all that works on the account, of every symbol.
    day_start_equity, peak_equity : float
        Equity when the account's day began, and the highest seen; account currency.
    recent_order_times_ns : tuple of int
        When the orders of the last minute and more were sent, oldest first.
    profit_rate : float
        Account currency per unit of the instrument's profit currency.
    entry_risk : float or None
        Money lost if the stop is hit, without slippage; None without a stop.
    """

    time_ns: int
    request: OrderRequest
    instrument: Instrument
    bid: float
    ask: float
    account: AccountState
    positions: tuple[Position, ...] = ()
    orders: tuple[OrderState, ...] = ()
    day_start_equity: float
    peak_equity: float
    profit_rate: float
    recent_order_times_ns: tuple[int, ...] = ()
    entry_risk: float | None = None

    @property
    def opens(self) -> bool:
        """Whether it may add exposure. Rules let everything else pass: risk must always be reducible."""
        return self.request.opens

    @property
    def spread_points(self) -> float:
        """The spread on which it was decided."""
        return (self.ask - self.bid) / self.instrument.point


@attrs.frozen(kw_only=True)
class Verdict:
    """What a rule says of a proposal.

    Attributes
    ----------
    allowed : bool
        False refuses.
    rule : str
        Name of the rule.
    reason : str
        For the trader; needed where it refuses.
    limit, value : float or None
        The limit and what would break it, in the rule's unit.
    facts : mapping of str to float
        What the rule looked at, for the journal.
    """

    allowed: bool
    rule: str
    reason: str = ""
    limit: float | None = None
    value: float | None = None
    facts: Mapping[str, float] = attrs.field(factory=dict)


@runtime_checkable
class RiskRule(Protocol):
    """A rule that judges orders.

    All rules are asked, any refusal wins, and a rule that raises has refused. The same proposal gets the
    same verdict: a rule keeps no state and reads no clock.
    """

    @property
    def name(self) -> str:
        """Name in verdicts and messages."""
        ...

    def judge(self, proposal: Proposal) -> Verdict:
        """Allow the proposal, or refuse it and say why."""
        ...


@attrs.frozen(kw_only=True)
class RiskOffer(Offer[RiskRule]):
    """A risk rule.

    Attributes
    ----------
    default : bool
        Whether a live or paper session has it unless it is switched off.
    """

    kind: ClassVar[str] = "risk"

    default: bool = False
