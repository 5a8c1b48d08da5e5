"""From a trade request to the ledger's: integer points and steps, its own tickets, instants in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core.engine.state import records as ledger
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_SECOND
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.checks import Case, side_of
from forexai_mt5.terms import constants as c

__all__ = ["expiry_ns", "ledger_request", "next_midnight_ns"]

_DAY_S = 86_400
_KINDS = {
    c.ORDER_TYPE_BUY_LIMIT: ledger.REQUEST_BUY_SELL_LIMIT,
    c.ORDER_TYPE_SELL_LIMIT: ledger.REQUEST_BUY_SELL_LIMIT,
    c.ORDER_TYPE_BUY_STOP: ledger.REQUEST_BUY_SELL_STOP,
    c.ORDER_TYPE_SELL_STOP: ledger.REQUEST_BUY_SELL_STOP,
    c.ORDER_TYPE_BUY_STOP_LIMIT: ledger.REQUEST_STOP_LIMIT,
    c.ORDER_TYPE_SELL_STOP_LIMIT: ledger.REQUEST_STOP_LIMIT,
}
_STOP_LIMITS = {c.ORDER_TYPE_BUY_STOP_LIMIT, c.ORDER_TYPE_SELL_STOP_LIMIT}


def _level(symbol: Symbol, price: float) -> int:
    return symbol.points(price) if price > 0.0 else ledger.NO_PRICE


def _steps(symbol: Symbol, lots: float) -> int:
    return round(lots / symbol.instrument.volume_step)


def expiry_ns(case: Case, clock: Clock, midnight_ns: int) -> int:
    """Give the instant, UTC, at which a pending order is over; 0 never.

    Parameters
    ----------
    case : Case
        Of a request to place or change an order.
    clock : Clock
        The server's.
    midnight_ns : int
        The next one of that clock.
    """
    kind, stamp = case.request.type_time, case.request.expiration
    if kind == c.ORDER_TIME_GTC:
        return midnight_ns if case.symbol.gtc_mode != c.SYMBOL_ORDERS_GTC else 0
    if kind == c.ORDER_TIME_DAY:
        return midnight_ns
    wall_s = stamp if kind == c.ORDER_TIME_SPECIFIED else (stamp // _DAY_S + 1) * _DAY_S
    wall_ns = np.array([min(wall_s * NS_PER_SECOND, 2**62)], np.int64)
    return int(clock.to_utc_ns(wall_ns, ambiguous="later", missing="forward")[0])


def ledger_request(case: Case, place: int, expiry: int) -> dict[str, Any]:
    """Write a request in the ledger's terms.

    Parameters
    ----------
    case : Case
        A request that has passed the checks.
    place : int
        The ledger's index of its symbol.
    expiry : int
        Of a pending order, nanoseconds UTC.
    """
    request, symbol = case.request, case.symbol
    row: dict[str, Any] = {
        "symbol": place,
        "stop_loss": _level(symbol, request.sl),
        "take_profit": _level(symbol, request.tp),
    }
    if request.action == c.TRADE_ACTION_DEAL:
        return row | _deal(case)
    if request.action in {c.TRADE_ACTION_PENDING, c.TRADE_ACTION_MODIFY}:
        return row | _pending(case, expiry)
    if request.action == c.TRADE_ACTION_SLTP and case.position is not None:
        return row | {"kind": ledger.REQUEST_MODIFY_POSITION, "ticket": case.position.ledger_ticket}
    if request.action == c.TRADE_ACTION_REMOVE and case.order is not None:
        return row | {"kind": ledger.REQUEST_CANCEL, "ticket": case.order.ledger_ticket}
    if case.position is None or case.position_by is None:
        raise RuntimeError(f"No request of the ledger for {request}.")
    tickets = {"ticket": case.position.ledger_ticket, "ticket_by": case.position_by.ledger_ticket}
    return row | {"kind": ledger.REQUEST_CLOSE_BY} | tickets


def _deal(case: Case) -> dict[str, Any]:
    request, symbol = case.request, case.symbol
    asked = symbol.points(request.price) if symbol.is_quoted else 0  # elsewhere whatever stands there is ignored
    row: dict[str, Any] = {
        "side": side_of(request.type),
        "volume_steps": _steps(symbol, request.volume),
        "asked_bid": asked,
        "asked_ask": asked,
    }
    if case.closes and case.position is not None:
        return row | {"kind": ledger.REQUEST_CLOSE, "ticket": case.position.ledger_ticket}
    return row | {"kind": ledger.REQUEST_MARKET}


def _pending(case: Case, expiry: int) -> dict[str, Any]:
    request, symbol, order = case.request, case.symbol, case.order
    kind = request.type if order is None else order.type
    row: dict[str, Any] = {
        "price": symbol.points(request.price),
        "limit_price": symbol.points(request.stoplimit) if kind in _STOP_LIMITS else ledger.NO_PRICE,
        "expiry_ns": expiry,
    }
    if order is not None:
        return row | {"kind": ledger.REQUEST_MODIFY_ORDER, "ticket": order.ledger_ticket}
    steps = _steps(symbol, request.volume)
    return row | {"kind": _KINDS[kind], "side": side_of(kind), "volume_steps": steps}


def next_midnight_ns(clock: Clock, time_ns: int) -> int:
    """Give the first midnight of a clock after an instant, UTC."""
    return int(clock.midnights_ns(time_ns, time_ns + 2 * NS_PER_DAY)[0])
