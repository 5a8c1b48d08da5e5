"""Inside a bar: what lies between its open and its close, settled worst first."""

from __future__ import annotations

from typing import Any, NamedTuple

from forexai_core._jit import kernel
from forexai_core.engine.accounting.extremes import extend
from forexai_core.engine.execution.inside_exits import take_stop, take_target, trail
from forexai_core.engine.execution.inside_fills import take_order
from forexai_core.engine.execution.reach import (
    left_behind,
    order_distance,
    order_in_range,
    proven,
    stop_distance,
    stop_in_range,
    target_distance,
    target_in_range,
)
from forexai_core.engine.execution.stopout import stop_out_inside
from forexai_core.engine.execution.venue import available
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.doubt_bits import ENTRY_AND_TARGET
from forexai_core.engine.state.records import ENTERED_OPEN

__all__ = ["inside_phase"]

_NOTHING, _STOP, _ORDER, _TARGET = 0, 1, 2, 3


class Candidate(NamedTuple):
    """What comes next on the way through a bar."""

    kind: int  # nothing, a position's stop, an order, on a straight way also a target
    row: int
    distance: int  # points from the open of its own side


@kernel
def _next_candidate(book: Book, index: int, quotes: Quotes) -> Candidate:
    """Find the nearest stop or order that the bar reaches; stops of positions before orders."""
    kind, chosen, nearest = _NOTHING, -1, 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and stop_in_range(position, quotes) and not left_behind(book, position, True):
            distance = stop_distance(position, quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _STOP, row, distance
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        waits = order["triggered_ns"] == book["account"]["time_ns"] or available(book, index, order["side"], 1) == 0
        if order["symbol"] == index and not waits and order_in_range(order, quotes):
            distance = order_distance(order, quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _ORDER, row, distance
    if book["account"]["straight"]:
        target = _next_target(book, index, quotes)
        if target >= 0:
            distance = target_distance(book["positions"][target], quotes)
            if kind == _NOTHING or distance < nearest:
                kind, chosen, nearest = _TARGET, target, distance
    return Candidate(kind, chosen, nearest)


@kernel
def _next_target(book: Book, index: int, quotes: Quotes) -> int:
    chosen, nearest = -1, 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index or not target_in_range(position, quotes):
            continue
        if left_behind(book, position, False):
            continue
        if not proven(position, quotes, position["take_profit"], position["side"] > 0):
            position["doubts"] |= ENTRY_AND_TARGET
            continue
        distance = target_distance(position, quotes)
        if chosen < 0 or distance < nearest:
            chosen, nearest = row, distance
    return chosen


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
            take_stop(book, following.row, quotes, book["positions"][following.row]["stop_loss"])
        elif following.kind == _TARGET:
            take_target(book, following.row, quotes)
        else:
            take_order(book, following.row, quotes, following.distance)
        passed = max(passed, following.distance)


@kernel(inline="always")
def _favourable(book: Book, index: int, quotes: Quotes) -> None:
    """Take targets in the order of their distance from the open."""
    row = _next_target(book, index, quotes)
    while row >= 0:
        take_target(book, row, quotes)
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
def _survivors(book: Book, index: int, quotes: Quotes) -> None:
    row = 0
    while row < book["account"]["positions"]:
        position = book["positions"][row]
        if position["symbol"] == index:
            _extend(book, position, quotes)
            if position["trail_distance"] > 0 and trail(book, row, quotes):
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
