"""What a trade server looks at before a request meets the market, in this order; the ledger refuses the rest.

Rules: MetaTrader 5's documents on ``MqlTradeRequest``, ``SYMBOL_FILLING_MODE``, ``SYMBOL_EXPIRATION_MODE`` and
``SYMBOL_ORDER_MODE``. Which of several wrongs is named first is a choice of ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs

from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.records import Order, Position
from forexai_mt5.terms import constants as c
from forexai_mt5.terms import masks as m
from forexai_mt5.terms.structures import TradeRequest

__all__ = ["MOST_HELD", "Case", "first_slip", "is_pending_type", "side_of"]

MOST_HELD = 900
"""How many positions and orders an account may have at once; the ledger holds a few more, and needs them."""

_ROOM_FOR_REQUESTS = 16  # beyond that: closings that wait for volume are requests of the ledger, too

_BUYS = {c.ORDER_TYPE_BUY, c.ORDER_TYPE_BUY_LIMIT, c.ORDER_TYPE_BUY_STOP, c.ORDER_TYPE_BUY_STOP_LIMIT}
_MASK_OF_TYPE = {
    c.ORDER_TYPE_BUY: m.ORDER_MARKET,
    c.ORDER_TYPE_SELL: m.ORDER_MARKET,
    c.ORDER_TYPE_BUY_LIMIT: m.ORDER_LIMIT,
    c.ORDER_TYPE_SELL_LIMIT: m.ORDER_LIMIT,
    c.ORDER_TYPE_BUY_STOP: m.ORDER_STOP,
    c.ORDER_TYPE_SELL_STOP: m.ORDER_STOP,
    c.ORDER_TYPE_BUY_STOP_LIMIT: m.ORDER_STOP_LIMIT,
    c.ORDER_TYPE_SELL_STOP_LIMIT: m.ORDER_STOP_LIMIT,
}


@attrs.frozen(kw_only=True)
class Case:
    """A request, and what it is about.

    Attributes
    ----------
    request : TradeRequest
        As it came.
    symbol : Symbol
        Of the request, or of the order or position that it names.
    hedges : bool
        Whether positions of one symbol stand side by side.
    position, position_by : Position or None
        The open positions that it names; in netting that of the symbol.
    position_side, by_side : int
        +1 bought, -1 sold, 0 where there is none.
    order : Order or None
        The working order that it names.
    row : record or None
        The ledger's of the order, else of the position.
    held_lots, by_lots : float
        Volumes of the positions.
    pending : int
        How many pending orders stand.
    limit_orders : int
        How many may; 0 any number.
    held : int
        How many places positions, orders and waiting requests may take in the ledger.
    now_wall_s : int
        The server's wall clock, seconds.
    was_position : bool
        Whether there once was a position of that ticket, or of the one to close by.
    unknown_ticket : int
        What to answer about tickets that never were.
    """

    request: TradeRequest
    symbol: Symbol
    hedges: bool
    position: Position | None = None
    position_by: Position | None = None
    position_side: int = 0
    by_side: int = 0
    order: Order | None = None
    row: Any = None
    held_lots: float = 0.0
    by_lots: float = 0.0
    pending: int = 0
    limit_orders: int = 0
    held: int = 0
    now_wall_s: int = 0
    was_position: bool = False
    unknown_ticket: int = c.TRADE_RETCODE_INVALID

    @property
    def closes(self) -> bool:
        """Whether a deal closes a position by its ticket."""
        return self.hedges and self.request.position != 0


def side_of(order_type: int) -> int:
    """Give +1 for types that buy, -1 for those that sell."""
    return 1 if order_type in _BUYS else -1


def is_pending_type(order_type: int) -> bool:
    """Say whether orders of a type wait for their price."""
    return c.ORDER_TYPE_BUY_LIMIT <= order_type <= c.ORDER_TYPE_SELL_STOP_LIMIT


def _disabled(case: Case) -> int:
    """Where a symbol is not traded nothing of it is changed either; what waits may be taken away."""
    return c.TRADE_RETCODE_TRADE_DISABLED if case.symbol.trade_mode == c.SYMBOL_TRADE_MODE_DISABLED else 0


def _trade_mode(case: Case) -> int:
    mode, side = case.symbol.trade_mode, side_of(case.request.type)
    if mode == c.SYMBOL_TRADE_MODE_DISABLED:
        return c.TRADE_RETCODE_TRADE_DISABLED
    closes = case.closes or (not case.hedges and case.position_side == -side and case.request.volume <= case.held_lots)
    if closes or mode == c.SYMBOL_TRADE_MODE_FULL:
        return 0
    if mode == c.SYMBOL_TRADE_MODE_CLOSEONLY:
        return c.TRADE_RETCODE_CLOSE_ONLY
    if mode == c.SYMBOL_TRADE_MODE_LONGONLY:
        return 0 if side > 0 else c.TRADE_RETCODE_LONG_ONLY
    return 0 if side < 0 else c.TRADE_RETCODE_SHORT_ONLY


def _order_type(case: Case) -> int:
    kind = case.request.type
    wanted = is_pending_type(kind) if case.request.action == c.TRADE_ACTION_PENDING else kind in {0, 1}
    if not wanted:
        return c.TRADE_RETCODE_INVALID if kind > c.ORDER_TYPE_CLOSE_BY else c.TRADE_RETCODE_INVALID_ORDER
    return 0 if case.symbol.order_mask & _MASK_OF_TYPE[kind] else c.TRADE_RETCODE_INVALID_ORDER


def _stops_allowed(case: Case) -> int:
    request, mask = case.request, case.symbol.order_mask
    barred = (request.sl and not mask & m.ORDER_SL) or (request.tp and not mask & m.ORDER_TP)
    return c.TRADE_RETCODE_INVALID_STOPS if barred else 0


def _filling(case: Case) -> int:
    """Check the filling of a deal by the symbol's execution and mask; that of pending orders is always return."""
    filling, mask = case.request.type_filling, case.symbol.filling_mask
    if filling > c.ORDER_FILLING_RETURN:
        return c.TRADE_RETCODE_INVALID_FILL
    if case.symbol.is_quoted:
        return 0
    if filling == c.ORDER_FILLING_RETURN:
        return 0 if case.symbol.execution == c.SYMBOL_TRADE_EXECUTION_EXCHANGE else c.TRADE_RETCODE_INVALID_FILL
    bit = m.FILLING_FOK if filling == c.ORDER_FILLING_FOK else m.FILLING_IOC
    return 0 if mask & bit else c.TRADE_RETCODE_INVALID_FILL


