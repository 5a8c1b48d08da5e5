"""The open of a bar: what its first quotes do, before anything inside it."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.deals import close_position
from forexai_core.engine.accounting.grid import closing_price
from forexai_core.engine.accounting.impact import slipped
from forexai_core.engine.accounting.swaps import exit_quote
from forexai_core.engine.execution.order_entry import execute_requests
from forexai_core.engine.execution.pending import expire_orders, order_at_open
from forexai_core.engine.execution.stopout import stop_out
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import ENTRY_OUT, NO_PRICE

__all__ = ["STOP_LOSS", "TAKE_PROFIT", "TRAILING_STOP", "move_trailing", "open_phase", "stop_reason"]

STOP_LOSS = CLOSE_REASONS.index("stop_loss")
TAKE_PROFIT = CLOSE_REASONS.index("take_profit")
TRAILING_STOP = CLOSE_REASONS.index("trailing_stop")


@kernel(inline="always")
def stop_reason(position: Any) -> int:
    """Tell a stop that trailing has moved from one that stands where it was set."""
    return TRAILING_STOP if position["trailed"] else STOP_LOSS


@kernel(inline="always")
def _exit_at_open(book: Book, row: int) -> bool:
    """Close a position whose stop or target the open has reached."""
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    side = position["side"]
    quote = symbol["bid"] if side > 0 else symbol["ask"]
    stop, target = position["stop_loss"], position["take_profit"]
    if stop != NO_PRICE and side * (quote - stop) <= 0:
        price, reason = slipped(symbol, quote, -side, position["volume_steps"]), stop_reason(position)
    elif target != NO_PRICE and side * (quote - target) >= 0:
        price, reason = (quote if book["account"]["limit_fill_open"] else target), TAKE_PROFIT
    else:
        return False
    close_position(book, row, position["volume_steps"], price, reason, 0, 0, ENTRY_OUT)
    return True


@kernel(inline="always")
def _exits(book: Book, index: int) -> None:
    row = 0
    while row < book["account"]["positions"]:
        if book["positions"][row]["symbol"] != index or not _exit_at_open(book, row):
            row += 1


@kernel
def _triggers(book: Book, index: int) -> None:
    row = 0
    while row < book["account"]["orders"]:
        if book["orders"][row]["symbol"] != index:
            row += 1
            continue
        before = book["account"]["orders"]
        if order_at_open(book, row):
            _exits(book, index)
            after = book["account"]["orders"]
            if after < before - 1:
                row = 0  # its group went with it: the rows have moved
            elif after == before:
                row += 1  # a rest of it stays
        else:
            row += 1


@kernel
def move_trailing(book: Book, row: int) -> bool:
    """Move a trailing stop behind the peak; say whether it moved."""
    position = book["positions"][row]
    side, best = position["side"], position["peak"]
    gain = side * (best - position["cost"] / position["volume_steps"])
    if gain < position["trail_start"]:
        return False
    tick = book["symbols"][position["symbol"]]["tick"]
    level = closing_price(best - side * position["trail_distance"], side, tick)
    if position["stop_loss"] != NO_PRICE and side * (level - position["stop_loss"]) <= 0:
        return False
    position["stop_loss"] = level
    position["trailed"] = 1
    book["account"]["activity"] += 1
    return True


@kernel(inline="always")
def _trail_at_open(book: Book, index: int) -> None:
    """Move trailing stops behind an open that is the best price so far: whatever comes in its bar comes after it."""
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index or position["trail_distance"] == 0 or position["peak"] == NO_PRICE:
            continue
        quote = exit_quote(book, position)
        if position["side"] * (quote - position["peak"]) >= 0:
            position["peak"] = quote
            move_trailing(book, row)


@kernel(inline="always")
def open_phase(book: Book, index: int) -> None:
    """Run phases 2 and 3 of an event at the open quotes, which are the symbol's present ones.

    Parameters
    ----------
    book : Book
        The account.
    index : int
        Symbol of the event.
    """
    account = book["account"]
    if account["orders"] > 0:
        expire_orders(book, index)
    if account["positions"] > 0 or account["margin"] > 0.0:
        stop_out(book, 0)
    deals, margin = account["next_deal"], account["margin"]
    if account["positions"] > 0:
        _exits(book, index)
    if account["orders"] > 0:
        _triggers(book, index)
    if account["requests"] > 0:
        execute_requests(book, index)
    if account["positions"] > 0:
        _trail_at_open(book, index)
    if account["next_deal"] != deals or account["margin"] != margin:
        stop_out(book, 0)  # closing one side of a hedge can bind more margin, too
