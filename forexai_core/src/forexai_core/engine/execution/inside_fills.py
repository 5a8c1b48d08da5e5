"""Pending orders that fill inside a bar, and what that does to what they meet."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.deals import find_position, netting_row
from forexai_core.engine.accounting.quotes import move_quotes
from forexai_core.engine.accounting.swaps import exit_quote
from forexai_core.engine.execution.inside_exits import take_stop
from forexai_core.engine.execution.pending import fill_in_doubt, order_slipped, reached, rivals
from forexai_core.engine.execution.reach import order_in_range, stop_in_range, target_in_range
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.doubt_bits import ORDER_AND_EXIT, RIVAL_ORDER
from forexai_core.engine.state.records import (
    ENTERED_BY_CLOSE,
    ENTERED_FALLING,
    ENTERED_OPEN,
    ENTERED_RISING,
    NO_PRICE,
    ORDER_LIMIT,
    ORDER_STOP,
)

__all__ = ["take_order"]


@kernel
def _rival_in_range(book: Book, row: int, quotes: Quotes) -> bool:
    """Say whether the bar reaches another order of the same group and symbol."""
    for other in range(book["account"]["orders"]):
        if rivals(book, row, other) and order_in_range(book["orders"][other], quotes):
            return True
    return False


@kernel
def _contested(book: Book, order: Any, quotes: Quotes, entered: int) -> bool:
    """Say whether the bar leaves open which came first: an order, or the exit of the netting position it meets.

    An order on the way to the stop of a position to which it adds came before that stop.
    """
    row = netting_row(book, order["symbol"]) if book["account"]["netting"] else -1
    if row < 0:
        return False
    position = book["positions"][row]
    stopped, taken = stop_in_range(position, quotes), target_in_range(position, quotes)
    if position["side"] != order["side"]:
        return stopped or taken or position["entered"] > ENTERED_OPEN
    on_the_way = ENTERED_FALLING if position["side"] > 0 else ENTERED_RISING
    return taken or (stopped and entered != on_the_way)


@kernel(inline="always")
def _exit_beside(quotes: Quotes, side: int, level: int) -> int:
    """Give the quote of the exit side where that of the entry side is at a level: moved as far from its open."""
    if side > 0:
        return min(max(quotes.bid_open + level - quotes.ask_open, quotes.bid_low), quotes.bid_high)
    return min(max(quotes.ask_open + level - quotes.bid_open, quotes.ask_low), quotes.ask_high)


@kernel(inline="always")
def _filled(book: Book, index: int, ticket: int) -> int:
    """Give the row of what an order has opened, or met; -1 where nothing is left of it."""
    return netting_row(book, index) if book["account"]["netting"] else find_position(book, ticket)


@kernel(inline="always")
def _fill_in_a_bar(book: Book, row: int, quotes: Quotes, price: int, entered: int) -> bool:
    """Fill an order in a bar that does not tell in which order its prices came."""
    doubts = RIVAL_ORDER if _rival_in_range(book, row, quotes) else 0
    if _contested(book, book["orders"][row], quotes, entered):
        doubts |= ORDER_AND_EXIT
    return fill_in_doubt(book, row, price, entered, doubts)


@kernel(inline="always")
def _fill_on_the_way(book: Book, row: int, price: int, entered: int) -> bool:
    """Fill an order on a straight way, and note the quote at which its position could have been closed then."""
    index, ticket = book["orders"][row]["symbol"], book["orders"][row]["ticket"]
    filled = fill_in_doubt(book, row, price, entered, 0)
    held = _filled(book, index, ticket)
    if held >= 0:
        position = book["positions"][held]
        quote = exit_quote(book, position)
        if position["side"] * (quote - position["worst"]) < 0:
            position["worst"] = quote
    return filled


@kernel
def _fill_inside(book: Book, row: int, quotes: Quotes, price: int, entered: int) -> None:
    """Fill an order, and stop what it opened where the quote of that moment has passed the stop already."""
    order = book["orders"][row]
    index, ticket, side = order["symbol"], order["ticket"], order["side"]
    quote = _exit_beside(quotes, side, order["price"])
    if book["account"]["straight"]:
        filled = _fill_on_the_way(book, row, price, entered)
    else:
        filled = _fill_in_a_bar(book, row, quotes, price, entered)
    held = _filled(book, index, ticket) if filled else -1
    if held >= 0:
        position = book["positions"][held]
        stop = position["stop_loss"]
        if position["side"] == side and stop != NO_PRICE and side * (quote - stop) <= 0:
            take_stop(book, held, quotes, quote)


@kernel
def take_order(book: Book, row: int, quotes: Quotes, distance: int) -> None:
    """Execute a pending order whose level the bar reaches."""
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    side = order["side"]
    if order["kind"] == ORDER_LIMIT:
        move_quotes(symbol, quotes, -side, distance)
        entered = ENTERED_FALLING if side > 0 else ENTERED_RISING
        _fill_inside(book, row, quotes, order["price"], entered)
        return
    move_quotes(symbol, quotes, side, distance)
    entered = ENTERED_RISING if side > 0 else ENTERED_FALLING
    if order["kind"] == ORDER_STOP:
        _fill_inside(book, row, quotes, order_slipped(book, order, order["price"]), entered)
        return
    trigger = order["price"]
    order["kind"] = ORDER_LIMIT
    order["price"] = order["limit_price"]
    order["triggered_ns"] = book["account"]["time_ns"]
    book["account"]["activity"] += 1
    close = quotes.ask_close if side > 0 else quotes.bid_close
    if reached(ORDER_LIMIT, side, order["price"], trigger):
        _fill_inside(book, row, quotes, order["price"], entered)
    elif reached(ORDER_LIMIT, side, order["price"], close):
        _fill_inside(book, row, quotes, order["price"], ENTERED_BY_CLOSE)
