"""Changes: closing, modifying and cancelling what is open or ordered."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.deals import SIGNAL, close_position, find_position
from forexai_core.engine.accounting.fifo import next_in_turn, out_of_turn
from forexai_core.engine.accounting.grid import is_on_grid
from forexai_core.engine.accounting.impact import slipped
from forexai_core.engine.accounting.margin import initial_margin, mark, rebind
from forexai_core.engine.accounting.swaps import exit_quote
from forexai_core.engine.execution.checks import (
    FIFO_CLOSE,
    FROZEN,
    INVALID_PRICE,
    INVALID_STOPS,
    INVALID_VOLUME,
    NO_LIQUIDITY,
    NO_MONEY,
    NO_POSITION,
    REQUOTE,
    affordable_wait,
    are_prices,
    frozen,
    frozen_close,
    frozen_position,
    is_own,
    refuse,
    stops_fit,
    trailing_fits,
    wrong_side,
)
from forexai_core.engine.execution.close_by import close_by
from forexai_core.engine.execution.venue import available, requoted, take, waits_for_more
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import (
    ENTRY_OUT,
    FILLING_FOK,
    FILLING_IOC,
    NO_PRICE,
    ORDER_STOP_LIMIT,
    REQUEST_CANCEL,
    REQUEST_CANCEL_ALL,
    REQUEST_CLOSE,
    REQUEST_CLOSE_ALL,
    REQUEST_CLOSE_BY,
    REQUEST_MODIFY_ORDER,
    REQUEST_MODIFY_POSITION,
    REQUEST_TRAIL,
    UNTIL_MIDNIGHT,
)

__all__ = ["cancel_order", "change", "entry_side", "expiry_of", "price_problem", "remove_group"]


@kernel
def cancel_order(book: Book, row: int) -> None:
    """Take a pending order out of the book."""
    account = book["account"]
    account["orders"] -= 1
    account["activity"] += 1
    for number in range(row, account["orders"]):
        book["orders"][number] = book["orders"][number + 1]
    rebind(book)


@kernel
def remove_group(book: Book, group: int, strategy: int) -> None:
    """Cancel what is left of a group of which one order has filled."""
    row = 0
    while group > 0 and row < book["account"]["orders"]:
        order = book["orders"][row]
        if order["oco"] == group and order["strategy"] == strategy:
            cancel_order(book, row)
        else:
            row += 1


@kernel
def _order_of(book: Book, request: Any) -> int:
    """Find the order that a request names; -1 when its strategy has none such on its symbol."""
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        if order["ticket"] == request["ticket"] and is_own(order, request):
            return row
    return -1


@kernel
def _position_of(book: Book, request: Any) -> int:
    """Find the position that a request names; -1 when its strategy has none such on its symbol."""
    row = find_position(book, request["ticket"])
    if row >= 0 and not is_own(book["positions"][row], request):
        return -1
    return row


@kernel
def _close_at_market(book: Book, request: Any, row: int, steps: int) -> int:
    """Close a volume at the present quote, or what of it is filled there; give how much, or minus why it is refused."""
    position = book["positions"][row]
    index, side = position["symbol"], position["side"]
    symbol = book["symbols"][index]
    filled = available(book, index, -side, steps)
    price = slipped(symbol, symbol["bid"] if side > 0 else symbol["ask"], -side, filled)
    if requoted(book, request, price, request["asked_bid"] if side > 0 else request["asked_ask"]):
        refuse(book, REQUOTE)
        return -REQUOTE
    filling = book["account"]["filling"]
    if filled < steps and (filling == FILLING_FOK or (filling == FILLING_IOC and filled == 0)):
        refuse(book, NO_LIQUIDITY)
        return -NO_LIQUIDITY
    if 0 < filled < steps and out_of_turn(book, row, filled):  # by size, a whole may be another's turn than a part
        refuse(book, FIFO_CLOSE)
        return -FIFO_CLOSE
    take(book, index, -side, steps, filled)
    if filled == 0:
        return 0
    ticket = book["account"]["next_ticket"]
    book["account"]["next_ticket"] += 1
    close_position(book, row, filled, price, SIGNAL, 0, ticket, ENTRY_OUT)
    return filled


@kernel
def _close(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        if request["worked"] == 0:
            refuse(book, NO_POSITION)
        return
    if request["worked"] == 0 and frozen_close(book, book["positions"][row]):
        refuse(book, FROZEN)
        return
    held = book["positions"][row]["volume_steps"]
    steps = request["volume_steps"] if request["volume_steps"] != 0 else held
    if request["worked"] > 0:
        steps = min(steps, held)
    least = book["symbols"][book["positions"][row]["symbol"]]["min_steps"]
    parted = steps < held and (held - steps < least or steps < least)
    if steps < 0 or steps > held or (parted and request["worked"] == 0):
        refuse(book, INVALID_VOLUME)
        return
    if out_of_turn(book, row, steps):
        refuse(book, FIFO_CLOSE)
        return
    filled = _close_at_market(book, request, row, steps)
    if 0 <= filled < steps:
        request["volume_steps"] = steps - filled
        waits_for_more(book, request)


@kernel
def _close_whole(book: Book, request: Any, row: int) -> int:
    """Close a position with all others; give how much of it was closed, or minus why that is refused."""
    position = book["positions"][row]
    if frozen_close(book, position):
        refuse(book, FROZEN)
        return -FROZEN
    if out_of_turn(book, row, position["volume_steps"]):
        refuse(book, FIFO_CLOSE)
        return -FIFO_CLOSE
    return _close_at_market(book, request, row, position["volume_steps"])


@kernel
def _close_all(book: Book, request: Any) -> None:
    row, waits = next_in_turn(book, 0, 0), False
    while row >= 0:
        position = book["positions"][row]
        serial, ticket = position["serial"], position["ticket"]
        if is_own(position, request) and request["side"] in (0, position["side"]):
            steps = position["volume_steps"]
            filled = _close_whole(book, request, row)
            if filled < steps:
                book["positions"][row]["kept"] = NO_LIQUIDITY if filled >= 0 else -filled
            waits = waits or 0 <= filled < steps
        row = next_in_turn(book, serial, ticket)
    if waits:
        waits_for_more(book, request)


@kernel
def _modify_position(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    market = symbol["bid"] if position["side"] > 0 else symbol["ask"]
    if frozen_position(symbol, position):
        refuse(book, FROZEN)
        return
    if not are_prices(request, position["stop_loss"], position["take_profit"], symbol["tick"]):
        refuse(book, INVALID_STOPS)
        return
    stop, target = request["stop_loss"], request["take_profit"]
    why = stops_fit(position["side"], stop, target, market, symbol["stops_level"])
    if why:
        refuse(book, why)
        return
    if stop != position["stop_loss"]:
        position["trailed"] = 0
    position["stop_loss"] = stop
    position["take_profit"] = target
    position["peak"] = market
    book["account"]["activity"] += 1


@kernel
def _trail(book: Book, request: Any) -> None:
    row = _position_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    if not trailing_fits(request):
        refuse(book, INVALID_STOPS)
        return
    book["positions"][row]["trail_distance"] = request["trail_distance"]
    book["positions"][row]["trail_start"] = request["trail_start"]
    book["positions"][row]["peak"] = exit_quote(book, book["positions"][row])
    book["account"]["activity"] += 1


@kernel
def entry_side(symbol: Any, side: int) -> int:
    """Give the present quote at which a side enters."""
    return symbol["ask"] if side > 0 else symbol["bid"]


@kernel(inline="always")
def expiry_of(book: Book, request: Any) -> int:
    """Give the instant at which an order that is placed or changed now is over; 0 never."""
    expiry_ns = request["expiry_ns"]
    return book["account"]["midnight_ns"] if expiry_ns == UNTIL_MIDNIGHT else expiry_ns


@kernel
def price_problem(book: Book, order: Any, price: int, limit: int, expiry_ns: int) -> bool:
    """Say whether the prices or the time of a pending order do not hold."""
    side = order["side"]
    symbol = book["symbols"][order["symbol"]]
    tick, limited = symbol["tick"], order["kind"] == ORDER_STOP_LIMIT
    if 0 < expiry_ns <= book["account"]["time_ns"] or price <= 0 or not is_on_grid(price, tick):
        return True
    # a stop-limit's limit lies on the better side of its stop price
    if limited and (limit <= 0 or side * (price - limit) <= 0 or not is_on_grid(limit, tick)):
        return True
    return wrong_side(symbol, order["kind"], side, price)


@kernel
def _modify_order(book: Book, request: Any) -> None:
    row = _order_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    if frozen(symbol, entry_side(symbol, order["side"]), order["price"]):
        refuse(book, FROZEN)
        return
    price = order["price"] if request["price"] == NO_PRICE else request["price"]
    limit = order["limit_price"] if request["limit_price"] == NO_PRICE else request["limit_price"]
    expiry_ns = expiry_of(book, request)
    if price_problem(book, order, price, limit, expiry_ns):
        refuse(book, INVALID_PRICE)
        return
    own = limit if order["kind"] == ORDER_STOP_LIMIT else price
    stop, target = request["stop_loss"], request["take_profit"]
    sound = are_prices(request, order["stop_loss"], order["take_profit"], symbol["tick"])
    if not sound or stops_fit(order["side"], stop, target, own, symbol["stops_level"]):
        refuse(book, INVALID_STOPS)
        return
    if book["account"]["orders_bind"]:
        mark(book)
        book["account"]["checked_equity"] = book["account"]["equity"]
        kind, steps = order["origin"], order["volume_steps"]
        margin = initial_margin(book["account"], symbol, kind, order["side"], steps, own)
        if not affordable_wait(book, order["symbol"], margin - order["margin"]):
            refuse(book, NO_MONEY)
            return
        order["margin"] = margin
        rebind(book)
    order["price"] = price
    order["limit_price"] = limit
    order["stop_loss"] = stop
    order["take_profit"] = target
    order["expiry_ns"] = expiry_ns
    book["account"]["activity"] += 1


@kernel
def _cancel(book: Book, request: Any) -> None:
    row = _order_of(book, request)
    if row < 0:
        refuse(book, NO_POSITION)
        return
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    if frozen(symbol, entry_side(symbol, order["side"]), order["price"]):
        refuse(book, FROZEN)
        return
    cancel_order(book, row)


@kernel
def _cancel_all(book: Book, request: Any) -> None:
    row = 0
    while row < book["account"]["orders"]:
        order = book["orders"][row]
        mine = is_own(order, request)
        symbol = book["symbols"][order["symbol"]]
        if mine and frozen(symbol, entry_side(symbol, order["side"]), order["price"]):
            refuse(book, FROZEN)
            row += 1
        elif mine:
            cancel_order(book, row)
        else:
            row += 1


@kernel
def change(book: Book, request: Any) -> None:
    """Carry out a request of the first pass: close, modify, cancel."""
    kind = request["kind"]
    if kind == REQUEST_CLOSE:
        _close(book, request)
    elif kind == REQUEST_CLOSE_ALL:
        _close_all(book, request)
    elif kind == REQUEST_MODIFY_POSITION:
        _modify_position(book, request)
    elif kind == REQUEST_MODIFY_ORDER:
        _modify_order(book, request)
    elif kind == REQUEST_CANCEL:
        _cancel(book, request)
    elif kind == REQUEST_CANCEL_ALL:
        _cancel_all(book, request)
    elif kind == REQUEST_TRAIL:
        _trail(book, request)
    elif kind == REQUEST_CLOSE_BY:
        close_by(book, request)
