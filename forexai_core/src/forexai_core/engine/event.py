"""One event: every phase of one bar or tick, and the row it leaves in the equity curve."""

from __future__ import annotations

import numpy as np

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Curve, Market, Quotes
from forexai_core.engine.deals import age_positions, settle_entries
from forexai_core.engine.inside import inside_phase
from forexai_core.engine.margin import mark
from forexai_core.engine.money import profit_of
from forexai_core.engine.opening import open_phase
from forexai_core.engine.quotes import event_end, quotes_of, set_quotes, set_rates
from forexai_core.engine.records import (
    MAX_DEALS,
    MAX_ORDERS,
    MAX_POSITIONS,
    MAX_REQUESTS,
    STATUS_FULL_DEALS,
    STATUS_FULL_ORDERS,
    STATUS_FULL_POSITIONS,
    STATUS_FULL_REQUESTS,
    STATUS_OK,
    STATUS_RATE_UNKNOWN,
)
from forexai_core.engine.swaps import charge_rollovers, note_rollovers_inside

__all__ = [
    "deciding_row",
    "event_symbol",
    "headroom",
    "idle",
    "pass_event",
    "take_event",
    "write_equity",
]

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
def headroom(book: Book) -> int:
    """Say which array is too full for another event: a STATUS code."""
    account = book["account"]
    positions, orders = account["positions"], account["orders"]
    requests = account["requests"]
    if positions + orders + requests + _SPARE > MAX_POSITIONS:
        return STATUS_FULL_POSITIONS
    if orders + requests + _SPARE > MAX_ORDERS:
        return STATUS_FULL_ORDERS
    if account["deals"] + positions + 3 * (orders + requests) + _SPARE > MAX_DEALS:
        return STATUS_FULL_DEALS
    if requests + positions + 2 * _SPARE > MAX_REQUESTS:
        return STATUS_FULL_REQUESTS
    return STATUS_OK


@kernel(inline="always")
def _lowest(book: Book, index: int, quotes: Quotes) -> float:
    """Compute the equity with each position of a symbol at the worst price of the bar."""
    account = book["account"]
    symbol = book["symbols"][index]
    lowest = account["equity"]
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index:
            continue
        side, steps, cost = position["side"], position["volume_steps"], position["cost"]
        extreme = quotes.bid_low if side > 0 else quotes.ask_high
        close = quotes.bid_close if side > 0 else quotes.ask_close
        scale = account["money_scale"]
        lowest += profit_of(symbol, side, steps, cost, extreme, scale)
        lowest -= profit_of(symbol, side, steps, cost, close, scale)
    return lowest


@kernel(inline="always")
def _close_phase(book: Book, market: Market, event: int, index: int, quotes: Quotes) -> None:
    account = book["account"]
    set_quotes(book["symbols"][index], quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)
    mark(book)
    lowest = account["equity"]
    if account["positions"] > 0:
        settle_entries(book)
        if deciding_row(market, event) >= 0:
            age_positions(book, index)
        lowest = _lowest(book, index, quotes)
    account["lowest"] = min(account["lowest"], lowest)
    if account["equity"] != account["equity"]:
        account["status"] = STATUS_RATE_UNKNOWN
        account["status_symbol"] = index


@kernel(inline="always")
def take_event(book: Book, market: Market, event: int) -> None:
    """Run all phases of an event.

    Parameters
    ----------
    book : Book
        The account; nothing is allocated.
    market : Market
        The prices.
    event : int
        Row of ``market.bars``.
    """
    account = book["account"]
    index = event_symbol(market, event)
    time_ns = market.bars[event]["time_ns"]
    charge_rollovers(book, market, time_ns)
    account["time_ns"] = time_ns
    account["end_ns"] = event_end(market, event)
    account["events"] = event + 1
    note_rollovers_inside(book, market, account["end_ns"])
    symbol = book["symbols"][index]
    symbol["last_end_ns"] = account["end_ns"]
    quotes = quotes_of(market, event, symbol)
    account["symbol"] = index
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, event, 0)
    open_phase(book, index)
    inside_phase(book, index, quotes)
    _close_phase(book, market, event, index, quotes)


@kernel(inline="always")
def idle(book: Book) -> bool:
    """Say whether nothing is open, ordered or asked for."""
    account = book["account"]
    return account["positions"] == 0 and account["orders"] == 0 and account["requests"] == 0


@kernel(inline="always")
def pass_event(book: Book, market: Market, event: int) -> None:
    """Let an event pass that can change nothing."""
    account = book["account"]
    time_ns = market.bars[event]["time_ns"]
    taken = account["rollover"]
    while taken < len(market.rollovers) and market.rollovers[taken]["time_ns"] <= time_ns:
        taken += 1
    account["rollover"] = taken
    account["time_ns"] = time_ns
    account["end_ns"] = event_end(market, event)
    account["events"] = event + 1
    account["equity"] = account["balance"]
    account["lowest"] = min(account["lowest"], account["equity"])
    symbol = book["symbols"][event_symbol(market, event)]
    symbol["last_end_ns"] = account["end_ns"]
    quotes = quotes_of(market, event, symbol)
    set_quotes(symbol, quotes.bid_close, quotes.ask_close)
    set_rates(book, market, event, 1)


@kernel(inline="always")
def write_equity(book: Book, curve: Curve) -> None:
    """Write the account's row of the equity curve; the rows of one instant become one."""
    account = book["account"]
    row = account["equity_rows"]
    end_ns = account["end_ns"]
    lowest = account["lowest"]
    if row > 0 and curve.equity[row - 1]["time_ns"] >= end_ns:
        row -= 1
        end_ns = curve.equity[row]["time_ns"]
        lowest = min(lowest, curve.lowest[row])
    curve.equity[row]["time_ns"] = end_ns
    curve.equity[row]["balance"] = account["balance"]
    curve.equity[row]["equity"] = account["equity"]
    curve.equity[row]["margin"] = account["margin"]
    curve.lowest[row] = lowest
    account["equity_rows"] = row + 1
    account["lowest"] = np.inf
