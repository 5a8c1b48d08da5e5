"""Gliding: passing over many calm bars of one symbol at once.

With at most one position and nothing else in the book, a stretch of bars comes down to three passes over columns,
which the compiler turns into vector instructions: is a stop or a target reached, the equity at each close, and the
lowest inside each bar. The outcome is that of :func:`forexai_core.engine.passing.calm.pass_calmly` bar by bar, to the
bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel
from forexai_core.engine.accounting.curve import note_level
from forexai_core.engine.accounting.extremes import extend
from forexai_core.engine.accounting.quotes import quotes_of, set_quotes
from forexai_core.engine.passing.held import Held, held_of, profit_at
from forexai_core.engine.passing.prefetch import fetch_event
from forexai_core.engine.state.book import Book, Curve, Market
from forexai_core.engine.state.records import FAR
from forexai_core.values.points import Integers

__all__ = ["can_glide", "glide", "is_simple", "land", "look_ahead"]

_BLOCK = 256  # bars: they stay in the nearest cache over the three passes
_VECTOR = 32  # bars that a pass takes at once with the widest vectors


@kernel(inline="always")
def is_simple(book: Book, market: Market) -> bool:
    """Say whether there is one symbol, at most one position, and no order, request, margin call or column of rates."""
    account = book["account"]
    simple = account["orders"] == 0 and account["requests"] == 0 and account["positions"] <= 1
    simple = simple and account["instant"] == 0  # there the last quotes are what a trader has seen
    simple = simple and account["called"] == 0  # whether a margin call still stands is looked at event by event
    return simple and len(market.events) == 0 and len(market.rates) == 0


@kernel(inline="always")
def can_glide(book: Book, market: Market, curve: Curve) -> bool:
    """Say whether all is simple, and each event a row of the curve."""
    return is_simple(book, market) and len(curve.time_ns) == 0


# Views are passed instead of bounds: only for indices from 0 does numba leave out the check for negative ones, and
# with that check nothing is vectorised.


@kernel
def _range(high: Integers, low: Integers) -> tuple[int, int]:
    """Give the highest high and the lowest low of at least one bar."""
    top, bottom = high[0], low[0]
    for row in range(len(high)):
        top = max(top, high[row])
    for row in range(len(low)):
        bottom = min(bottom, low[row])
    return int(np.int64(top)), int(np.int64(bottom))


@kernel
def _first_touch(high: Integers, low: Integers, above: int, below: int) -> int:
    for row in range(len(high)):
        if low[row] <= below or high[row] >= above:
            return row
    return len(high)


@kernel
def _mark(held: Held, close: Integers, worst: Integers, equity: Any, lowest: Any) -> None:
    """Write the equity at each close, and the lowest inside each bar."""
    extra = float(held.extra)
    if held.own_price > 0.0:
        for row in range(len(close)):
            profit = profit_at(held, close[row] + extra)
            equity[row] = held.balance + (profit + held.swap)
            lowest[row] = equity[row] + profit_at(held, worst[row] + extra) - profit
    else:
        for row in range(len(close)):
            profit = profit_at(held, close[row] + extra)
            equity[row] = held.balance + (profit + held.swap)
            lowest[row] = equity[row] + profit_at(held, worst[row] + extra) - profit


@kernel
def _first_short(held: Held, worst: Integers) -> int:
    """Give the first bar in which the margin may fail."""
    for row in range(len(worst)):
        if held.balance + (profit_at(held, float(worst[row] + held.extra)) + held.swap) < held.least:
            return row
    return len(worst)


@kernel
def _rest(account: Any, curve: Curve, row: int, count: int) -> None:
    """Write the rows of bars over which nothing is open."""
    balance = account["balance"]
    equity, lowest = curve.equity[row : row + count], curve.lowest[row : row + count]
    for each in range(count):
        equity[each] = balance
    for each in range(count):
        lowest[each] = balance


@kernel(inline="always")
def _calm_bars(held: Held, high: Integers, low: Integers, top: int, bottom: int) -> int:
    """Count the bars before the first at which a stop or target may be reached, or the margin may fail.

    ``top`` and ``bottom`` are the extremes of all of them.
    """
    calm = len(high)
    if top + held.extra >= held.above or bottom + held.extra <= held.below:
        calm = _first_touch(high, low, held.above - held.extra, held.below - held.extra)
    worst = bottom if held.side > 0.0 else top
    if held.balance + (profit_at(held, float(worst + held.extra)) + held.swap) < held.least:
        calm = min(calm, _first_short(held, low if held.side > 0.0 else high))
    return calm


@kernel(inline="always")
def _in_whole_vectors(count: int, room: int) -> int:
    """Round up to as many rows as vector instructions take at once: the rest, row by row, took longer than all others.

    What is written beyond the count is written again when those bars are passed.
    """
    return min((count + _VECTOR - 1) // _VECTOR * _VECTOR, room)


@kernel(inline="always")
def _hold(book: Book, market: Market, curve: Curve, event: int, stop: int) -> int:
    """Carry the one open position over bars; give the first event that it was not carried over."""
    position = book["positions"][0]
    held = held_of(book, market)
    long = position["side"] > 0
    path = market.ask if not long and len(market.ask.close) else market.bid
    highest, deepest = -FAR, FAR
    first, row = event, book["account"]["equity_rows"]
    while event < stop:
        wanted = min(event + _BLOCK, stop) - event
        high, low = path.high[event : event + wanted], path.low[event : event + wanted]
        top, bottom = _range(high, low)
        count = _calm_bars(held, high, low, top, bottom)
        if count < wanted:
            fetch_event(market, event + count)
            if count == 0:
                break
            top, bottom = _range(high[:count], low[:count])
        highest, deepest = max(highest, top), min(deepest, bottom)
        written = _in_whole_vectors(count, min(len(path.close) - event, len(curve.equity) - row))
        close, worst = path.close[event : event + written], path.low if long else path.high
        equity, lowest = curve.equity[row : row + written], curve.lowest[row : row + written]
        _mark(held, close, worst[event : event + written], equity, lowest)
        row += count
        event += count
        if count < wanted:
            break
    if event > first:
        top, bottom = highest + held.extra, deepest + held.extra
        extend(position, top if long else bottom, bottom if long else top)
    return event


@kernel(inline="always")
def glide(book: Book, market: Market, curve: Curve, event: int, stop: int) -> int:
    """Pass over bars as long as they are calm.

    Of what an event leaves in the account, only the rows of the curve are kept up; :func:`land` does the rest, before
    anything looks. To read the times and quotes of each stretch's last bar took longer than all its arithmetic.

    Parameters
    ----------
    book : Book
        The account; :func:`can_glide` holds, and :func:`forexai_core.engine.passing.calm.note_calm` has been called
        since anything happened.
    market, curve : Market, Curve
        The prices, and the equity to write.
    event, stop : int
        First event to take, and the one before which to stop.

    Returns
    -------
    int
        The first event that was not taken.
    """
    account = book["account"]
    first, row = event, account["equity_rows"]
    if account["positions"] == 0:
        _rest(account, curve, row, _in_whole_vectors(stop - event, len(curve.equity) - row))
        event = stop
    else:
        number = account["rollover"]
        if number < len(market.rollovers):
            stop = min(stop, market.rollovers[number]["event"])
        event = _hold(book, market, curve, event, stop)
    taken = event - first
    if taken > 0:
        note_level(book, curve, row)
        account["events"] = event
        account["equity_rows"] = row + taken
        account["equity"] = curve.equity[row + taken - 1]
        if account["positions"] > 0:
            book["positions"][0]["bars"] += taken
    return event


@kernel(inline="always")
def look_ahead(book: Book, market: Market, event: int, stop: int) -> int:
    """Say how far nothing would happen if nobody asked for anything, changing nothing.

    Parameters
    ----------
    book, market : Book, Market
        As :func:`glide` takes them, one position being open.
    event, stop : int
        First event to look at, and the one before which to stop.

    Returns
    -------
    int
        The first event at which something may happen.
    """
    held = held_of(book, market)
    path = market.ask if book["positions"][0]["side"] < 0 and len(market.ask.close) else market.bid
    number = book["account"]["rollover"]
    if number < len(market.rollovers):
        stop = min(stop, market.rollovers[number]["event"])
    while event < stop:
        wanted = min(event + _BLOCK, stop) - event
        high, low = path.high[event : event + wanted], path.low[event : event + wanted]
        top, bottom = _range(high, low)
        calm = _calm_bars(held, high, low, top, bottom)
        event += calm
        if calm < wanted:
            break
    return event


@kernel(inline="always")
def land(book: Book, market: Market) -> None:
    """Bring times and quotes to the last event that was taken, after gliding."""
    account, symbol = book["account"], book["symbols"][0]
    last = account["events"] - 1
    if last < 0:
        return
    quotes = quotes_of(market, last, symbol)
    set_quotes(symbol, quotes.bid_close, quotes.ask_close)
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    account["time_ns"] = market.time_ns[last]
    account["end_ns"] = market.end_ns[last]
    account["row_ns"] = account["end_ns"]
    symbol["last_end_ns"] = account["end_ns"]
