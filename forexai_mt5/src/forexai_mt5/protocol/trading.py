"""Commands that change something at the broker, and what came of them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from forexai_mt5.protocol.envelope import FenceToken, Message, Part
from forexai_mt5.protocol.fields import Id, Int64, Lots, Price, Symbol, Text

__all__ = ["Kill", "OrderType", "Outcome", "TradeCommand", "TradeError", "TradeResult"]

OrderType = Literal[
    "BUY", "SELL", "BUY_LIMIT", "SELL_LIMIT", "BUY_STOP", "SELL_STOP", "BUY_STOP_LIMIT", "SELL_STOP_LIMIT"
]
"""As MetaTrader 5 names them."""

Outcome = Literal["DONE", "REJECTED", "REFUSED", "EXPIRED", "UNKNOWN", "ABSENT"]
"""DONE or REJECTED by the broker; REFUSED by the connector, EXPIRED before it was sent, or ABSENT, never seen and never
to be carried out: nothing was sent; UNKNOWN: nobody knows, so look for the order and never send again."""


class TradeCommand(Message):
    """Platform to connector: do this, once, and not after its time to live."""

    numbered: ClassVar[bool] = True

    type: Literal["TRADE_COMMAND"] = "TRADE_COMMAND"
    id: Id
    """Ours. Given twice it is carried out once; with another content it is refused."""
    action: Literal["OPEN", "MODIFY", "CLOSE", "CANCEL"]
    """What to do."""
    symbol: Symbol = ""
    """Of an OPEN."""
    order_type: OrderType | None = None
    """Of an OPEN; BUY or SELL of a CLOSE says the side that closes, and another one is refused."""
    lot_size: Lots = Decimal(0)
    """Of an OPEN; of a CLOSE how much of the position, 0 for all."""
    price: Price | None = None
    """At which a pending order waits; of a MODIFY its new price, None to leave it."""
    limit_price: Price | None = None
    """Of the limit order that a stop-limit order places."""
    stop_loss: Price | None = None
    """0 is none; None leaves it, in a MODIFY."""
    take_profit: Price | None = None
    """Likewise."""
    slippage_points: int | None = Field(default=None, ge=0, le=1_000_000)
    """Worst deviation that a market order accepts; None leaves it to the broker."""
    time_in_force: Literal["GTC", "DAY", "UNTIL"] = "GTC"
    """Life of a pending order."""
    expire_time: Int64 = Field(default=0, ge=0)
    """When an order UNTIL a time ends, nanoseconds UTC."""
    ticket: Int64 = Field(default=0, ge=0)
    """Position of a CLOSE, order of a CANCEL, either of a MODIFY."""
    magic_number: Int64 = Field(default=0, ge=0)
    """Kept by the broker with the order."""
    comment: str = Field(default="", pattern=r"^[ -~]{0,25}$")
    """Likewise; MetaTrader refuses longer ones, and cuts them."""
    issued_at: Int64 = Field(ge=0)
    """When, by the platform's clock, nanoseconds UTC."""
    ttl_ms: int = Field(gt=0, le=600_000)
    """How long after that it may still be sent to the broker."""
    fence: FenceToken
    """Of whoever commands: once a newer one was seen, older ones are refused."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.action == "OPEN":
            self._check_opening()
        elif not self.ticket:
            raise ValueError(f"a {self.action} needs the ticket of what it is about")
        elif self.symbol or self.limit_price is not None or self.expire_time or not self._has_its_side():
            raise ValueError(f"a {self.action} takes no field of an OPEN")
        if self.action == "MODIFY" and {self.price, self.stop_loss, self.take_profit} == {None}:
            raise ValueError("a MODIFY changes price, stop_loss or take_profit")
        if self.action in {"CLOSE", "CANCEL"} and {self.price, self.stop_loss, self.take_profit} != {None}:
            raise ValueError(f"a {self.action} takes no price, stop_loss or take_profit")
        if self.action in {"MODIFY", "CANCEL"} and self.lot_size:
            raise ValueError(f"a {self.action} takes no lot_size")
        return self

    def _has_its_side(self) -> bool:
        return self.order_type is None or (self.action == "CLOSE" and self.order_type in {"BUY", "SELL"})

    def _check_opening(self) -> None:
        if not self.symbol or self.order_type is None or not self.lot_size or self.ticket:
            raise ValueError("an OPEN needs symbol, order_type and lot_size, and no ticket")
        if (self.order_type in {"BUY", "SELL"}) != (not self.price):
            raise ValueError("pending orders need a price, and market orders take none")
        if self.order_type.endswith("STOP_LIMIT") != bool(self.limit_price):
            raise ValueError("limit_price belongs to stop-limit orders, and they need it")
        if (self.time_in_force == "UNTIL") != bool(self.expire_time):
            raise ValueError("expire_time belongs to UNTIL, and UNTIL needs it")


class TradeError(Part):
    """Why a command was not carried out."""

    kind: Id
    """For programs: a kind of rejection of the core, or ``fenced``, ``killed``, ``capped``, ``expired``, ``conflict``,
    ``busy``, ``unknown``."""
    message: Text
    """For people."""
    code: int | None = None
    """The broker's own."""


class TradeResult(Message):
    """Connector to platform: what came of a command. The same answer whenever it is asked."""

    numbered: ClassVar[bool] = True

    type: Literal["TRADE_RESULT"] = "TRADE_RESULT"
    command_id: Id
    """Of the command."""
    fence: FenceToken | None = None
    """Of the copy of the command that it answers: each sender takes the answers to its own copies only."""
    success: bool
    """Whether the outcome is DONE."""
    outcome: Outcome
    """What came of it."""
    ticket: Int64 = 0
    """Of the order; 0 where there is none."""
    position: Int64 = 0
    """Of the position that it opened or touched, where that is known."""
    status: Literal["", "placed", "partial", "filled", "cancelled", "expired", "rejected"] = ""
    """How the order stood then."""
    filled_lots: Lots = Decimal(0)
    """How much of it was filled by then."""
    open_price: Price = Decimal(0)
    """Average price of that; 0 before."""
    timestamp: Int64
    """When, by the connector's clock, nanoseconds UTC."""
    error: TradeError | None = None
    """Why not."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.success != (self.outcome == "DONE") or self.success != (self.error is None):
            raise ValueError("success, outcome and error do not agree")
        return self


class Kill(Message):
    """Platform to connector: open nothing more, until a person at the connector lifts it."""

    numbered: ClassVar[bool] = True

    type: Literal["KILL"] = "KILL"
    id: Id
    """Ours."""
    reason: Text = Field(min_length=1)
    """For people, and for the record."""
