"""Exits inside a bar: by the stop, by the target, and by a stop that trails."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.deals import close_position
from forexai_core.engine.accounting.impact import slipped
from forexai_core.engine.execution.bar_open import TAKE_PROFIT, TRAILING_STOP, move_trailing, stop_reason
from forexai_core.engine.execution.reach import order_in_range, proven, target_in_range
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.doubt_bits import ENTRY_AND_STOP, ORDER_AND_EXIT, STOP_AND_TARGET, TRAILING
from forexai_core.engine.state.records import ENTERED_OPEN, ENTRY_OUT, ORDER_LIMIT

__all__ = ["take_stop", "take_target", "trail"]


@kernel(inline="always")
def _exit(book: Book, row: int, price: int, reason: int) -> None:
    steps = book["positions"][row]["volume_steps"]
    close_position(book, row, steps, price, reason, 1, 0, ENTRY_OUT)


@kernel
def _order_the_other_way(book: Book, position: Any, quotes: Quotes) -> bool:
    """Say whether the bar reaches an order away from a netting position's stop, which might have changed it before."""
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        rises = (order["kind"] == ORDER_LIMIT) != (order["side"] > 0)
        if order["symbol"] == position["symbol"] and rises == (position["side"] > 0) and order_in_range(order, quotes):
            return True
    return False


@kernel
def take_stop(book: Book, row: int, quotes: Quotes, level: int) -> None:
    """Close a position by its stop, at a level with slippage."""
    position = book["positions"][row]
    side, stop = position["side"], position["stop_loss"]
    if book["account"]["straight"] == 0:
        if target_in_range(position, quotes):
            position["doubts"] |= STOP_AND_TARGET
        if not proven(position, quotes, stop, side < 0):
            position["doubts"] |= ENTRY_AND_STOP
        if book["account"]["netting"] != 0 and _order_the_other_way(book, position, quotes):
            position["doubts"] |= ORDER_AND_EXIT
    price = slipped(book["symbols"][position["symbol"]], level, -side, position["volume_steps"])
    _exit(book, row, price, stop_reason(position))


@kernel
def take_target(book: Book, row: int, quotes: Quotes) -> None:
    """Close a position by its target, at its price."""
    position = book["positions"][row]
    side = position["side"]
    extreme = quotes.bid_low if side > 0 else quotes.ask_high
    before = book["account"]["straight"] and position["entered"] > ENTERED_OPEN  # the extreme came before the entry
    if side * (extreme - position["worst"]) < 0 and not before:
        position["worst"] = extreme
    _exit(book, row, position["take_profit"], TAKE_PROFIT)


@kernel(inline="always")
def trail(book: Book, row: int, quotes: Quotes) -> bool:
    """Move a trailing stop behind the bar's best price; say whether that closed the position."""
    if not move_trailing(book, row):
        return False
    position = book["positions"][row]
    side, level = position["side"], position["stop_loss"]
    close = quotes.bid_close if side > 0 else quotes.ask_close
    extreme = quotes.bid_low if side > 0 else quotes.ask_high
    if side * (close - level) <= 0:
        if side * (extreme - level) < 0 and book["account"]["straight"] == 0:
            position["doubts"] |= TRAILING
        price = slipped(book["symbols"][position["symbol"]], level, -side, position["volume_steps"])
        _exit(book, row, price, TRAILING_STOP)
        return True
    if side * (extreme - level) <= 0 and book["account"]["straight"] == 0:
        position["doubts"] |= TRAILING
    return False
