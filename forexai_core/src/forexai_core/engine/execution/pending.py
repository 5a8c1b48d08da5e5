"""Filling of pending orders, at the open and inside a bar."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.arrays import OPEN_REASONS
from forexai_core.engine.accounting.deals import Entry, fill, find_position, netting_row
from forexai_core.engine.accounting.fifo import opposed
from forexai_core.engine.accounting.impact import slipped
from forexai_core.engine.accounting.margin import rebind
from forexai_core.engine.accounting.money import money
from forexai_core.engine.execution.changes import cancel_order, remove_group
from forexai_core.engine.execution.checks import HEDGE_PROHIBITED, NO_MONEY, affordable, refuse
from forexai_core.engine.execution.venue import available, take
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.doubt_bits import RIVAL_ORDER
from forexai_core.engine.state.records import (
    ENTERED_OPEN,
    ORDER_LIMIT,
    ORDER_STOP,
    ORDER_STOP_LIMIT,
)

__all__ = ["expire_orders", "fill_in_doubt", "order_at_open", "order_slipped", "reached", "rivals"]

_LIMIT = OPEN_REASONS.index("limit")
_STOP = OPEN_REASONS.index("stop")
_STOP_LIMIT = OPEN_REASONS.index("stop_limit")


@kernel
def reached(kind: int, side: int, level: int, price: int) -> bool:
    """Say whether a quote of the entry side reaches an order's level."""
    if kind == ORDER_LIMIT:
        return side * (level - price) >= 0
    return side * (price - level) >= 0


@kernel
def _reason(origin: int) -> int:
    if origin == ORDER_LIMIT:
        return _LIMIT
    return _STOP if origin == ORDER_STOP else _STOP_LIMIT


@kernel
def _go_on(book: Book, order: Any, rest: int, bound: float) -> None:
    """Let the rest of an order wait on, and bind its share of margin; its group is over."""
    order["volume_steps"] = rest
    order["oco"] = 0
    order["margin"] = money(bound, book["account"]["money_scale"])
    rebind(book)


@kernel
def fill_order(book: Book, row: int, price: int, entered: int) -> bool:
    """Fill a pending order at a price; remove it when it must not be opened: for want of margin, or against hedging.

    What finds no volume stays.

    Parameters
    ----------
    book : Book
        The account, at present quotes.
    row : int
        Row of the order.
    price : int
        Points, slippage included.
    entered : int
        ENTERED_*: how the price came there.

    Returns
    -------
    bool
        Whether it filled.
    """
    order = book["orders"][row]
    steps = order["volume_steps"]
    filled = available(book, order["symbol"], order["side"], steps)
    entry = Entry(
        order["ticket"],
        order["symbol"],
        order["strategy"],
        order["side"],
        filled,
        price,
        order["stop_loss"],
        order["take_profit"],
        order["trail_distance"],
        order["trail_start"],
        _reason(order["origin"]),
        entered,
        order["tag"],
    )
    group, strategy = order["oco"], order["strategy"]
    if opposed(book, entry.symbol, entry.side):
        cancel_order(book, row)
        refuse(book, HEDGE_PROHIBITED)
        return False
    bound, order["margin"] = order["margin"], 0.0  # an order that fills binds nothing any more
    rebind(book)
    if not affordable(book, entry.symbol, entry.side, filled, price):
        cancel_order(book, row)
        refuse(book, NO_MONEY)
        return False
    take(book, entry.symbol, entry.side, steps, filled)
    if filled < steps:
        _go_on(book, order, steps - filled, bound * (steps - filled) / steps)
    else:
        cancel_order(book, row)
    remove_group(book, group, strategy)
    fill(book, entry)
    return True


@kernel
def expire_orders(book: Book, index: int) -> None:
    """Remove the orders of a symbol whose time is over."""
    row = 0
    while row < book["account"]["orders"]:
        order = book["orders"][row]
        over = 0 < order["expiry_ns"] <= book["account"]["time_ns"]
        if over and order["symbol"] == index:
            cancel_order(book, row)
        else:
            row += 1


