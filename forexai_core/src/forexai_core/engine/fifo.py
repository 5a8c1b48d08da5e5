"""First in, first out: accounts that close the oldest position first and hold no opposite ones.

Rules: MetaTrader 5's ``ACCOUNT_FIFO_CLOSE`` and ``TRADE_RETCODE_HEDGE_PROHIBITED``; NFA compliance rule 2-43(b), which
lets a transaction be offset that is the oldest of its size.
"""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.book import Book

__all__ = ["first_to_close", "opposed", "out_of_turn"]

# Order of values.accounts.FifoRule.
_NONE, _SYMBOL, _SIZE = 0, 1, 2


@kernel
def first_to_close(book: Book, row: int) -> int:
    """Give the row of the position that has to close before a position: of its symbol (and size) the oldest."""
    rule = book["account"]["fifo"]
    if rule == _NONE:
        return row
    mine = book["positions"][row]
    for other in range(row):  # positions lie by ticket
        position = book["positions"][other]
        same_size = position["volume_steps"] == mine["volume_steps"]
        if position["symbol"] == mine["symbol"] and (rule == _SYMBOL or same_size):
            return other
    return row


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
    older = 0
    for other in range(row):
        older += book["positions"][other]["symbol"] == mine["symbol"]
    return older > 0


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
