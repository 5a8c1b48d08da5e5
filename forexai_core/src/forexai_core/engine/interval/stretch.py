"""Kernels of the search: stretches of bars that leave nothing open, and single prices inside one that does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Books, Desk, Market, Quotes
from forexai_core.engine.calm import is_calm, note_calm, pass_calmly
from forexai_core.engine.deals import settle_entries
from forexai_core.engine.event import deciding_row, event_symbol, headroom, next_rollover_ns
from forexai_core.engine.money import profit_of
from forexai_core.engine.pending import reached
from forexai_core.engine.phases import CARRY, CLOSE, SETTLE, Addresses, call_carry, call_close, call_settle
from forexai_core.engine.quotes import quotes_of, set_quotes, set_rates
from forexai_core.engine.records import NO_PRICE, ORDER_LIMIT, STATUS_OK
from forexai_core.engine.run import decide
from forexai_core.engine.swaps import charge_rollovers, exit_quote
from forexai_core.engine.venue import arrive

__all__ = ["charge_next", "close_event", "stretch", "tick", "walk"]

Floats = NDArray[np.float64]

_ROOM = 2**40  # the search writes no equity curve


@kernel(inline="always")
def _flat(bid: int, ask: int) -> Quotes:
    return Quotes(bid, bid, bid, bid, ask, ask, ask, ask)


@kernel
def at_worst(book: Book, index: int, quotes: Quotes) -> float:
    """Compute the equity with each position of a symbol at its own worst price of a bar, both sides at once."""
    account = book["account"]
    equity = account["balance"]
    for row in range(account["positions"]):
        position = book["positions"][row]
        price = exit_quote(book, position)
        if position["symbol"] == index:
            price = quotes.bid_low if position["side"] > 0 else quotes.ask_high
        symbol = book["symbols"][position["symbol"]]
        steps, cost = position["volume_steps"], position["cost"]
        equity += profit_of(symbol, position["side"], steps, cost, price, account["money_scale"]) + position["swap"]
    return equity


@kernel
def _order_reached(order: Any, quotes: Quotes) -> bool:
    side = order["side"]
    if (order["kind"] == ORDER_LIMIT) == (side > 0):
        extreme = quotes.ask_low if side > 0 else quotes.bid_low
    else:
        extreme = quotes.ask_high if side > 0 else quotes.bid_high
    return reached(order["kind"], side, order["price"], extreme)


@kernel
def _position_doubtful(position: Any, quotes: Quotes, linked: int) -> bool:
    """Say whether a bar leaves open what becomes of a position that lives when it opens."""
    side, stop, target = position["side"], position["stop_loss"], position["take_profit"]
    against = quotes.bid_low if side > 0 else quotes.ask_high
    towards = quotes.bid_high if side > 0 else quotes.ask_low
    stopped = stop != NO_PRICE and side * (against - stop) <= 0
    taken = target != NO_PRICE and side * (towards - target) >= 0
    if (stopped and taken) or (linked > 0 and (stopped or taken)):
        return True
    if position["trail_distance"] == 0:
        return False
    level = towards - side * position["trail_distance"]
    gain = side * towards - side * position["cost"] / position["volume_steps"]
    moves = gain >= position["trail_start"] and (stop == NO_PRICE or side * (level - stop) > 0)
    return moves and (stopped or taken or side * (against - level) <= 0)


@kernel
def _doubtful(book: Book, index: int, quotes: Quotes) -> bool:
    """Say whether the path inside a bar, after its open, can make a difference."""
    account = book["account"]
    # where the account closes first in, first out, one position's exit may close another
    linked = account["inside"] + (account["fifo"] if account["positions"] > 1 else 0)
    for row in range(account["orders"]):
        order = book["orders"][row]
        if order["symbol"] == index and _order_reached(order, quotes):
            return True
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and _position_doubtful(position, quotes, linked):
            return True
    return False


@kernel
def _open_event(book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses) -> None:
    """Take the rollovers before an event, and its open."""
    account = book["account"]
    time_ns, end_ns = market.time_ns[event], market.end_ns[event]
    call_carry(phases[CARRY], (book, market.rollovers, time_ns, end_ns))
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
    call_settle(phases[SETTLE], (book, index, _flat(quotes.bid_open, quotes.ask_open)))
    note_calm(book, next_rollover_ns(book, market))


@kernel
def _end_event(book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses) -> None:
    """Mark the account at an event's close."""
    set_quotes(book["symbols"][index], quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)
    decides = deciding_row(market, event) >= 0
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


