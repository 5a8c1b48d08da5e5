"""From what the core's broker port gives to rows of messages, and from commands to its orders."""

from __future__ import annotations

from forexai_core.errors import OrderRejectedError
from forexai_core.ports.broker import EVERY_SYMBOL, Broker, BrokerCapabilities, Quote
from forexai_core.values.accounts import AccountState
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderKind, OrderRequest, OrderState, TimeInForce
from forexai_core.values.positions import Position
from forexai_mt5.connector.telling import told_as
from forexai_mt5.protocol.candles import CandleRow
from forexai_mt5.protocol.contracts import contract_of
from forexai_mt5.protocol.reports import (
    Abilities,
    AccountRow,
    AccountUpdate,
    DealRow,
    InstrumentRow,
    OrderRow,
    PositionRow,
    PriceRow,
)
from forexai_mt5.protocol.trading import OrderType, TradeCommand

__all__ = [
    "CandleRows",
    "account_row",
    "account_update",
    "closing_order",
    "deal_row",
    "instrument_row",
    "order_row",
    "order_to_place",
    "position_row",
    "price_row",
]

_MOST_POSITIONS, _MOST_NAMED = 100, 500
_LONGEST = 64  # of a text: so many rows as go into one message fit whatever a broker writes
_KINDS: dict[str, OrderKind] = {
    "": OrderKind.MARKET,
    "_LIMIT": OrderKind.LIMIT,
    "_STOP": OrderKind.STOP,
    "_STOP_LIMIT": OrderKind.STOP_LIMIT,
}
_ENDINGS = {kind: ending for ending, kind in _KINDS.items()}


def _printable(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text[:_LONGEST])


def order_to_place(command: TradeCommand) -> OrderRequest:
    """Make the order of an OPEN."""
    order_type = command.order_type or ""
    side = 1 if order_type.startswith("BUY") else -1
    return OrderRequest(
        client_id=command.id,
        symbol=command.symbol,
        side=side,
        kind=_KINDS[order_type.removeprefix("BUY").removeprefix("SELL")],
        volume_lots=float(command.lot_size),
        price=float(command.price or 0),
        limit_price=float(command.limit_price or 0),
        stop_loss=float(command.stop_loss or 0),
        take_profit=float(command.take_profit or 0),
        slippage_points=command.slippage_points,
        time_in_force=TimeInForce(command.time_in_force.lower()),
        expire_time_ns=command.expire_time,
        tag=command.comment,
        magic=command.magic_number,
    )


def closing_order(command: TradeCommand, position: Position) -> OrderRequest:
    """Make the order of a CLOSE that has marks of its own.

    Raises
    ------
    OrderRejectedError
        If its side would not close the position.
    """
    side = {None: -position.side, "BUY": 1, "SELL": -1}.get(command.order_type, 0)
    if side != -position.side:
        raise OrderRejectedError(f"A {command.order_type} does not close position {position.position}.")
    return OrderRequest(
        client_id=command.id,
        symbol=position.symbol,
        side=side,
        volume_lots=float(command.lot_size) or position.volume_lots,
        slippage_points=command.slippage_points,
        position=position.position,
        tag=command.comment,
        magic=command.magic_number,
    )


def position_row(position: Position) -> PositionRow:
    """Write a position."""
    return told_as(
        PositionRow,
        f"position {position.position}",
        {
            "ticket": position.position,
            "symbol": _printable(position.symbol),
            "type": "BUY" if position.side > 0 else "SELL",
            "lots": position.volume_lots,
            "open_price": position.open_price,
            "profit": position.profit,
            "open_time": position.open_time_ns,
            "price": position.price,
            "stop_loss": position.stop_loss,
            "take_profit": position.take_profit,
            "swap": position.swap,
            "commission": position.commission,
            "magic_number": position.magic,
            "comment": _printable(position.tag),
            "client_id": _printable(position.client_id),
        },
    )


def order_row(order: OrderState) -> OrderRow:
    """Write an order that works."""
    request = order.request
    order_type: OrderType = ("BUY" if request.side > 0 else "SELL") + _ENDINGS[request.kind]  # type: ignore[assignment]
    return told_as(
        OrderRow,
        f"order {order.order}",
        {
            "ticket": order.order,
            "symbol": _printable(request.symbol),
            "type": order_type,
            "lots": request.volume_lots,
            "filled_lots": order.filled_lots,
            "price": request.price,
            "stop_loss": request.stop_loss,
            "take_profit": request.take_profit,
            "placed_time": order.placed_time_ns,
            "expire_time": request.expire_time_ns,
            "magic_number": request.magic,
            "comment": _printable(request.tag),
            "client_id": _printable(request.client_id),
            "limit_price": request.limit_price,
            "time_in_force": request.time_in_force.value.upper(),
            "average_price": order.average_price,
            "position": order.position or request.position,
        },
    )


