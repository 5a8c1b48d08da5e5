"""Decisions at the open: first everything that closes, cancels or changes, then everything that opens or places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from reference.book import Book
from reference.checks import (
    Refused,
    bind_margin,
    check_frozen,
    check_hedge,
    check_limit,
    check_liquidity,
    check_money,
    check_order_price,
    check_order_stops,
    check_prices,
    check_requote,
    check_steps,
    check_stops,
    check_turn,
    check_turned,
    is_frozen_order,
    stops_from,
)
from reference.clock import next_midnight
from reference.execution import Waiting
from reference.fills import close_at_market, close_by, fill_order
from reference.orders import (
    CANCEL,
    CANCEL_ALL,
    CLOSE,
    CLOSE_ALL,
    CLOSE_BY,
    MARKET,
    MODIFY_ORDER,
    MODIFY_POSITION,
    STOP_LIMIT,
    TRAIL,
    Entered,
    Order,
    Position,
    Request,
)

__all__ = ["carry_out"]


def carry_out(book: Book, symbol: int, ready: list[Waiting]) -> bool:
    """Carry out the requests that waited for a symbol's price; say whether anything was opened."""
    for waiting in ready:
        waiting.goes_on = False
        kind = waiting.request.kind
        if kind in _CLOSINGS:
            _try(book, partial(_CLOSINGS[kind], book, symbol, waiting))
        elif not waiting.request.opens:
            _try(book, partial(_CHANGES[kind], book, symbol, waiting.request))
    opened = False
    for waiting in ready:
        if waiting.request.kind == MARKET:
            opened |= _try(book, partial(_market, book, symbol, waiting))
        elif waiting.request.opens:
            _try(book, partial(_place, book, symbol, waiting.request))
    return opened


def _try(book: Book, action: Callable[[], bool]) -> bool:
    try:
        return action()
    except Refused as refusal:
        book.refused[str(refusal)] += 1
        return False


# ------------------------------------------------------------------------------------------------------- opening
def _market(book: Book, symbol: int, waiting: Waiting) -> bool:
    contract, quote, request = book.contracts[symbol], book.quote(symbol), waiting.request
    entry = quote.entry(request.side)
    order = waiting.order
    if order is None:
        check_turned(book, symbol, request)
        stop, target = stops_from(contract, request, entry)
        steps = check_steps(book, request, symbol, entry, stop)
        check_limit(book, symbol, request.side, steps)
        check_stops(contract, request.side, quote.exit(request.side), stop, target)
        check_hedge(book, symbol, request.side)
        asked = None if waiting.asked is None else waiting.asked.entry(request.side)
        price = contract.slipped(entry, request.side, book.available(request.side, steps))
        check_requote(book, waiting, price, asked)
        check_liquidity(book, request.side, steps)
        order = _order(book, symbol, request, steps, exits=(stop, target))
    else:
        check_stops(contract, order.side, quote.exit(order.side), order.stop, order.target)
    filled = book.available(order.side, order.steps)
    part, price = replace(order, steps=filled), contract.slipped(entry, order.side, filled)
    check_money(book, part, price)
    if not order.ticket:
        order.ticket = part.ticket = book.take_ticket()
    book.use_up(order.side, order.steps, filled)
    if filled < order.steps and book.execution.filling == "return":
        waiting.order, waiting.worked, waiting.goes_on = replace(order, steps=order.steps - filled), True, True
    return filled > 0 and fill_order(book, part, price, "signal", Entered.OPEN) is not None


def _place(book: Book, symbol: int, request: Request) -> bool:
    contract, quote = book.contracts[symbol], book.quote(symbol)
    own_price = (request.limit_price if request.kind == STOP_LIMIT else request.price) or 0
    try:
        stop, target = stops_from(contract, request, own_price)
        steps = check_steps(book, request, symbol, own_price, stop)
    except Refused as refusal:
        if str(refusal) == "invalid_stops":  # a wrong price is named before wrong stops
            check_order_price(contract, _order(book, symbol, request, 0, exits=(None, None)), quote, book.time_ns)
        raise
    check_limit(book, symbol, request.side, steps)
    order = _order(book, symbol, request, steps, exits=(stop, target))
    check_order_price(contract, order, quote, book.time_ns)
    check_order_stops(contract, order)
    check_hedge(book, symbol, order.side)
    order.margin = bind_margin(book, order)
    order.ticket = book.take_ticket()
    book.orders[order.ticket] = order
    return False


def _order(book: Book, symbol: int, request: Request, steps: int, *, exits: tuple[int | None, int | None]) -> Order:
    return Order(
        ticket=0,
        symbol=symbol,
        strategy=request.strategy,
        kind=request.kind,
        origin=request.kind,
        side=request.side,
        steps=steps,
        price=request.price or 0,
        limit_price=request.limit_price,
        stop=exits[0],
        target=exits[1],
        trail_distance=request.trail_distance,
        trail_start=request.trail_start,
        expiry_ns=_expiry(book, request),
        oco=request.oco,
    )