def _pending_filling(case: Case) -> int:
    """Let pending orders have any filling that exists: their own is return; book-or-cancel asks for its bit."""
    filling = case.request.type_filling
    if filling == c.ORDER_FILLING_BOC:
        limit = case.request.type in {c.ORDER_TYPE_BUY_LIMIT, c.ORDER_TYPE_SELL_LIMIT}
        return 0 if limit and case.symbol.filling_mask & m.FILLING_BOC else c.TRADE_RETCODE_INVALID_FILL
    return 0 if filling <= c.ORDER_FILLING_RETURN else c.TRADE_RETCODE_INVALID_FILL


def _volume(case: Case) -> int:
    instrument, lots = case.symbol.instrument, case.request.volume
    if not math.isfinite(lots):
        return c.TRADE_RETCODE_INVALID_VOLUME
    steps = lots / instrument.volume_step
    on_step = abs(steps - round(steps)) <= 1e-7 * max(1.0, abs(steps))
    whole = case.closes and abs(lots - case.held_lots) < 1e-9  # what a close-by left may be less than the minimum
    sized = whole or instrument.volume_min - 1e-9 <= lots <= instrument.volume_max + 1e-9
    return 0 if on_step and sized else c.TRADE_RETCODE_INVALID_VOLUME


def _asked_price(case: Case) -> int:
    """Where the price of a deal counts it must be one; else it is ignored."""
    if not case.symbol.is_quoted:
        return 0
    price = case.request.price
    return 0 if price > 0.0 and case.symbol.on_grid(price) else c.TRADE_RETCODE_INVALID_PRICE


def _own_prices(case: Case) -> int:
    request, symbol = case.request, case.symbol
    kind = request.type if case.order is None else case.order.type
    stop_limit = kind in {c.ORDER_TYPE_BUY_STOP_LIMIT, c.ORDER_TYPE_SELL_STOP_LIMIT}
    prices = [request.price, *([request.stoplimit] if stop_limit else [])]
    sound = all(price > 0.0 and symbol.on_grid(price) for price in prices)
    return 0 if sound else c.TRADE_RETCODE_INVALID_PRICE