@kernel
def order_slipped(book: Book, order: Any, price: int) -> int:
    """Give at what a stop order fills that a price has reached, for what of it the present event fills."""
    filled = available(book, order["symbol"], order["side"], order["volume_steps"])
    return slipped(book["symbols"][order["symbol"]], price, order["side"], filled)


@kernel
def _gap_price(book: Book, order: Any, quote: int) -> int:
    if order["kind"] == ORDER_STOP:
        return order_slipped(book, order, quote)
    return quote if book["account"]["limit_fill_open"] else order["price"]


@kernel
def _note_doubts(book: Book, index: int, ticket: int, doubts: int) -> None:
    """Note what is in doubt of the position that an order has opened, or let grow."""
    row = find_position(book, ticket)
    if row < 0 and book["account"]["netting"]:
        row = netting_row(book, index)
    if row >= 0:
        book["positions"][row]["doubts"] |= doubts


@kernel
def fill_in_doubt(book: Book, row: int, price: int, entered: int, doubts: int) -> bool:
    """Fill a pending order, and note what the bar leaves in doubt about all that it touches.

    That is the position that it opens or adds to; of one that it reduces the closing row, what is left of it, and what
    a reversal opens.

    Parameters
    ----------
    book, row, price, entered
        As :func:`fill_order` takes them.
    doubts : int
        Bits of ``arrays.DOUBTS``.

    Returns
    -------
    bool
        Whether it filled.
    """
    order = book["orders"][row]
    index, ticket = order["symbol"], order["ticket"]
    held = netting_row(book, index) if book["account"]["netting"] else -1
    before = 0
    if held >= 0:
        position = book["positions"][held]
        before = position["doubts"]
        position["doubts"] |= doubts
    filled = fill_order(book, row, price, entered)
    if filled and doubts:
        _note_doubts(book, index, ticket, doubts)
    elif not filled and held >= 0:
        book["positions"][held]["doubts"] = before
    return filled


@kernel
def rivals(book: Book, row: int, other: int) -> bool:
    """Say whether two orders belong to one group and wait for the same prices."""
    one, two = book["orders"][row], book["orders"][other]
    same = one["oco"] == two["oco"] and one["strategy"] == two["strategy"] and one["symbol"] == two["symbol"]
    return row != other and one["oco"] != 0 and same


@kernel
def _rival_at_open(book: Book, row: int) -> bool:
    """Say whether the open reaches another order of the same group."""
    symbol = book["symbols"][book["orders"][row]["symbol"]]
    for other in range(book["account"]["orders"]):
        order = book["orders"][other]
        quote = symbol["ask"] if order["side"] > 0 else symbol["bid"]
        if rivals(book, row, other) and reached(order["kind"], order["side"], order["price"], quote):
            return True
    return False


@kernel
def order_at_open(book: Book, row: int) -> bool:
    """Let the open trigger a pending order.

    Returns
    -------
    bool
        Whether the order has filled, in whole or in part, or was removed.
    """
    order = book["orders"][row]
    symbol = book["symbols"][order["symbol"]]
    quote = symbol["ask"] if order["side"] > 0 else symbol["bid"]
    unfilled = available(book, order["symbol"], order["side"], 1) == 0
    if unfilled or not reached(order["kind"], order["side"], order["price"], quote):
        return False
    if order["kind"] == ORDER_STOP_LIMIT:
        order["kind"] = ORDER_LIMIT
        order["price"] = order["limit_price"]
        book["account"]["activity"] += 1
        if not reached(ORDER_LIMIT, order["side"], order["price"], quote):
            return False
    price, doubts = _gap_price(book, order, quote), RIVAL_ORDER if _rival_at_open(book, row) else 0
    fill_in_doubt(book, row, price, ENTERED_OPEN, doubts)
    return True