def _expiry(book: Book, request: Request) -> int:
    """Give the instant at which an order is over: an expiry of -1 is the end of the day by the account's clock."""
    return next_midnight(book.account.clock, book.time_ns) if request.expiry_ns == -1 else request.expiry_ns


# ------------------------------------------------------------------------------------- closing, changing, cancelling
def _position(book: Book, symbol: int, request: Request) -> Position:
    position = book.positions.get(request.ticket)
    if position is None or (position.symbol, position.strategy) != (symbol, request.strategy):
        raise Refused("no_position")
    return position


def _pending(book: Book, symbol: int, request: Request) -> Order:
    order = book.orders.get(request.ticket)
    if order is None or (order.symbol, order.strategy) != (symbol, request.strategy):
        raise Refused("no_position")
    return order


def _close(book: Book, symbol: int, waiting: Waiting) -> bool:
    request = waiting.request
    if waiting.worked and waiting.request.ticket not in book.positions:
        return False  # what was left of it is gone
    position = _position(book, symbol, request)
    if not waiting.worked:
        check_frozen(book, position)
    if waiting.rest is None:
        steps, least = request.steps or position.steps, book.contracts[symbol].min_steps
        rest = position.steps - steps
        if steps < 0 or rest < 0 or (rest and (rest < least or steps < least)):
            raise Refused("invalid_volume")
    else:
        steps = min(waiting.rest, position.steps)
    check_turn(book, position, steps)
    filled = close_at_market(book, waiting, position, steps)
    if filled < steps and book.execution.filling == "return":
        waiting.rest, waiting.worked, waiting.goes_on = steps - filled, True, True
    return False


def _close_all(book: Book, symbol: int, waiting: Waiting) -> bool:
    request = waiting.request
    held = book.positions_of(symbol)
    for position in held if book.account.fifo == "none" else sorted(held, key=lambda p: p.age):
        if position.strategy == request.strategy and request.side in {0, position.side}:
            _try(book, partial(_close_one, book, waiting, position))
    waiting.worked |= waiting.goes_on
    return False


def _close_one(book: Book, waiting: Waiting, position: Position) -> bool:
    steps = position.steps
    try:
        check_frozen(book, position)
        check_turn(book, position, steps)
        filled = close_at_market(book, waiting, position, steps)
    except Refused as refusal:
        position.kept = str(refusal)
        raise
    if filled < steps:
        position.kept = "no_liquidity"
    waiting.goes_on |= filled < steps and book.execution.filling == "return"
    return False


def _close_by(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    other = _position(book, symbol, replace(request, ticket=request.ticket_by))
    check_frozen(book, position)
    check_frozen(book, other)
    if position.side == other.side:
        raise Refused("invalid_close_by")
    close_by(book, position, other)
    return False


def _modify_position(book: Book, symbol: int, request: Request) -> bool:
    position, quote = _position(book, symbol, request), book.quote(symbol)
    check_frozen(book, position)
    check_prices(book.contracts[symbol], request, position.stop, position.target)
    check_stops(book.contracts[symbol], position.side, quote.exit(position.side), request.stop, request.target)
    if request.stop != position.stop:
        position.trailed = False
    position.stop, position.target = request.stop, request.target
    book.start_peak(position)
    return False


def _modify_order(book: Book, symbol: int, request: Request) -> bool:
    order, quote, contract = _pending(book, symbol, request), book.quote(symbol), book.contracts[symbol]
    if is_frozen_order(contract, order, quote):
        raise Refused("frozen")
    changed = replace(
        order,
        price=order.price if request.price is None else request.price,
        limit_price=order.limit_price if request.limit_price is None else request.limit_price,
        stop=request.stop,
        target=request.target,
        expiry_ns=_expiry(book, request),
    )
    check_order_price(contract, changed, quote, book.time_ns)
    check_prices(contract, request, order.stop, order.target)
    check_order_stops(contract, changed)
    changed.margin = bind_margin(book, changed, order.margin)
    book.orders[order.ticket] = changed
    return False


def _cancel(book: Book, symbol: int, request: Request) -> bool:
    order = _pending(book, symbol, request)
    if is_frozen_order(book.contracts[symbol], order, book.quote(symbol)):
        raise Refused("frozen")
    del book.orders[order.ticket]
    return False


def _cancel_all(book: Book, symbol: int, request: Request) -> bool:
    for order in book.orders_of(symbol):
        if order.strategy == request.strategy:
            _try(book, partial(_cancel, book, symbol, replace(request, ticket=order.ticket)))
    return False


def _trail(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    if request.trail_distance < 0 or request.trail_start < 0:
        raise Refused("invalid_stops")
    position.trail_distance, position.trail_start = request.trail_distance, request.trail_start
    book.start_peak(position)
    return False


_CLOSINGS = {CLOSE: _close, CLOSE_ALL: _close_all}
_CHANGES = {
    CLOSE_BY: _close_by,
    MODIFY_POSITION: _modify_position,
    MODIFY_ORDER: _modify_order,
    CANCEL: _cancel,
    CANCEL_ALL: _cancel_all,
    TRAIL: _trail,
}
