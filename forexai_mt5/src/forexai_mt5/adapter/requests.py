"""Orders of the core as requests of the package: dictionaries of real floats, real ints and short texts."""

from __future__ import annotations

from typing import Any

from forexai_core.errors import OrderRejectedError
from forexai_core.values.orders import OrderKind, OrderRequest, TimeInForce
from forexai_mt5.adapter.boundary import comment, level, lots, price, real_int
from forexai_mt5.adapter.server_clock import ServerClock
from forexai_mt5.terms import constants as c
from forexai_mt5.terms import masks as m
from forexai_mt5.terms.structures import Tick, TradeOrder, TradePosition
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["change_of_order", "change_of_position", "closing", "opening", "order_type", "removal"]

_TYPES = {
    (OrderKind.MARKET, 1): c.ORDER_TYPE_BUY,
    (OrderKind.MARKET, -1): c.ORDER_TYPE_SELL,
    (OrderKind.LIMIT, 1): c.ORDER_TYPE_BUY_LIMIT,
    (OrderKind.LIMIT, -1): c.ORDER_TYPE_SELL_LIMIT,
    (OrderKind.STOP, 1): c.ORDER_TYPE_BUY_STOP,
    (OrderKind.STOP, -1): c.ORDER_TYPE_SELL_STOP,
    (OrderKind.STOP_LIMIT, 1): c.ORDER_TYPE_BUY_STOP_LIMIT,
    (OrderKind.STOP_LIMIT, -1): c.ORDER_TYPE_SELL_STOP_LIMIT,
}
_MASKS = {
    OrderKind.MARKET: m.ORDER_MARKET,
    OrderKind.LIMIT: m.ORDER_LIMIT,
    OrderKind.STOP: m.ORDER_STOP,
    OrderKind.STOP_LIMIT: m.ORDER_STOP_LIMIT,
}
_LIVES = {
    TimeInForce.GTC: (c.ORDER_TIME_GTC, m.EXPIRATION_GTC),
    TimeInForce.DAY: (c.ORDER_TIME_DAY, m.EXPIRATION_DAY),
    TimeInForce.UNTIL: (c.ORDER_TIME_SPECIFIED, m.EXPIRATION_SPECIFIED),
}


def order_type(kind: OrderKind, side: int) -> int:
    """Give ``ORDER_TYPE_*``."""
    return _TYPES[kind, side]


def _refused(what: str, code: int = c.TRADE_RETCODE_INVALID_ORDER) -> OrderRejectedError:
    return OrderRejectedError(what, code=code)


def _check_kind(info: SymbolInfo, request: OrderRequest) -> None:
    if request.leaves_exits_to_venue:
        raise _refused("MetaTrader 5 takes stops as prices only, trails none and knows no groups: give prices.")
    if not info.order_mode & _MASKS[request.kind]:
        raise _refused(f"{info.name} takes no {request.kind} orders.")
    for name, mask in (("stop_loss", m.ORDER_SL), ("take_profit", m.ORDER_TP)):
        if getattr(request, name) and not info.order_mode & mask:
            raise _refused(f"{info.name} takes no {name}.", c.TRADE_RETCODE_INVALID_STOPS)


def _marks(request: OrderRequest) -> dict[str, Any]:
    return {"magic": real_int(request.magic, "magic"), "comment": comment(request.tag)}


def _at_market(info: SymbolInfo, request: OrderRequest, tick: Tick, deviation: int) -> dict[str, Any]:
    """Give what orders at the market have: a price counts where execution is by request or instant."""
    points = deviation if request.slippage_points is None else int(request.slippage_points)
    return {
        "action": c.TRADE_ACTION_DEAL,
        "symbol": info.name,
        "type": order_type(OrderKind.MARKET, request.side),
        "price": round(float(tick.ask if request.side > 0 else tick.bid), info.digits),
        "deviation": real_int(points, "slippage_points"),
    }


