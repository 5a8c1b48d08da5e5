"""Inside a bar: what lies between its open and its close, settled worst first."""

from __future__ import annotations

from typing import Any, NamedTuple

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Quotes
from forexai_core.engine.deals import close_position, find_position, netting_row
from forexai_core.engine.doubts import (
    ENTRY_AND_STOP,
    ENTRY_AND_TARGET,
    ORDER_AND_EXIT,
    RIVAL_ORDER,
    STOP_AND_TARGET,
    TRAILING,
)
from forexai_core.engine.extremes import extend
from forexai_core.engine.impact import slippage_of
from forexai_core.engine.opening import TAKE_PROFIT, TRAILING_STOP, move_trailing, stop_reason
from forexai_core.engine.pending import fill_in_doubt, order_slippage, reached, rivals
from forexai_core.engine.quotes import move_quotes
from forexai_core.engine.records import (
    ENTERED_BEFORE,
    ENTERED_BY_CLOSE,
    ENTERED_FALLING,
    ENTERED_OPEN,
    ENTERED_RISING,
    ENTRY_OUT,
    NO_PRICE,
    ORDER_LIMIT,
    ORDER_STOP,
)
from forexai_core.engine.stopout import stop_out_inside
from forexai_core.engine.swaps import exit_quote
from forexai_core.engine.venue import available

__all__ = ["inside_phase", "order_in_range", "stop_in_range", "target_in_range"]

_NOTHING, _STOP, _ORDER, _TARGET = 0, 1, 2, 3


class Candidate(NamedTuple):
    """What comes next on the way through a bar."""

    kind: int  # nothing, a position's stop, an order, on a straight way also a target
    row: int
    distance: int  # points from the open of its own side


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


@kernel(inline="always")
def _behind(book: Book, position: Any, adverse: bool) -> bool:
    """Say whether a straight way led from a position's entry away from its levels of one side."""
    entered = position["entered"]
    if book["account"]["straight"] == 0 or entered <= ENTERED_OPEN:
        return False
    return ((entered == ENTERED_FALLING) == (position["side"] > 0)) != adverse


@kernel
def _proven(position: Any, quotes: Quotes, level: int, rising: bool) -> bool:
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
def _stop_distance(position: Any, quotes: Quotes) -> int:
    start = quotes.bid_open if position["side"] > 0 else quotes.ask_open
    return abs(position["stop_loss"] - start)


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
def _order_distance(order: Any, quotes: Quotes) -> int:
    start = quotes.ask_open if order["side"] > 0 else quotes.bid_open
    return abs(order["price"] - start)


