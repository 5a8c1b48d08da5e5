"""Kernels of the search: stretches of bars that leave nothing open, and single prices inside one that does."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.engine.accounting.deals import settle_entries
from forexai_core.engine.accounting.margin import mark
from forexai_core.engine.accounting.quotes import flat_quotes, quotes_of, set_quotes, set_rates
from forexai_core.engine.accounting.swaps import charge_rollovers
from forexai_core.engine.driving.event import closing_row, event_symbol, headroom, next_rollover_ns
from forexai_core.engine.driving.phases import (
    CARRY,
    CLOSE,
    SETTLE,
    WHOLE,
    Addresses,
    call_carry,
    call_close,
    call_settle,
)
from forexai_core.engine.driving.run import decide
from forexai_core.engine.execution.pending import expire_orders
from forexai_core.engine.execution.venue import arrive
from forexai_core.engine.interval.doubt import at_worst, doubtful, highest_margin
from forexai_core.engine.passing.calm import is_calm, note_calm, pass_calmly
from forexai_core.engine.state.book import Book, Books, Desk, Market, Quotes
from forexai_core.engine.state.records import STATUS_OK

__all__ = ["Marks", "charge_next", "close_event", "expire", "stretch", "tick", "walk"]

Floats = NDArray[np.float64]

_ROOM = 2**40  # the search writes no equity curve


class Marks(NamedTuple):
    """What is noted of each event, over all states that come by."""

    lows: Floats  # (events,) lowest equity
    margins: Floats  # (events,) highest margin
    slacks: Floats  # (events,) least free margin that an order left
    jump: int  # points by which prices move at once, at most, inside a bar


@kernel(inline="always")
def _note(account: Any, marks: Marks, event: int, worst: float, margin: float) -> None:
    marks.lows[event] = min(marks.lows[event], worst, account["lowest"])
    marks.margins[event] = max(marks.margins[event], margin, account["margin"])
    marks.slacks[event] = min(marks.slacks[event], account["slack"])
    account["lowest"] = account["slack"] = np.inf


@kernel
def _open_event(
    book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses, marks: Marks
) -> None:
    """Take the rollovers before an event, and its open."""
    account = book["account"]
    time_ns, end_ns = market.time_ns[event], market.end_ns[event]
    call_carry(phases[CARRY], (book, market.rollovers, time_ns, end_ns))
    account["events"] = event + 1
    account["time_ns"] = time_ns
    account["end_ns"] = end_ns
    account["symbol"] = index
    arrive(book, market, event, index)
    symbol = book["symbols"][index]
    if len(market.slippage) > 0:
        symbol["slippage"] = market.slippage[event]
    symbol["last_end_ns"] = end_ns
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, event, 0)
    opening = flat_quotes(quotes.bid_open, quotes.ask_open)
    _note(account, marks, event, at_worst(book, index, opening, -1), account["margin"])  # a gap may have been too much
    call_settle(phases[SETTLE], (book, index, opening, WHOLE))
    note_calm(book, next_rollover_ns(book, market))


@kernel
def _end_event(book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses) -> None:
    """Mark the account at an event's close."""
    set_quotes(book["symbols"][index], quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)
    decides = closing_row(market, event) >= 0
    call_close(phases[CLOSE], (book, index, quotes, decides, next_rollover_ns(book, market)))


@kernel
def _pass_other(book: Book, market: Market, event: int, index: int, phases: Addresses) -> None:
    """Let an event of a symbol pass that is not followed: it brings time, rates and its own quotes."""
    account = book["account"]
    time_ns, end_ns = market.time_ns[event], market.end_ns[event]
    call_carry(phases[CARRY], (book, market.rollovers, time_ns, end_ns))
    account["time_ns"] = time_ns
    account["end_ns"] = end_ns
    quotes = quotes_of(market, event, book["symbols"][index])
    set_quotes(book["symbols"][index], quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)


