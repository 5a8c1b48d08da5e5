"""First in, first out: accounts that close the oldest position first and hold no opposite ones.

Rules: MetaTrader 5's ``ACCOUNT_FIFO_CLOSE`` and ``TRADE_RETCODE_HEDGE_PROHIBITED``; NFA compliance rule 2-43(b), which
lets a transaction be offset that is the oldest of its size.
"""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.state.book import Book

__all__ = ["first_to_close", "next_in_turn", "older", "opposed", "out_of_turn"]

# Order of values.accounts.FifoRule.
_NONE, _SYMBOL, _SIZE = 0, 1, 2


@kernel
def older(book: Book, row: int, other: int) -> bool:
    """Say whether a position opened before another one, be it in the same bar.

    A pending order has its ticket from its placing, so that tickets do not tell the age of a position.
    """
    return book["positions"][row]["serial"] < book["positions"][other]["serial"]


@kernel
def next_in_turn(book: Book, serial: int, ticket: int) -> int:
    """Give the row of the position whose turn to close comes after that of an opening and a ticket; -1 for none.

    The order is that of age where the account closes by it, else that of tickets.
    """
    found = -1
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if book["account"]["fifo"] == _NONE:
            if position["ticket"] > ticket:
                return row  # positions lie by ticket
            continue
        if position["serial"] > serial and (found < 0 or older(book, row, found)):
            found = row
    return found


@kernel
def first_to_close(book: Book, row: int) -> int:
    """Give the row of the position that has to close before a position: of its symbol (and size) the oldest."""
    rule = book["account"]["fifo"]
    if rule == _NONE:
        return row
    mine, first = book["positions"][row], row
    for other in range(book["account"]["positions"]):
        position = book["positions"][other]
        same_size = position["volume_steps"] == mine["volume_steps"]
        ahead = position["symbol"] == mine["symbol"] and (rule == _SYMBOL or same_size)
        if ahead and older(book, other, first):
            first = other
    return first


@kernel
def out_of_turn(book: Book, row: int, steps: int) -> bool:
    """Say whether the account's rule lets another position close before this volume of a position.

    By size, only a whole position may go before older ones of other sizes.
    """
    rule = book["account"]["fifo"]
    if rule == _NONE:
        return False
    mine = book["positions"][row]
    if rule == _SIZE and steps == mine["volume_steps"]:
        return first_to_close(book, row) != row
    for other in range(book["account"]["positions"]):
        if book["positions"][other]["symbol"] == mine["symbol"] and older(book, other, row):
            return True
    return False


@kernel
def opposed(book: Book, index: int, side: int) -> bool:
    """Say whether the account may not open a side, since it holds the other one of a symbol and must not hedge."""
    if book["account"]["fifo"] == _NONE:
        return False
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and position["side"] != side:
            return True
    return False