@kernel
def _next_candidate(book: Book, index: int, quotes: Quotes) -> Candidate:
    """Find the nearest stop or order that the bar reaches; stops of positions before orders."""
    kind, chosen, nearest = _NOTHING, -1, 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and stop_in_range(position, quotes) and not _behind(book, position, True):
            distance = _stop_distance(position, quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _STOP, row, distance
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        waits = order["triggered_ns"] == book["account"]["time_ns"] or available(book, index, order["side"], 1) == 0
        if order["symbol"] == index and not waits and order_in_range(order, quotes):
            distance = _order_distance(order, quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _ORDER, row, distance
    if book["account"]["straight"]:
        target = _next_target(book, index, quotes)
        if target >= 0:
            distance = _target_distance(book["positions"][target], quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _TARGET, target, distance
    return Candidate(kind, chosen, nearest)


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


@kernel(inline="always")
def _take_stop(book: Book, row: int, quotes: Quotes) -> None:
    position = book["positions"][row]
    side, stop = position["side"], position["stop_loss"]
    if book["account"]["straight"] == 0:
        if target_in_range(position, quotes):
            position["doubts"] |= STOP_AND_TARGET
        if not _proven(position, quotes, stop, side < 0):
            position["doubts"] |= ENTRY_AND_STOP
        if book["account"]["netting"] != 0 and _order_the_other_way(book, position, quotes):
            position["doubts"] |= ORDER_AND_EXIT
    price = stop - side * slippage_of(book["symbols"][position["symbol"]], position["volume_steps"])
    _exit(book, row, price, stop_reason(position))


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


@kernel
def _fill_inside(book: Book, row: int, quotes: Quotes, price: int, entered: int) -> None:
    if book["account"]["straight"]:
        _fill_on_the_way(book, row, price, entered)
        return
    doubts = RIVAL_ORDER if _rival_in_range(book, row, quotes) else 0
    if _contested(book, book["orders"][row], quotes, entered):
        doubts |= ORDER_AND_EXIT
    fill_in_doubt(book, row, price, entered, doubts)


@kernel
def _fill_on_the_way(book: Book, row: int, price: int, entered: int) -> None:
    """Fill an order on a straight way, and note the quote at which its position could have been closed then."""
    index, ticket = book["orders"][row]["symbol"], book["orders"][row]["ticket"]
    fill_in_doubt(book, row, price, entered, 0)
    held = netting_row(book, index) if book["account"]["netting"] else find_position(book, ticket)
    if held >= 0:
        position = book["positions"][held]
        quote = exit_quote(book, position)
        if position["side"] * (quote - position["worst"]) < 0:
            position["worst"] = quote


@kernel
def _take_order(book: Book, row: int, quotes: Quotes, distance: int) -> None:
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
        _fill_inside(book, row, quotes, order["price"] + side * order_slippage(book, order), entered)
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


@kernel(inline="always")
def _adverse(book: Book, index: int, quotes: Quotes) -> None:
    """Take stops, orders and the stop-out in the order of their distance from the open."""
    passed = 0
    while True:
        following = _next_candidate(book, index, quotes)
        before = -1 if following.kind == _NOTHING else following.distance
        struck = stop_out_inside(book, index, quotes, passed, before)
        if struck >= 0:
            passed = struck
            continue
        if following.kind == _NOTHING:
            return
        if following.kind == _STOP:
            _take_stop(book, following.row, quotes)
        elif following.kind == _TARGET:
            _take_target(book, following.row, quotes)
        else:
            _take_order(book, following.row, quotes, following.distance)
        passed = max(passed, following.distance)


@kernel(inline="always")
def _target_distance(position: Any, quotes: Quotes) -> int:
    start = quotes.bid_open if position["side"] > 0 else quotes.ask_open
    return abs(position["take_profit"] - start)


@kernel
def _next_target(book: Book, index: int, quotes: Quotes) -> int:
    chosen, nearest = -1, 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index or not target_in_range(position, quotes):
            continue
        if _behind(book, position, False):
            continue
        if not _proven(position, quotes, position["take_profit"], position["side"] > 0):
            position["doubts"] |= ENTRY_AND_TARGET
            continue
        distance = _target_distance(position, quotes)
        if chosen < 0 or distance < nearest:
            chosen, nearest = row, distance
    return chosen


@kernel
def _take_target(book: Book, row: int, quotes: Quotes) -> None:
    position = book["positions"][row]
    side = position["side"]
    extreme = quotes.bid_low if side > 0 else quotes.ask_high
    before = book["account"]["straight"] and position["entered"] > ENTERED_OPEN  # the extreme came before the entry
    if side * (extreme - position["worst"]) < 0 and not before:
        position["worst"] = extreme
    _exit(book, row, position["take_profit"], TAKE_PROFIT)


@kernel(inline="always")
def _favourable(book: Book, index: int, quotes: Quotes) -> None:
    """Take targets in the order of their distance from the open."""
    row = _next_target(book, index, quotes)
    while row >= 0:
        _take_target(book, row, quotes)
        row = _next_target(book, index, quotes)


@kernel(inline="always")
def _extend(book: Book, position: Any, quotes: Quotes) -> None:
    """Carry the best and worst exit-side prices over the bar."""
    long = position["side"] > 0
    best, worst = (quotes.bid_high, quotes.bid_low) if long else (quotes.ask_low, quotes.ask_high)
    if position["entered"] > ENTERED_OPEN:
        best = quotes.bid_close if long else quotes.ask_close
        worst = best if book["account"]["straight"] else worst
    extend(position, best, worst)


@kernel(inline="always")
def _trail(book: Book, row: int, quotes: Quotes) -> bool:
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
        slippage = slippage_of(book["symbols"][position["symbol"]], position["volume_steps"])
        _exit(book, row, level - side * slippage, TRAILING_STOP)
        return True
    if side * (extreme - level) <= 0 and book["account"]["straight"] == 0:
        position["doubts"] |= TRAILING
    return False


@kernel(inline="always")
def _survivors(book: Book, index: int, quotes: Quotes) -> None:
    row = 0
    while row < book["account"]["positions"]:
        position = book["positions"][row]
        if position["symbol"] == index:
            _extend(book, position, quotes)
            if position["trail_distance"] > 0 and _trail(book, row, quotes):
                continue
        row += 1


@kernel(inline="always")
def inside_phase(book: Book, index: int, quotes: Quotes) -> None:
    """Run phase 4 of an event: stops and orders, then targets, then trailing stops.

    Parameters
    ----------
    book : Book
        The account, after the open.
    index : int
        Symbol of the event.
    quotes : Quotes
        The bar. A bar that never moves passes through unharmed.
    """
    if book["account"]["positions"] == 0 and book["account"]["orders"] == 0:
        return
    _adverse(book, index, quotes)
    if book["account"]["positions"] > 0:
        _favourable(book, index, quotes)
        _survivors(book, index, quotes)
