"""One event: every phase of one bar or tick, or one of its two parts where other symbols' events lie between them."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.accounting.quotes import set_quotes, set_rates
from forexai_core.engine.accounting.swaps import note_rollovers_inside
from forexai_core.engine.driving.phases import (
    CARRY,
    CLOSE,
    INSIDE,
    OPEN,
    SETTLE,
    SHUT,
    WHOLE,
    Addresses,
    call_carry,
    call_close,
    call_settle,
    call_shut,
)
from forexai_core.engine.execution.venue import arrive, note_asked
from forexai_core.engine.passing.glide import land
from forexai_core.engine.state.book import Book, Market, Quotes
from forexai_core.engine.state.market_records import PART_TURN
from forexai_core.engine.state.records import (
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

__all__ = [
    "close_event",
    "closing_row",
    "count_events",
    "deciding_row",
    "event_symbol",
    "headroom",
    "next_rollover_ns",
    "open_event",
    "rest_event",
]

_SPARE = 16  # rows that one event may need beyond what its orders and positions can give rise to


@kernel(inline="always")
def count_events(market: Market) -> int:
    """Give how many events there are."""
    return len(market.agenda) or len(market.time_ns)


@kernel(inline="always")
def event_symbol(market: Market, row: int) -> int:
    """Give the symbol of a row of the market."""
    return market.events[row]["symbol"] if len(market.events) else 0


@kernel(inline="always")
def closing_row(market: Market, row: int) -> int:
    """Give the row of the strategy's bars that closes with a row of the market, or -1."""
    return market.events[row]["decides"] if len(market.events) else row


@kernel(inline="always")
def deciding_row(market: Market, event: int) -> tuple[int, int]:
    """Give the symbol that decides after an event, and the row of the strategy's bars that has closed, or -1."""
    row = event
    if len(market.agenda):
        item = market.agenda[event]
        row = item["row"]
        if item["part"] & PART_TURN == 0:
            return 0, -1
    return event_symbol(market, row), closing_row(market, row)


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
    """Give the first rollover that is not taken yet; the end of time when there is none, 0 where one is owed."""
    number = book["account"]["rollover"]
    if book["account"]["owes"] > 0:
        return 0
    return market.rollovers[number]["time_ns"] if number < len(market.rollovers) else NEVER


@kernel(inline="always")
def open_event(
    book: Book, market: Market, event: int, row: int, index: int, quotes: Quotes, phases: Addresses, part: int
) -> bool:
    """Run what an event does up to its open, that included.

    Parameters
    ----------
    book : Book
        The account; nothing is allocated.
    market : Market
        The prices.
    event, row, index : int
        Its number, its row of the market, and the symbol.
    quotes : Quotes
        The event's bar.
    phases : (4,) int64
        Addresses of the compiled phases.
    part : int
        WHOLE, or OPEN where events of other symbols come before the rest.

    Returns
    -------
    bool
        Whether what lies inside the bar remains to be settled: outside the sessions nothing does.
    """
    account = book["account"]
    if account["instant"] and account["requests"] > 0:
        note_asked(book)
    time_ns, end_ns = market.time_ns[row], market.end_ns[row]
    known_ns = end_ns if part == WHOLE else time_ns
    due_ns = next_rollover_ns(book, market)
    if due_ns <= time_ns or due_ns < known_ns:
        if len(market.events) == 0:
            land(book, market)  # swap is counted at the close before
        call_carry(phases[CARRY], (book, market.rollovers, time_ns, max(known_ns, time_ns + 1)))
    else:
        account["inside"] = 0
    account["time_ns"] = time_ns
    account["end_ns"] = known_ns
    account["events"] = event + 1
    symbol = book["symbols"][index]
    if len(market.slippage) > 0:
        symbol["slippage"] = market.slippage[row]
    symbol["last_end_ns"] = end_ns
    account["symbol"] = index
    arrive(book, market, row, index)
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, row, 0)
    if len(market.closed) > 0 and market.closed[row] != 0:
        call_shut(phases[SHUT], (book, index, quotes, part))
        return False
    call_settle(phases[SETTLE], (book, index, quotes, OPEN))
    return True


@kernel(inline="always")
def rest_event(book: Book, market: Market, row: int, index: int, quotes: Quotes, phases: Addresses) -> bool:
    """Begin what lies between the open of a bar and its end, where events of other symbols have come since.

    Parameters
    ----------
    book, market, row, index, quotes, phases
        As :func:`open_event` takes them.

    Returns
    -------
    bool
        As that gives.
    """
    account, symbol = book["account"], book["symbols"][index]
    if account["instant"] and account["requests"] > 0:
        note_asked(book)
    time_ns, end_ns = market.time_ns[row], market.end_ns[row]
    account["time_ns"] = time_ns
    account["end_ns"] = end_ns
    account["symbol"] = index
    account["inside"] = 0
    if next_rollover_ns(book, market) < end_ns:
        note_rollovers_inside(book, market.rollovers, end_ns)
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, row, 0)
    if len(market.closed) > 0 and market.closed[row] != 0:
        call_shut(phases[SHUT], (book, index, quotes, INSIDE))
        return False
    return True


@kernel(inline="always")
def close_event(
    book: Book, market: Market, row: int, index: int, quotes: Quotes, phases: Addresses, inside: bool
) -> None:
    """Run the rest of an event, and note how long calm lasts after it.

    Parameters
    ----------
    book, market, row, index, quotes, phases
        As :func:`open_event` takes them.
    inside : bool
        What that gave.
    """
    if inside:
        call_settle(phases[SETTLE], (book, index, quotes, INSIDE))
    symbol = book["symbols"][index]
    set_quotes(symbol, quotes.bid_close, quotes.ask_close)
    set_rates(book, market, row, 1)
    closes, due_ns = closing_row(market, row) >= 0, next_rollover_ns(book, market)
    ages = closes and book["account"]["sleeves"] == 0
    call_close(phases[CLOSE], (book, index, quotes, ages, due_ns))
