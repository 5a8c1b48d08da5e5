"""One event: every phase of one bar or tick."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Market, Quotes
from forexai_core.engine.glide import land
from forexai_core.engine.phases import (
    CARRY,
    CLOSE,
    INSIDE,
    OPEN,
    SETTLE,
    SHUT,
    Addresses,
    call_carry,
    call_close,
    call_settle,
    call_shut,
)
from forexai_core.engine.quotes import set_quotes, set_rates
from forexai_core.engine.records import (
    MAX_DEALS,
    MAX_ORDERS,
    MAX_POSITIONS,
    MAX_REQUESTS,
    NEVER,
    STATUS_FULL_DEALS,
    STATUS_FULL_LEVELS,
    STATUS_FULL_ORDERS,
    STATUS_FULL_POSITIONS,
    STATUS_FULL_REQUESTS,
    STATUS_OK,
)
from forexai_core.engine.venue import arrive, note_asked

__all__ = ["close_event", "deciding_row", "event_symbol", "headroom", "next_rollover_ns", "open_event"]

_SPARE = 16  # rows that one event may need beyond what its orders and positions can give rise to


@kernel(inline="always")
def event_symbol(market: Market, event: int) -> int:
    """Give the symbol of an event."""
    return market.events[event]["symbol"] if len(market.events) else 0


@kernel(inline="always")
def deciding_row(market: Market, event: int) -> int:
    """Give the row of the strategy's bars that closes with an event, or -1."""
    return market.events[event]["decides"] if len(market.events) else event


@kernel(inline="always")
def headroom(book: Book, levels: int) -> int:
    """Say which array is too full for another event: a STATUS code; ``levels`` is the room for those of the curve."""
    account = book["account"]
    if account["levels"] + _SPARE > levels:
        return STATUS_FULL_LEVELS
    positions, orders = account["positions"], account["orders"]
    requests = account["requests"]
    if positions + orders + requests + _SPARE > MAX_POSITIONS:
        return STATUS_FULL_POSITIONS
    if orders + requests + _SPARE > MAX_ORDERS:
        return STATUS_FULL_ORDERS
    # a position may be re-opened and closed, and again at the end of the data
    if account["deals"] + 6 * (positions + orders + requests) + _SPARE > MAX_DEALS:
        return STATUS_FULL_DEALS
    if requests + positions + 2 * _SPARE > MAX_REQUESTS:
        return STATUS_FULL_REQUESTS
    return STATUS_OK


@kernel(inline="always")
def next_rollover_ns(book: Book, market: Market) -> int:
    """Give the first rollover that is not taken yet; the end of time when there is none."""
    number = book["account"]["rollover"]
    return market.rollovers[number]["time_ns"] if number < len(market.rollovers) else NEVER


@kernel(inline="always")
def open_event(book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses) -> bool:
    """Run what an event does up to its open, that included.

    Parameters
    ----------
    book : Book
        The account; nothing is allocated.
    market : Market
        The prices.
    event, index : int
        Row of the market, and its symbol.
    quotes : Quotes
        The event's bar.
    phases : (4,) int64
        Addresses of the compiled phases.

    Returns
    -------
    bool
        Whether what lies inside the bar remains to be settled: outside the sessions nothing does.
    """
    account = book["account"]
    if account["instant"] and account["requests"] > 0:
        note_asked(book)
    time_ns, end_ns = market.time_ns[event], market.end_ns[event]
    due_ns = next_rollover_ns(book, market)
    if due_ns <= time_ns or due_ns < end_ns:
        if len(market.events) == 0:
            land(book, market)  # swap is counted at the close before
        call_carry(phases[CARRY], (book, market.rollovers, time_ns, end_ns))
    else:
        account["inside"] = 0
    account["time_ns"] = time_ns
    account["end_ns"] = end_ns
    account["events"] = event + 1
    symbol = book["symbols"][index]
    if len(market.slippage) > 0:
        symbol["slippage"] = market.slippage[event]
    symbol["last_end_ns"] = end_ns
    account["symbol"] = index
    arrive(book, market, event, index)
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, event, 0)
    if len(market.closed) > 0 and market.closed[event] != 0:
        call_shut(phases[SHUT], (book, index, quotes))
        return False
    call_settle(phases[SETTLE], (book, index, quotes, OPEN))
    return True


@kernel(inline="always")
def close_event(
    book: Book, market: Market, event: int, index: int, quotes: Quotes, phases: Addresses, inside: bool
) -> None:
    """Run the rest of an event, and note how long calm lasts after it.

    Parameters
    ----------
    book, market, event, index, quotes, phases
        As :func:`open_event` takes them.
    inside : bool
        What that gave.
    """
    if inside:
        call_settle(phases[SETTLE], (book, index, quotes, INSIDE))
    symbol = book["symbols"][index]
    set_quotes(symbol, quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)
    decides, due_ns = deciding_row(market, event) >= 0, next_rollover_ns(book, market)
    ages = decides and book["account"]["sleeves"] == 0
    call_close(phases[CLOSE], (book, index, quotes, ages, due_ns))
