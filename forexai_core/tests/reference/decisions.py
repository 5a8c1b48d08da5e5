"""Decisions at the open: first everything that closes, cancels or changes, then everything that opens or places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference.book import Book
from reference.checks import (
    Refused,
    check_hedge,
    check_limit,
    check_money,
    check_order_price,
    check_order_stops,
    check_steps,
    check_stops,
    check_turn,
    is_frozen_order,
    is_frozen_position,
    stops_from,
)
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


def carry_out(book: Book, symbol: int, requests: list[Request]) -> bool:
    """Carry out the requests that waited for a symbol's price; say whether anything was opened."""
    for request in requests:
        if not request.opens:
            _try(book, symbol, request, _CHANGES[request.kind])
    opened = False
    for request in requests:
        if request.opens:
            opened |= _try(book, symbol, request, _market if request.kind == MARKET else _place)
    return opened


def _try(book: Book, symbol: int, request: Request, action: Callable[[Book, int, Request], bool]) -> bool:
    try:
        return action(book, symbol, request)
    except Refused as refusal:
        book.refused[str(refusal)] += 1
        return False


# ------------------------------------------------------------------------------------------------------- opening
def _market(book: Book, symbol: int, request: Request) -> bool:
    contract, quote = book.contracts[symbol], book.quote(symbol)
    entry = quote.entry(request.side)
    stop, target = stops_from(request, entry)
    steps = check_steps(book, request, symbol, entry, stop)
    check_limit(book, symbol, request.side, steps)
    check_stops(contract, request.side, quote.exit(request.side), stop, target)
    check_hedge(book, symbol, request.side)
    order = _order(symbol, request, steps, stop, target)
    price = entry + request.side * contract.slippage
    check_money(book, order, price)
    order.ticket = book.take_ticket()
    return fill_order(book, order, price, "signal", Entered.OPEN) is not None


def _place(book: Book, symbol: int, request: Request) -> bool:
    contract, quote = book.contracts[symbol], book.quote(symbol)
    own_price = (request.limit_price if request.kind == STOP_LIMIT else request.price) or 0
    try:
        stop, target = stops_from(request, own_price)
        steps = check_steps(book, request, symbol, own_price, stop)
    except Refused as refusal:
        if str(refusal) == "invalid_stops":  # a wrong price is named before wrong stops
            check_order_price(contract, _order(symbol, request, 0, None, None), quote, book.time_ns)
        raise
    check_limit(book, symbol, request.side, steps)
    order = _order(symbol, request, steps, stop, target)
    check_order_price(contract, order, quote, book.time_ns)
    check_order_stops(contract, order)
    check_hedge(book, symbol, order.side)
    order.ticket = book.take_ticket()
    book.orders[order.ticket] = order
    return False


def _order(symbol: int, request: Request, steps: int, stop: int | None, target: int | None) -> Order:
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
        stop=stop,
        target=target,
        trail_distance=request.trail_distance,
        trail_start=request.trail_start,
        expiry_ns=request.expiry_ns,
        oco=request.oco,
    )


# ------------------------------------------------------------------------------------- closing, changing, cancelling
def _position(book: Book, symbol: int, request: Request) -> Position:
    position = book.positions.get(request.ticket)
    if position is None or position.symbol != symbol:
        raise Refused("no_position")
    return position


def _pending(book: Book, symbol: int, request: Request) -> Order:
    order = book.orders.get(request.ticket)
    if order is None or order.symbol != symbol:
        raise Refused("no_position")
    return order


def _close(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    steps, least = request.steps or position.steps, book.contracts[symbol].min_steps
    rest = position.steps - steps
    if steps < 0 or rest < 0 or (rest and (rest < least or steps < least)):
        raise Refused("invalid_volume")
    check_turn(book, position, steps)
    close_at_market(book, position, steps)
    return False


def _close_all(book: Book, symbol: int, request: Request) -> bool:
    for position in book.positions_of(symbol):
        if position.strategy == request.strategy and request.side in {0, position.side}:
            _try(book, symbol, replace(request, ticket=position.ticket), _close_whole)
    return False


def _close_whole(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    check_turn(book, position, position.steps)
    close_at_market(book, position, position.steps)
    return False


def _close_by(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    other = _position(book, symbol, replace(request, ticket=request.ticket_by))
    if position.side == other.side:
        raise Refused("invalid_close_by")
    close_by(book, position, other)
    return False


def _modify_position(book: Book, symbol: int, request: Request) -> bool:
    position, quote = _position(book, symbol, request), book.quote(symbol)
    if is_frozen_position(book.contracts[symbol], position, quote):
        raise Refused("frozen")
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
        expiry_ns=request.expiry_ns,
    )
    check_order_price(contract, changed, quote, book.time_ns)
    check_order_stops(contract, changed)
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
            _try(book, symbol, replace(request, ticket=order.ticket), _cancel)
    return False


def _trail(book: Book, symbol: int, request: Request) -> bool:
    position = _position(book, symbol, request)
    if request.trail_distance < 0 or request.trail_start < 0:
        raise Refused("invalid_stops")
    position.trail_distance, position.trail_start = request.trail_distance, request.trail_start
    book.start_peak(position)
    return False


_CHANGES = {
    CLOSE: _close,
    CLOSE_ALL: _close_all,
    CLOSE_BY: _close_by,
    MODIFY_POSITION: _modify_position,
    MODIFY_ORDER: _modify_order,
    CANCEL: _cancel,
    CANCEL_ALL: _cancel_all,
    TRAIL: _trail,
}
