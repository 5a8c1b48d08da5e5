"""Closing a position by an opposite one.

Rule: MetaTrader 5's ``TRADE_ACTION_CLOSE_BY``. One order, two deals with the entry OUT_BY, both for the smaller volume
and at the opening price of the second position, so that all profit falls on the first.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.deals import close_position, find_position
from forexai_core.engine.execution.checks import FROZEN, INVALID_CLOSE_BY, NO_POSITION, frozen_close, is_own, refuse
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import ENTRY_OUT_BY

__all__ = ["close_by"]

_CLOSE_BY = CLOSE_REASONS.index("close_by")


@kernel
def close_by(book: Book, request: Any) -> None:
    """Close the position of ``ticket`` by the opposite one of ``ticket_by``, as far as the smaller goes."""
    row, other = find_position(book, request["ticket"]), find_position(book, request["ticket_by"])
    if row < 0 or other < 0:
        refuse(book, NO_POSITION)
        return
    one, two = book["positions"][row], book["positions"][other]
    if not is_own(one, request) or not is_own(two, request):
        refuse(book, NO_POSITION)
        return
    if frozen_close(book, one) or frozen_close(book, two):
        refuse(book, FROZEN)
        return
    if one["side"] == two["side"]:  # a position and itself, too
        refuse(book, INVALID_CLOSE_BY)
        return
    steps = min(one["volume_steps"], two["volume_steps"])
    price = round(two["cost"] / two["volume_steps"])
    order = book["account"]["next_ticket"]
    book["account"]["next_ticket"] += 1
    close_position(book, row, steps, price, _CLOSE_BY, 0, order, ENTRY_OUT_BY)
    other = find_position(book, request["ticket_by"])  # rows move up when one empties
    close_position(book, other, steps, price, _CLOSE_BY, 0, order, ENTRY_OUT_BY)
