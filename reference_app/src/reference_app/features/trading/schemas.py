"""What is asked and answered about trading by hand."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = [
    "AccountState",
    "ChangeWanted",
    "CloseWanted",
    "CommandTaken",
    "DealList",
    "DealShown",
    "HaltShown",
    "HaltWanted",
    "KindName",
    "LimitShown",
    "OrderList",
    "OrderShown",
    "OrderWanted",
    "PositionList",
    "PositionShown",
    "Preview",
    "QuoteShown",
    "RearmWanted",
    "VerdictShown",
]

_Money = Annotated[str, msgspec.Meta(examples=["10012.50"], description="Of the account's currency, as text.")]
_Ticket = Annotated[str, msgspec.Meta(examples=["3"])]
_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40, examples=["EURUSD"])]
_Side = Annotated[Literal["buy", "sell"], msgspec.Meta(examples=["buy"])]
_Lots = Annotated[float, msgspec.Meta(gt=0, le=1e6, examples=[0.1])]
_Fraction = Annotated[
    float,
    msgspec.Meta(gt=0, le=1, examples=[0.01], description="Of the equity, lost at the stop: 0.01 is 1 %."),
]
_Price = Annotated[float, msgspec.Meta(gt=0, le=1e9, examples=[1.0812])]
_PriceOrNone = Annotated[float, msgspec.Meta(ge=0, le=1e9, examples=[1.0812], description="0 removes it.")]
KindName = Literal["market", "limit", "stop", "stop_limit"]
_Kind = Annotated[KindName, msgspec.Meta(examples=["market"])]
_Intent = Annotated[UUID, msgspec.Meta(examples=["01931f4e-8b1a-7c3d-9e55-2a6b4c8d0f12"])]


class OrderWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that opens, now or when the price comes.

    Attributes
    ----------
    volume_lots, risk_fraction : float or None
        One of the two; by risk it takes a stop.
    price, limit_price : float or None
        Where it waits; the second is of stop-limit orders.
    stop_loss, take_profit : float or None
        Prices.
    """

    symbol: _Symbol
    side: _Side
    kind: _Kind = "market"
    volume_lots: Annotated[_Lots | None, msgspec.Meta(examples=[0.1])] = None
    risk_fraction: Annotated[_Fraction | None, msgspec.Meta(examples=[0.01])] = None
    price: _Price | None = None
    limit_price: _Price | None = None
    stop_loss: _Price | None = None
    take_profit: _Price | None = None


class ChangeWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New prices; what is left out stays."""

    price: _Price | None = None
    stop_loss: _PriceOrNone | None = None
    take_profit: _PriceOrNone | None = None


class CloseWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a position is closed; left out, all of it."""

    volume_lots: _Lots | None = None


_Reason = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$", examples=["The news are out of hand"])
]


class HaltWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stop: nothing is opened from now on, and what waits to open is taken back.

    Attributes
    ----------
    flatten : bool
        Whether what is open is closed, too.
    """

    reason: _Reason
    flatten: bool = False


class RearmWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why openings are allowed again."""

    reason: _Reason


class HaltShown(msgspec.Struct, frozen=True, kw_only=True):
    """The stop that stands on an account."""

    since_ns: TimeNs
    by: Annotated[str, msgspec.Meta(examples=["01931f4e-8b1a-7c3d-9e55-2a6b4c8d0f12"], description="Who gave it.")]
    reason: _Reason
    flatten: bool


class CommandTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was written down, and so is carried out once, whatever happens.

    Attributes
    ----------
    state : str
        ``taken`` by the account; ``refused`` by it when it came there; ``recorded`` where that is not known yet.
    order : str or None
        The order that came of it; it meets the next price.
    """

    intent: _Intent
    state: Annotated[Literal["taken", "refused", "recorded"], msgspec.Meta(examples=["taken"])]
    order: Annotated[str | None, msgspec.Meta(examples=["3"])]
    problem: str


class LimitShown(msgspec.Struct, frozen=True, kw_only=True):
    """How near an account is to a limit of loss.

    Attributes
    ----------
    floor : str
        The equity below which it is broken.
    distance : str
        Equity above it now.
    """

    rule: Annotated[str, msgspec.Meta(examples=["daily-loss"])]
    floor: _Money
    distance: _Money
    broken: bool


class VerdictShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of an order."""

    rule: Annotated[str, msgspec.Meta(examples=["position-risk"])]
    allowed: bool
    reason: str
    limit: float | None
    value: float | None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would be and cost now, and what risk says of it. Nothing was done.

    Attributes
    ----------
    pip_value : str
        Of its volume.
    spread_cost : str
        What crossing the spread costs.
    loss_at_stop : str or None
        Costs included; None without a stop.
    """

    allowed: bool
    volume_lots: float
    bid: float
    ask: float
    pip_value: _Money
    margin: _Money
    free_margin_after: _Money
    spread_cost: _Money
    night_cost: _Money
    loss_at_stop: _Money | None
    verdicts: tuple[VerdictShown, ...]
    limits: tuple[LimitShown, ...]


class QuoteShown(msgspec.Struct, frozen=True, kw_only=True):
    """The present price of an instrument."""

    symbol: _Symbol
    bid: float
    ask: float


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """How an account stands, at its market's time."""

    market_ns: TimeNs
    currency: str
    balance: _Money
    equity: _Money
    margin: _Money
    free_margin: _Money
    market_open: Annotated[bool, msgspec.Meta(description="Whether prices are still to come.")]
    quotes: tuple[QuoteShown, ...]
    limits: tuple[LimitShown, ...]
    halt: HaltShown | None


class PositionShown(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is open."""

    ticket: _Ticket
    symbol: _Symbol
    side: _Side
    volume_lots: float
    open_ns: TimeNs
    open_price: float
    price: float
    stop_loss: float | None
    take_profit: float | None
    profit: _Money
    swap: _Money
    commission: _Money


class PositionList(msgspec.Struct, frozen=True, kw_only=True):
    """All that is open on an account."""

    items: tuple[PositionShown, ...]


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order: one that waits, is on its way, or has ended.

    Attributes
    ----------
    intent : str
        Of the command that gave it; of a close by a broken limit, that.
    reason : str
        Why the venue refused it; empty where it did not.
    position : str or None
        What came of it.
    """

    ticket: _Ticket
    intent: Annotated[str, msgspec.Meta(examples=["01931f4e-8b1a-7c3d-9e55-2a6b4c8d0f12"])]
    symbol: _Symbol
    side: _Side
    kind: _Kind
    volume_lots: float
    price: float | None
    limit_price: float | None
    stop_loss: float | None
    take_profit: float | None
    placed_ns: TimeNs
    status: Annotated[str, msgspec.Meta(examples=["placed"])]
    reason: str
    filled_lots: float
    position: Annotated[str | None, msgspec.Meta(examples=["3"])]


class OrderList(msgspec.Struct, frozen=True, kw_only=True):
    """All orders of an account that work."""

    items: tuple[OrderShown, ...]


class DealShown(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was executed."""

    ticket: _Ticket
    position: _Ticket
    symbol: _Symbol
    side: _Side
    entry: Annotated[str, msgspec.Meta(examples=["in"])]
    volume_lots: float
    price: float
    time_ns: TimeNs
    profit: _Money
    commission: _Money
    swap: _Money
    reason: Annotated[str, msgspec.Meta(examples=["signal"])]


class DealList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of deals, the oldest first."""

    items: tuple[DealShown, ...]
    next_cursor: Cursor | None = None
