"""Prices outside a symbol's sessions: they mark the account, and nothing can be done at them.

MetaTrader 5 answers 10018 (market closed) to a request outside the sessions (``SymbolInfoSessionTrade``).
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.extremes import extend
from forexai_core.engine.execution.checks import MARKET_CLOSED, refuse
from forexai_core.engine.execution.pending import expire_orders
from forexai_core.engine.execution.reach import order_in_range, stop_in_range, target_in_range
from forexai_core.engine.execution.venue import is_due
from forexai_core.engine.state.book import Book, Quotes

__all__ = ["refuse_at_open", "shut_phase"]


@kernel(inline="always")
def _refuse_requests(book: Book, index: int) -> None:
    """Refuse each request that the present price would be for."""
    account = book["account"]
    left = 0
    for row in range(account["requests"]):
        if is_due(book, book["requests"][row], index):
            refuse(book, MARKET_CLOSED)
        else:
            if left != row:
                book["requests"][left] = book["requests"][row]
            left += 1
    account["requests"] = left


@kernel(inline="always")
def _hold_back(book: Book, each: Any, reached: bool) -> None:
    """Count, once, what would have been executed had the market been open."""
    if reached and each["held_back"] == 0:
        each["held_back"] = 1
        book["account"]["held_back"] += 1


@kernel(inline="always")
def refuse_at_open(book: Book, index: int) -> None:
    """Run phases 2 and 3 of an event outside the sessions: expiry, and the refusal of what would be due."""
    account = book["account"]
    if account["orders"] > 0:
        expire_orders(book, index)
    if account["requests"] > 0:
        _refuse_requests(book, index)


@kernel(inline="always")
def shut_phase(book: Book, index: int, quotes: Quotes) -> None:
    """Run phase 4 of an event outside the sessions: the extremes of positions, and what is held back.

    Parameters
    ----------
    book : Book
        The account, after the event's open.
    index : int
        Symbol of the event.
    quotes : Quotes
        The bar.
    """
    account = book["account"]
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index:
            continue
        _hold_back(book, position, stop_in_range(position, quotes) or target_in_range(position, quotes))
        if position["side"] > 0:
            extend(position, quotes.bid_high, quotes.bid_low)
        else:
            extend(position, quotes.ask_low, quotes.ask_high)
    for row in range(account["orders"]):
        order = book["orders"][row]
        if order["symbol"] == index:
            _hold_back(book, order, order_in_range(order, quotes))
