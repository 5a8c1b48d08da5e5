"""What a connector tells of its account: by itself, or because it was asked."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from forexai_mt5.protocol.candles import CandleRow, CandleTimeframe
from forexai_mt5.protocol.envelope import FenceToken, Message, Part
from forexai_mt5.protocol.fields import Amount, Id, Int64, Lots, Price, Symbol, Text
from forexai_mt5.protocol.trading import OrderType, TradeResult

__all__ = [
    "Abilities",
    "AccountRow",
    "AccountUpdate",
    "Answer",
    "DealRow",
    "InstrumentRow",
    "OrderRow",
    "PositionRow",
    "PriceRow",
    "Prices",
    "Query",
    "Subscribe",
]


class PositionRow(Part):
    """An open position."""

    ticket: Int64
    symbol: Symbol
    type: Literal["BUY", "SELL"]
    lots: Lots
    open_price: Price
    profit: Amount
    open_time: Int64 = 0
    price: Price = Decimal(0)
    stop_loss: Price = Decimal(0)
    take_profit: Price = Decimal(0)
    swap: Amount = Decimal(0)
    commission: Amount = Decimal(0)
    magic_number: Int64 = 0
    comment: Text = ""
    client_id: Text = ""
    """Which command it came of, as far as the connector knows."""


class OrderRow(Part):
    """An order that works."""

    ticket: Int64
    symbol: Symbol
    type: OrderType
    lots: Lots
    filled_lots: Lots
    price: Price
    stop_loss: Price
    take_profit: Price
    placed_time: Int64
    expire_time: Int64 = 0
    magic_number: Int64 = 0
    comment: Text = ""
    client_id: Text = ""
    """Which command it came of, as far as the connector knows."""
    limit_price: Price = Decimal(0)
    """Of a stop-limit order."""
    time_in_force: Literal["GTC", "DAY", "UNTIL"] = "GTC"
    average_price: Price = Decimal(0)
    """Of what is filled."""
    position: Int64 = 0
    """Which it closes, or has touched."""


class DealRow(Part):
    """An execution."""

    ticket: Int64
    order: Int64
    position: Int64
    symbol: Symbol
    type: Literal["BUY", "SELL"]
    entry: Literal["in", "out", "inout", "out_by"]
    lots: Lots
    price: Price
    profit: Amount
    commission: Amount
    swap: Amount
    time: Int64
    reason: Text
    magic_number: Int64 = 0
    comment: Text = ""
    client_id: Text = ""
    """Which command it came of, as far as the connector knows."""


class PriceRow(Part):
    """A quote."""

    symbol: Symbol
    time: Int64
    bid: Price
    ask: Price


class Abilities(Part):
    """What the account can do, in the words of the core."""

    order_kinds: tuple[Text, ...] = Field(max_length=16)
    times_in_force: tuple[Text, ...] = Field(max_length=16)
    modes: tuple[Literal["hedging", "netting"], ...] = Field(max_length=2)
    stops_at_venue: bool
    partial_close: bool
    finds_client_id: bool
    live_money: bool
    """Whether orders cost real money."""
    candles: bool = False
    """Whether it answers questions for CANDLES."""
    orders_end_daily: tuple[Symbol, ...] = Field(default=(), max_length=500)
    """Symbols of which the broker removes working orders at the end of its day; ``*`` stands for all."""
    stops_end_daily: tuple[Symbol, ...] = Field(default=(), max_length=500)
    """Of these, symbols of which it removes stops and targets of positions, too; likewise."""


class AccountRow(Part):
    """How the account stands, and what it can do."""

    login: Text
    currency: str = Field(pattern=r"^[A-Z]{3,8}$")
    balance: Amount
    equity: Amount
    margin: Amount
    time: Int64
    abilities: Abilities


class InstrumentRow(Part):
    """What can be traded, with the broker's own contract."""

    symbol: Symbol
    contract: dict[str, JsonValue] = Field(max_length=100)
    """Fields of an instrument of the core."""


class AccountUpdate(Message):
    """Connector to platform: how the account stands now; a later one replaces it."""

    type: Literal["ACCOUNT_UPDATE"] = "ACCOUNT_UPDATE"
    login: Text
    """The account, as the broker names it."""
    currency: str = Field(pattern=r"^[A-Z]{3,8}$")
    mode: Literal["hedging", "netting", "unknown"]
    balance: Amount
    equity: Amount
    margin: Amount
    free_margin: Amount
    profit: Amount
    positions: tuple[PositionRow, ...] = Field(default=(), max_length=200)
    """The first of them; a query gives all."""
    total_positions: int = Field(default=0, ge=0)
    """How many there are."""
    killed: bool = False
    """Whether the connector opens nothing more."""
    timestamp: Int64
    """When, nanoseconds UTC."""


class Subscribe(Message):
    """Platform to connector: tell the prices of these symbols, in place of those before."""

    numbered: ClassVar[bool] = True

    type: Literal["SUBSCRIBE"] = "SUBSCRIBE"
    symbols: tuple[Symbol, ...] = Field(max_length=100)


class Prices(Message):
    """Connector to platform: quotes that have changed; later ones replace them."""

    type: Literal["PRICES"] = "PRICES"
    prices: tuple[PriceRow, ...] = Field(min_length=1, max_length=200)


class Query(Message):
    """Platform to connector: tell."""

    numbered: ClassVar[bool] = True

    type: Literal["QUERY"] = "QUERY"
    id: Id
    """Ours."""
    what: Literal["ACCOUNT", "INSTRUMENTS", "POSITIONS", "ORDERS", "DEALS", "PRICE", "COMMAND", "CANDLES"]
    """COMMAND: what came of a command. One that was never seen will never be carried out any more. CANDLES is asked of
    connectors only whose account says that it has them."""
    symbol: Symbol = ""
    """Of a PRICE and of CANDLES; of INSTRUMENTS the only one, where it is given."""
    timeframe: CandleTimeframe | None = None
    """Of CANDLES."""
    start: Int64 = 0
    """Of DEALS and CANDLES: ``start <= time < stop``, nanoseconds UTC; of CANDLES the time is that of the opening, and
    5,000 of them may lie between."""
    stop: Int64 = 0
    command_id: Id | None = None
    """Of a COMMAND."""
    fence: FenceToken | None = None
    """Of a sender of commands: before the answer older ones are refused, and what they have under way has ended."""


class Answer(Message):
    """Connector to platform: a part of an answer to a query."""

    numbered: ClassVar[bool] = True

    type: Literal["ANSWER"] = "ANSWER"
    query_id: Id
    part: int = Field(ge=0, le=100_000)
    """From 0."""
    last: bool
    """Whether it is the last part."""
    positions: tuple[PositionRow, ...] = Field(default=(), max_length=100)
    orders: tuple[OrderRow, ...] = Field(default=(), max_length=100)
    deals: tuple[DealRow, ...] = Field(default=(), max_length=100)
    prices: tuple[PriceRow, ...] = Field(default=(), max_length=100)
    instruments: tuple[InstrumentRow, ...] = Field(default=(), max_length=100)
    candles: tuple[CandleRow, ...] = Field(default=(), max_length=200)
    """Oldest first, over all parts."""
    account: AccountRow | None = None
    result: TradeResult | None = None
    error: Text = ""
    """Why there is none; empty otherwise."""
    refused: bool = False
    """Whether the broker said no, in place of not answering: asking again does not help."""