def _stops_on_grid(case: Case) -> int:
    request, symbol = case.request, case.symbol
    sound = all(level >= 0.0 and symbol.on_grid(level) for level in (request.sl, request.tp))
    return 0 if sound else c.TRADE_RETCODE_INVALID_STOPS


def _expiration(case: Case) -> int:
    request = case.request
    if request.type_time > c.ORDER_TIME_SPECIFIED_DAY or not case.symbol.expiration_mask & 1 << request.type_time:
        return c.TRADE_RETCODE_INVALID_EXPIRATION
    dated = request.type_time in {c.ORDER_TIME_SPECIFIED, c.ORDER_TIME_SPECIFIED_DAY}
    floor = case.now_wall_s if request.type_time == c.ORDER_TIME_SPECIFIED else case.now_wall_s // 86_400 * 86_400 - 1
    return c.TRADE_RETCODE_INVALID_EXPIRATION if dated and request.expiration <= floor else 0


def _room(case: Case) -> int:
    return c.TRADE_RETCODE_LIMIT_ORDERS if 0 < case.limit_orders <= case.pending else 0


def _capacity(case: Case) -> int:
    """Refuse what the account has no place for, before the ledger is full: its owner may still close and cancel."""
    if case.held < MOST_HELD:
        return 0
    if case.request.action == c.TRADE_ACTION_PENDING:
        return c.TRADE_RETCODE_LIMIT_ORDERS
    if case.request.action == c.TRADE_ACTION_DEAL and not case.closes:
        return c.TRADE_RETCODE_LIMIT_POSITIONS
    return 0 if case.held < MOST_HELD + _ROOM_FOR_REQUESTS else c.TRADE_RETCODE_TOO_MANY_REQUESTS


def _position(case: Case) -> int:
    if case.position is None:
        return c.TRADE_RETCODE_POSITION_CLOSED if case.was_position else case.unknown_ticket
    return 0 if case.position.symbol == case.symbol.name else c.TRADE_RETCODE_INVALID


def _close(case: Case) -> int:
    """Check a deal that closes: the position, its side and its volume."""
    if not case.closes:
        return 0
    slip = _position(case)
    if slip:
        return slip
    if side_of(case.request.type) == case.position_side:
        return c.TRADE_RETCODE_INVALID
    return c.TRADE_RETCODE_INVALID_CLOSE_VOLUME if case.request.volume > case.held_lots + 1e-9 else 0


def _order(case: Case) -> int:
    return case.unknown_ticket if case.order is None else 0


def _close_by(case: Case) -> int:
    if not case.hedges or not case.symbol.order_mask & m.ORDER_CLOSEBY:
        return c.TRADE_RETCODE_INVALID
    if case.position is None or case.position_by is None:
        return c.TRADE_RETCODE_POSITION_CLOSED if case.was_position else case.unknown_ticket
    opposite = case.position_side == -case.by_side and case.position.symbol == case.position_by.symbol
    return 0 if opposite else c.TRADE_RETCODE_INVALID


_CHECKS: dict[int, tuple[Callable[[Case], int], ...]] = {
    c.TRADE_ACTION_DEAL: (
        _order_type, _trade_mode, _close, _filling, _volume, _asked_price, _stops_allowed, _stops_on_grid,
        _capacity,
    ),
    c.TRADE_ACTION_PENDING: (
        _order_type, _trade_mode, _pending_filling, _volume, _own_prices, _stops_allowed, _stops_on_grid, _expiration,
        _room, _capacity,
    ),
    c.TRADE_ACTION_SLTP: (_position, _disabled, _stops_allowed, _stops_on_grid),
    c.TRADE_ACTION_MODIFY: (_order, _disabled, _own_prices, _stops_allowed, _stops_on_grid, _expiration),
    c.TRADE_ACTION_REMOVE: (_order,),
    c.TRADE_ACTION_CLOSE_BY: (_close_by, _disabled),
}  # fmt: skip


def first_slip(case: Case) -> int:
    """Give the retcode of the first thing that is wrong with a request; 0 when nothing is."""
    for check in _CHECKS.get(case.request.action, ()):
        slip = check(case)
        if slip:
            return slip
    return 0 if case.request.action in _CHECKS else c.TRADE_RETCODE_INVALID
