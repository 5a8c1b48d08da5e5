"""Risk rules: what may refuse an order before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.halts import Halt
from forexai_core.ports.offers import Offer
from forexai_core.values.accounts import AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["Holding", "HoldingKind", "LossFloor", "Proposal", "RiskOffer", "RiskRule", "Verdict"]


class HoldingKind(StrEnum):
    """What makes a risk: something open, something that waits, or an intent on its way or of unknown outcome."""

    POSITION = "position"
    ORDER = "order"
    INTENT = "intent"


@attrs.frozen(kw_only=True)
class Holding:
    """A position, a working order that may open one, or an intent that may have, as a risk.

    Attributes
    ----------
    kind : HoldingKind
        Which of them. An intent that is not settled yet counts with its full volume.
    symbol : str
        The venue's name of the instrument.
    base_currency, quote_currency : str
        What is bought and sold; where the instrument is no pair, what it is counted in, twice.
    side : int
        +1 long, -1 short.
    volume_lots : float
        What is open, or may be.
    value : float
        Of its base volume, account currency, positive.
    loss_at_stop : float or None
        Money that the account loses from now on if its stop is hit, closing costs included (and opening ones,
        where it is not open yet); None without a stop.
    night_cost : float
        What the coming rollover charges it, 0 or above; a credit counts as 0.
    """

    kind: HoldingKind = attrs.field(converter=HoldingKind)
    symbol: str
    base_currency: str
    quote_currency: str
    side: int
    volume_lots: float
    value: float
    loss_at_stop: float | None
    night_cost: float = 0.0


@attrs.frozen(kw_only=True)
class LossFloor:
    """The equity below which a loss limit is broken.

    Attributes
    ----------
    rule : str
        Name of the rule that keeps it.
    equity : float
        The floor, account currency.
    base : float
        What it is reckoned from: the day's reference, the initial balance or the high-water mark.
    allowance : float
        What may be lost from there.
    broken_ns : int
        When it was broken and has not been armed again since, nanoseconds UTC; 0: it stands.
    """

    rule: str
    equity: float
    base: float
    allowance: float
    broken_ns: int = 0


@attrs.frozen(kw_only=True)
class Proposal:
    """An order, or a change that raises what can be lost, about to be sent; and all that a rule may know of it.

    What is judged is what it leads to. An order that adds to a position of a netting account leads to the whole of it,
    at the stop that all of it has then, with the other orders that may come to be a part of it; one that turns a
    position round leads to what it opens. What only reduces is not judged.

    Attributes
    ----------
    time_ns : int
        Now, nanoseconds UTC. A rule reads no other clock.
    request : OrderRequest
        What would be sent; a stop and a volume are already in it. Of a change: the order as it would stand; of a change
        of a position, an order at the market of its side and volume, with the stop that it would have.
    instrument : Instrument
        Its contract.
    bid, ask : float
        The quote on which it was decided.
    account : AccountState
        Now.
    positions, orders : tuple
        All that is open and all that works on the account, of every symbol, as it is now.
    day_start_equity, peak_equity : float
        Equity when the account's day began, and the highest seen; account currency.
    recent_order_times_ns : tuple of int
        When the orders of the last minute and more were sent, oldest first.
    profit_rate : float
        Account currency per unit of the instrument's profit currency.
    entry_risk : float or None
        Money lost if the stop of what it leads to is hit, costs included; None without a stop.
    entry_night_cost : float
        What the coming rollover would charge that, 0 or above.
    entry_value : float or None
        Of the base volume of that, account currency; None where unknown.
    entry_margin : float or None
        What it would bind beyond what is bound now, account currency; None where unknown.
    entry_lots : float or None
        The volume of what it leads to; None: the order's.
    holdings : tuple of Holding
        All that is open, works or is unknown on the account beside what it leads to, as risks.
    replaces : tuple of Holding
        What it leads to takes the place of these, as they are now: the position that it adds to or turns round, orders
        that may come to be a part of it, or what is changed.
    widens : bool
        Whether it is a change: of the stop of a position, or of an order that waits, so that more can be lost.
    floors : tuple of LossFloor
        Where the account's loss limits stand, by rule.
    halts : tuple of Halt
        Those that cover the order.
    correlations : mapping of str to float
        Correlation of returns between the order's symbol and others, by symbol, where known.
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
    entry_night_cost: float = 0.0
    entry_value: float | None = None
    entry_margin: float | None = None
    entry_lots: float | None = None
    holdings: tuple[Holding, ...] = ()
    replaces: tuple[Holding, ...] = ()
    widens: bool = False
    floors: tuple[LossFloor, ...] = ()
    halts: tuple[Halt, ...] = ()
    correlations: Mapping[str, float] = attrs.field(factory=dict)

    @property
    def opens(self) -> bool:
        """Whether it may raise what can be lost. Rules let everything else pass: risk must always be reducible."""
        return self.request.opens

    @property
    def lots(self) -> float:
        """The volume of what it leads to."""
        return self.request.volume_lots if self.entry_lots is None else self.entry_lots

    @property
    def described(self) -> bool:
        """Whether everything that is open, or waits to open something, is among the holdings or replaced."""
        waiting = sum(order.request.opens and order.status.working for order in self.orders)
        return len(self.holdings) + len(self.replaces) >= len(self.positions) + waiting

    @property
    def spread_points(self) -> float:
        """The spread on which it was decided."""
        return (self.ask - self.bid) / self.instrument.point

    @cached_property
    def loss_at_stops(self) -> float | None:
        """Money lost from now on if every stop is hit, that of what it leads to too, with costs and the coming swap.

        None where a stop is missing, or where something is open that no holding describes: then it is unknown.
        """
        if self.entry_risk is None or not self.described:
            return None
        total = self.entry_risk + self.entry_night_cost
        for holding in self.holdings:
            if holding.loss_at_stop is None:
                return None
            total += holding.loss_at_stop + holding.night_cost
        return total


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
    """A rule that judges orders, and changes that raise what can be lost.

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
