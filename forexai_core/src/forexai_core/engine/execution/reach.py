"""What of levels and orders a bar reaches, how far from its open, and what that proves."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.execution.pending import reached
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.records import (
    ENTERED_BEFORE,
    ENTERED_FALLING,
    ENTERED_OPEN,
    ENTERED_RISING,
    NO_PRICE,
    ORDER_LIMIT,
)

__all__ = [
    "left_behind",
    "order_distance",
    "order_in_range",
    "proven",
    "stop_distance",
    "stop_in_range",
    "target_distance",
    "target_in_range",
]


@kernel(inline="always")
def stop_in_range(position: Any, quotes: Quotes) -> bool:
    """Say whether a bar reaches a position's stop."""
    stop = position["stop_loss"]
    if stop == NO_PRICE:
        return False
    return quotes.bid_low <= stop if position["side"] > 0 else quotes.ask_high >= stop


@kernel(inline="always")
def target_in_range(position: Any, quotes: Quotes) -> bool:
    """Say whether a bar reaches a position's target."""
    target = position["take_profit"]
    if target == NO_PRICE:
        return False
    return quotes.bid_high >= target if position["side"] > 0 else quotes.ask_low <= target


@kernel
def order_in_range(order: Any, quotes: Quotes) -> bool:
    """Say whether a bar reaches an order's price."""
    side = order["side"]
    if (order["kind"] == ORDER_LIMIT) == (side > 0):
        extreme = quotes.ask_low if side > 0 else quotes.bid_low
    else:
        extreme = quotes.ask_high if side > 0 else quotes.bid_high
    return reached(order["kind"], side, order["price"], extreme)


@kernel(inline="always")
def left_behind(book: Book, position: Any, adverse: bool) -> bool:
    """Say whether a straight way led from a position's entry away from its levels of one side."""
    entered = position["entered"]
    if book["account"]["straight"] == 0 or entered <= ENTERED_OPEN:
        return False
    return ((entered == ENTERED_FALLING) == (position["side"] > 0)) != adverse


@kernel
def proven(position: Any, quotes: Quotes, level: int, rising: bool) -> bool:
    """Say whether the bar proves that a level in its range was reached after the entry.

    A price that entered falling goes on to the low, one that entered rising to the high; and from
    wherever it entered, the path ends at the close.
    """
    entered = position["entered"]
    if entered in (ENTERED_BEFORE, ENTERED_OPEN):
        return True
    if rising and entered == ENTERED_RISING:
        return True
    if not rising and entered == ENTERED_FALLING:
        return True
    close = quotes.bid_close if position["side"] > 0 else quotes.ask_close
    return close >= level if rising else close <= level


@kernel(inline="always")
def stop_distance(position: Any, quotes: Quotes) -> int:
    """Give how many points a position's stop lies from the open of the exit side."""
    start = quotes.bid_open if position["side"] > 0 else quotes.ask_open
    return abs(position["stop_loss"] - start)


@kernel(inline="always")
def target_distance(position: Any, quotes: Quotes) -> int:
    """Give how many points a position's target lies from the open of the exit side."""
    start = quotes.bid_open if position["side"] > 0 else quotes.ask_open
    return abs(position["take_profit"] - start)


@kernel(inline="always")
def order_distance(order: Any, quotes: Quotes) -> int:
    """Give how many points an order lies from the open of the entry side."""
    start = quotes.ask_open if order["side"] > 0 else quotes.bid_open
    return abs(order["price"] - start)