@kernel
def stretch(
    books: Books,
    market: Market,
    desk: Desk,
    step: int,
    phases: Addresses,
    mine: int,
    stop: int,
    pause: bool,
    marks: Marks,
) -> bool:
    """Drive one symbol's events up to ``stop``, or to one that leaves something open after its open.

    Parameters
    ----------
    books, market, desk, step, phases
        As :func:`forexai_core.engine.driving.run.run` takes them.
    mine : int
        The symbol that is followed.
    stop : int
        First event that is left alone.
    pause : bool
        Return after an event in which anything was filled, placed, changed or removed.
    marks : Marks
        Of each event, carried on.

    Returns
    -------
    bool
        Whether the event ``account["events"] - 1`` is open and in doubt.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    account["lowest"] = account["slack"] = np.inf
    note_calm(book, next_rollover_ns(book, market))
    event = account["events"]
    while event < stop:
        index = event_symbol(market, event)
        activity = account["activity"]
        if index != mine:
            _pass_other(book, market, event, index, phases)
            account["events"] = event + 1
            event += 1
            continue
        quotes = quotes_of(market, event, book["symbols"][index])
        worst, margin = np.inf, 0.0
        # what falls due inside a bar is looked at, though no price may matter
        if is_calm(book, market, event, index, quotes) and market.end_ns[event] <= account["calm_until_ns"]:
            account["events"] = event + 1
            pass_calmly(book, market, event, index, quotes, closing_row(market, event) >= 0)
        else:
            account["status"] = headroom(book, _ROOM)
            if account["status"] != STATUS_OK:
                return False
            _open_event(book, market, event, index, quotes, phases, marks)
            if doubtful(book, index, quotes):
                _note(account, marks, event, worst, margin)
                return True
            worst, margin = at_worst(book, index, quotes, marks.jump), highest_margin(book)
            call_settle(phases[SETTLE], (book, index, quotes, WHOLE))
            _end_event(book, market, event, index, quotes, phases)
        if account["status"] != STATUS_OK:
            return False
        _note(account, marks, event, worst, margin)
        decide(books, market, desk, step, event)
        event += 1
        if pause and account["activity"] != activity:
            return False
    return False


@kernel
def tick(
    books: Books, market: Market, phases: Addresses, event: int, index: int, bid: int, ask: int, jump: int
) -> float:
    """Take one price inside the open bar of an event.

    Returns
    -------
    float
        Equity after it with every position of the symbol at its worst price of the whole bar.
    """
    book = books[0]
    symbol = book["symbols"][index]
    book["account"]["inside"] = 0
    book["account"]["slack"] = np.inf
    symbol["bid_open"], symbol["ask_open"] = bid, ask
    settle_entries(book)
    set_quotes(symbol, bid, ask)
    call_settle(phases[SETTLE], (book, index, flat_quotes(bid, ask), WHOLE))
    note_calm(book, next_rollover_ns(book, market))
    mark(book)
    return at_worst(book, index, quotes_of(market, event, symbol), jump)


@kernel
def charge_next(books: Books, market: Market, index: int, bid: int, ask: int) -> None:
    """Let the next rollover come, inside the open bar, while a symbol stands at certain quotes."""
    book = books[0]
    symbol = book["symbols"][index]
    present_bid, present_ask = symbol["bid"], symbol["ask"]
    set_quotes(symbol, bid, ask)
    charge_rollovers(book, market.rollovers, next_rollover_ns(book, market))
    set_quotes(symbol, present_bid, present_ask)


@kernel
def expire(books: Books, market: Market, index: int, until_ns: int) -> None:
    """Let the orders of a symbol expire that do so up to an instant inside the open bar."""
    account = books[0]["account"]
    opened_ns = account["time_ns"]
    account["time_ns"] = until_ns
    expire_orders(books[0], index)
    account["time_ns"] = opened_ns
    note_calm(books[0], next_rollover_ns(books[0], market))


@kernel
def close_event(books: Books, market: Market, desk: Desk, step: int, phases: Addresses, event: int, index: int) -> None:
    """End the open bar of an event at its close, and decide."""
    book = books[0]
    quotes = quotes_of(market, event, book["symbols"][index])
    tick(books, market, phases, event, index, quotes.bid_close, quotes.ask_close, 0)
    _end_event(book, market, event, index, flat_quotes(quotes.bid_close, quotes.ask_close), phases)
    book["account"]["lowest"] = np.inf
    decide(books, market, desk, step, event)


@kernel
def walk(
    books: Books,
    market: Market,
    phases: Addresses,
    event: int,
    index: int,
    bids: NDArray[np.int64],
    asks: NDArray[np.int64],
) -> None:
    """Take a path through the open bar, point by point wherever something happens on the way.

    Parameters
    ----------
    books, market, phases, event, index
        As :func:`tick` takes them.
    bids, asks : (n,) int64
        Points that the path goes to, one after the other, both sides at once.
    """
    book = books[0]
    symbol = book["symbols"][index]
    for number in range(len(bids)):
        while True:
            bid, ask = symbol["bid"], symbol["ask"]
            goal_bid, goal_ask = bids[number], asks[number]
            next_bid, next_ask = goal_bid, goal_ask
            if goal_bid >= symbol["calm_bid_high"]:
                next_bid = max(bid, symbol["calm_bid_high"])
            elif goal_bid <= symbol["calm_bid_low"]:
                next_bid = min(bid, symbol["calm_bid_low"])
            if goal_ask >= symbol["calm_ask_high"]:
                next_ask = max(ask, symbol["calm_ask_high"])
            elif goal_ask <= symbol["calm_ask_low"]:
                next_ask = min(ask, symbol["calm_ask_low"])
            stays = next_bid == bid and next_ask == ask
            tick(books, market, phases, event, index, next_bid, next_ask, 0)
            if stays or (next_bid == goal_bid and next_ask == goal_ask):
                break