def deal_row(deal: Deal) -> DealRow:
    """Write a deal."""
    return told_as(
        DealRow,
        f"deal {deal.deal}",
        {
            "ticket": deal.deal,
            "order": deal.order,
            "position": deal.position,
            "symbol": _printable(deal.symbol),
            "type": "BUY" if deal.side > 0 else "SELL",
            "entry": deal.entry.value,
            "lots": deal.volume_lots,
            "price": deal.price,
            "profit": deal.profit,
            "commission": deal.commission,
            "swap": deal.swap,
            "time": deal.time_ns,
            "reason": deal.reason,
            "magic_number": deal.magic,
            "comment": _printable(deal.tag),
            "client_id": _printable(deal.client_id),
        },
    )


def account_row(state: AccountState, can: BrokerCapabilities, *, candles: bool) -> AccountRow:
    """Write how an account stands, what can be commanded there, and whether its history can be asked for."""
    return told_as(
        AccountRow,
        "the account",
        {
            "login": state.login,
            "currency": state.currency,
            "balance": state.balance,
            "equity": state.equity,
            "margin": state.margin,
            "time": state.time_ns,
            "abilities": Abilities(
                order_kinds=tuple(sorted(str(each) for each in can.order_kinds)),
                times_in_force=tuple(sorted(str(each) for each in can.times_in_force)),
                modes=tuple(sorted(each.value for each in can.modes)),
                stops_at_venue=can.stops_at_venue,
                partial_close=can.partial_close,
                finds_client_id=can.finds_client_id,
                live_money=can.live_money,
                candles=candles,
                orders_end_daily=_listed(can.orders_end_daily),
                stops_end_daily=_listed(can.stops_end_daily),
            ),
        },
    )


def _listed(symbols: frozenset[str]) -> tuple[str, ...]:
    """Name symbols; more than a message may name are taken for all of them, which is the safe side."""
    return tuple(sorted(symbols)) if len(symbols) <= _MOST_NAMED else (EVERY_SYMBOL,)


def instrument_row(instrument: Instrument) -> InstrumentRow:
    """Write what can be traded."""
    values = {"symbol": _printable(instrument.symbol), "contract": contract_of(instrument)}
    return told_as(InstrumentRow, f"the contract of {instrument.symbol}", values)


class CandleRows:
    """Rows of bars, written part by part as they are asked for.

    Parameters
    ----------
    bars : Bars
        Closed; of an ask side nothing is told.
    """

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def __len__(self) -> int:
        return len(self._bars)

    def __getitem__(self, part: slice) -> list[CandleRow]:
        bars = self._bars[part]
        spreads = [None] * len(bars) if bars.spread_points is None else bars.spread_points.tolist()
        names = ("time", "open", "high", "low", "close", "volume")
        return [
            told_as(CandleRow, "a candle", dict(zip(names, row, strict=True)) | {"spread": spread})
            for row, spread in zip(bars.data.tolist(), spreads, strict=True)
        ]


def price_row(quote: Quote) -> PriceRow:
    """Write a quote."""
    values = {"symbol": _printable(quote.symbol), "time": quote.time_ns, "bid": quote.bid, "ask": quote.ask}
    return told_as(PriceRow, f"the price of {quote.symbol}", values)


async def account_update(broker: Broker, *, killed: bool, time_ns: int) -> AccountUpdate:
    """Look how the account stands."""
    state: AccountState = await broker.account()
    positions = await broker.positions()
    modes = broker.capabilities.modes
    return told_as(
        AccountUpdate,
        "the account",
        {
            "login": state.login,
            "currency": state.currency,
            "mode": next(iter(modes)).value if len(modes) == 1 else "unknown",
            "balance": state.balance,
            "equity": state.equity,
            "margin": state.margin,
            "free_margin": state.equity - state.margin,
            "profit": sum(each.profit for each in positions),
            "positions": tuple(position_row(each) for each in positions[:_MOST_POSITIONS]),
            "total_positions": len(positions),
            "killed": killed,
            "timestamp": time_ns,
        },
    )