@kernel(inline="always")
def _note(book: Book, event: int, worst: float, margin: float, lows: Floats, margins: Floats) -> None:
    account = book["account"]
    lows[event] = min(lows[event], worst, account["lowest"])
    margins[event] = max(margins[event], margin, account["margin"])
    account["lowest"] = np.inf


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
    lows: Floats,
    margins: Floats,
) -> bool:
    """Drive one symbol's events up to ``stop``, or to one that leaves something open after its open.

    Parameters
    ----------
    books, market, desk, step, phases
        As :func:`forexai_core.engine.run.run` takes them.
    mine : int
        The symbol that is followed.
    stop : int
        First event that is left alone.
    pause : bool
        Return after an event in which anything was filled, placed, changed or removed.
    lows, margins : (events,) float64
        Lowest equity and highest margin of each event, carried on.

    Returns
    -------
    bool
        Whether the event ``account["events"] - 1`` is open and in doubt.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    account["lowest"] = np.inf
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
        if is_calm(book, market, event, index, quotes):
            pass_calmly(book, market, event, index, quotes, deciding_row(market, event) >= 0)
        else:
            account["status"] = headroom(book, _ROOM)
            if account["status"] != STATUS_OK:
                return False
            _open_event(book, market, event, index, quotes, phases)
            account["events"] = event + 1
            if _doubtful(book, index, quotes):
                return True
            worst, margin = at_worst(book, index, quotes), account["margin"]
            call_settle(phases[SETTLE], (book, index, quotes))
            _end_event(book, market, event, index, quotes, phases)
        if account["status"] != STATUS_OK:
            return False
        _note(book, event, worst, margin, lows, margins)
        decide(books, market, desk, step, event)
        event += 1
        if pause and account["activity"] != activity:
            return False
    return False


@kernel
def tick(books: Books, market: Market, phases: Addresses, event: int, index: int, bid: int, ask: int) -> float:
    """Take one price inside the open bar of an event.

    Returns
    -------
    float
        Equity after it with every position of the symbol at its worst price of the whole bar.
    """
    book = books[0]
    symbol = book["symbols"][index]
    book["account"]["inside"] = 0
    symbol["bid_open"], symbol["ask_open"] = bid, ask
    settle_entries(book)
    set_quotes(symbol, bid, ask)
    call_settle(phases[SETTLE], (book, index, _flat(bid, ask)))
    note_calm(book, next_rollover_ns(book, market))
    return at_worst(book, index, quotes_of(market, event, symbol))


@kernel
def charge_next(books: Books, market: Market) -> None:
    """Let the next rollover come, inside the open bar."""
    book = books[0]
    charge_rollovers(book, market.rollovers, next_rollover_ns(book, market))


@kernel
def close_event(books: Books, market: Market, desk: Desk, step: int, phases: Addresses, event: int, index: int) -> None:
    """End the open bar of an event at its close, and decide."""
    book = books[0]
    quotes = quotes_of(market, event, book["symbols"][index])
    tick(books, market, phases, event, index, quotes.bid_close, quotes.ask_close)
    _end_event(book, market, event, index, _flat(quotes.bid_close, quotes.ask_close), phases)
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
            tick(books, market, phases, event, index, next_bid, next_ask)
            if stays or (next_bid == goal_bid and next_ask == goal_ask):
                break