def opening(
    info: SymbolInfo, request: OrderRequest, *, tick: Tick, clock: ServerClock, deviation: int
) -> dict[str, Any]:
    """Make the request of an order that opens, at the market or pending.

    Parameters
    ----------
    info : SymbolInfo
        The terminal's description of the symbol.
    request : OrderRequest
        The order.
    tick : Tick
        The last prices.
    clock : ServerClock
        By which it expires.
    deviation : int
        Points that an order at the market may slip where it does not say.

    Raises
    ------
    OrderRejectedError
        If the symbol does not take it; nothing was sent.
    """
    _check_kind(info, request)
    made = {
        **_marks(request),
        "volume": lots(info, request.volume_lots),
        "sl": level(info, request.stop_loss, "stop_loss"),
        "tp": level(info, request.take_profit, "take_profit"),
    }
    if request.kind is OrderKind.MARKET:
        return made | _at_market(info, request, tick, deviation)
    life, mask = _LIVES[request.time_in_force]
    if not info.expiration_mode & mask:
        raise _refused(f"{info.name} takes no orders '{request.time_in_force}'.", c.TRADE_RETCODE_INVALID_EXPIRATION)
    made |= {
        "action": c.TRADE_ACTION_PENDING,
        "symbol": info.name,
        "type": order_type(request.kind, request.side),
        "price": price(info, request.price),
        "type_time": life,
    }
    if request.kind is OrderKind.STOP_LIMIT:
        made["stoplimit"] = price(info, request.limit_price, "limit_price")
    if request.time_in_force is TimeInForce.UNTIL:
        made["expiration"] = clock.wall_s(request.expire_time_ns)
    return made


def closing(
    info: SymbolInfo, request: OrderRequest, position: TradePosition, *, tick: Tick, deviation: int
) -> dict[str, Any]:
    """Make the request of an order that closes a position, or a part of it.

    Raises
    ------
    OrderRejectedError
        If it would do anything else; nothing was sent.
    """
    side = 1 if position.type == c.POSITION_TYPE_BUY else -1
    if request.kind is not OrderKind.MARKET:
        raise _refused("A position is closed at the market. Give its stop or target a price by modify().")
    if position.symbol != info.name or side != -request.side:
        raise _refused(
            f"Position {position.identifier} is a {side:+d} of {position.symbol}, which this does not close."
        )
    volume = lots(info, request.volume_lots, closing=True)
    if volume > position.volume + 1e-9:  # in netting the rest would open the other side
        raise _refused(
            f"Position {position.identifier} has {position.volume:g} lots; {volume:g} cannot be closed.",
            c.TRADE_RETCODE_INVALID_CLOSE_VOLUME,
        )
    made = _marks(request) | {"volume": volume, "position": real_int(position.ticket, "position")}
    return made | _at_market(info, request, tick, deviation)


def change_of_position(
    info: SymbolInfo, position: TradePosition, stop_loss: float | None, take_profit: float | None
) -> dict[str, Any]:
    """Make the request that sets stop and target of a position: both, as they shall stand."""
    return {
        "action": c.TRADE_ACTION_SLTP,
        "symbol": position.symbol,
        "position": real_int(position.ticket, "position"),
        "sl": level(info, position.sl if stop_loss is None else stop_loss, "stop_loss"),
        "tp": level(info, position.tp if take_profit is None else take_profit, "take_profit"),
    }


def change_of_order(
    info: SymbolInfo, order: TradeOrder, wanted: float | None, stop_loss: float | None, take_profit: float | None
) -> dict[str, Any]:
    """Make the request that changes a pending order: everything, as it shall stand."""
    moved_to = price(info, order.price_open if wanted is None else wanted)
    made: dict[str, Any] = {
        "action": c.TRADE_ACTION_MODIFY,
        "symbol": order.symbol,
        "order": real_int(order.ticket, "order"),
        "price": moved_to,
        "sl": level(info, order.sl if stop_loss is None else stop_loss, "stop_loss"),
        "tp": level(info, order.tp if take_profit is None else take_profit, "take_profit"),
        "type_time": order.type_time,
        "expiration": order.time_expiration,
    }
    if order.price_stoplimit:
        # The limit price keeps its distance from the trigger.
        moved = order.price_stoplimit + (moved_to - order.price_open)
        made["stoplimit"] = price(info, round(moved, info.digits), "limit_price")
    return made


def removal(order: TradeOrder) -> dict[str, Any]:
    """Make the request that takes a pending order back."""
    return {"action": c.TRADE_ACTION_REMOVE, "order": real_int(order.ticket, "order"), "symbol": order.symbol}
