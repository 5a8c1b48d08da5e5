"""Stop-out: what the broker closes when equity no longer covers the margin."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.book import Book, Quotes
from forexai_core.engine.changes import cancel_order
from forexai_core.engine.deals import close_position
from forexai_core.engine.fifo import first_to_close
from forexai_core.engine.margin import call_margin, level_below, open_profit, rebind
from forexai_core.engine.quotes import move_quotes
from forexai_core.engine.records import ENTRY_OUT

__all__ = ["net_steps", "stop_out", "stop_out_inside"]

_STOP_OUT = CLOSE_REASONS.index("stop_out")


@kernel(inline="always")
def net_steps(book: Book, index: int) -> int:
    """Sum the signed volume of a symbol's positions."""
    total = 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index:
            total += position["side"] * position["volume_steps"]
    return total


@kernel(inline="always")
def _worst_position(book: Book) -> int:
    worst, lowest = 0, 0.0
    for row in range(book["account"]["positions"]):
        profit = open_profit(book, row)
        if row == 0 or profit < lowest:
            worst, lowest = row, profit
    return worst


@kernel
def _release(book: Book) -> bool:
    """Remove what the account's rule removes of the pending orders next; say whether there was any."""
    account = book["account"]
    if account["orders"] == 0:
        return False
    if account["stop_out_all_orders"]:
        account["activity"] += account["orders"]
        account["orders"] = 0
        rebind(book)
        return True
    chosen, most = -1, 0.0
    for row in range(account["orders"]):
        if book["orders"][row]["margin"] > most:
            chosen, most = row, book["orders"][row]["margin"]
    if chosen < 0 or account["orders_bind"] == 0:
        return False
    cancel_order(book, chosen)
    return True


@kernel
def stop_out(book: Book, intrabar: int) -> bool:
    """Remove orders and close the worst positions, at present quotes, until the margin level holds.

    Parameters
    ----------
    book : Book
        The account, at the quotes at which to test and close.
    intrabar : int
        1 inside a bar, 0 at its open.

    Returns
    -------
    bool
        Whether anything was closed.
    """
    account = book["account"]
    closed = False
    while level_below(book):
        call_margin(account)
        if _release(book):
            continue
        if account["positions"] == 0:
            break
        row = first_to_close(book, _worst_position(book))
        position = book["positions"][row]
        symbol = book["symbols"][position["symbol"]]
        price = symbol["bid"] if position["side"] > 0 else symbol["ask"]
        steps = position["volume_steps"]
        close_position(book, row, steps, price, _STOP_OUT, intrabar, 0, ENTRY_OUT)
        account["stop_outs"] += 1
        closed = True
    return closed


@kernel
def stop_out_inside(book: Book, index: int, quotes: Quotes, first: int, before: int) -> int:
    """Look for the stop-out on the adverse way from the open, and carry it out.

    Parameters
    ----------
    book : Book
        The account.
    index : int
        Symbol of the bar.
    quotes : Quotes
        The bar.
    first : int
        Points from the open at which to begin.
    before : int
        Points from the open at which something else happens; -1 for the bar's end.

    Returns
    -------
    int
        Points from the open at which it happened, or -1.
    """
    if book["account"]["margin"] <= 0.0 and book["account"]["stop_out_hedged"] == 0:
        return -1
    net = net_steps(book, index)
    if net == 0:
        return -1
    direction = -1 if net > 0 else 1
    reach = quotes.bid_open - quotes.bid_low
    if direction > 0:
        reach = quotes.ask_high - quotes.ask_open
    low, high = first, min(reach, before - 1)
    if before < 0:
        low, high = min(first, reach), reach  # the extreme itself is always tested
    if high < low:
        return -1
    symbol = book["symbols"][index]
    move_quotes(symbol, quotes, direction, high)
    if not level_below(book):
        return -1
    while low < high:  # equity only falls on this way, so the first point is found by halving
        middle = (low + high) // 2
        move_quotes(symbol, quotes, direction, middle)
        if level_below(book):
            high = middle
        else:
            low = middle + 1
    move_quotes(symbol, quotes, direction, low)
    stop_out(book, 1)
    return low
