"""Stop-out: what the broker closes when equity no longer covers the margin."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.deals import close_position
from forexai_core.engine.accounting.fifo import first_to_close, older
from forexai_core.engine.accounting.margin import call_margin, level_below, open_profit, rebind, stopped_out
from forexai_core.engine.accounting.quotes import move_quotes
from forexai_core.engine.execution.changes import cancel_order
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.records import ENTRY_OUT

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
        if row == 0 or profit < lowest or (profit == lowest and older(book, row, worst)):
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
    if not level_below(book):
        return closed
    call_margin(account)
    while level_below(book):
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
def _is_hedged(book: Book, index: int) -> bool:
    """Say whether a symbol's positions stand on both sides."""
    buys = sells = False
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index:
            buys |= position["side"] > 0
            sells |= position["side"] < 0
    return buys and sells


@kernel
def _least_equity(book: Book, index: int, quotes: Quotes, direction: int, near: int, far: int) -> float:
    """Give what no equity between two distances lies below.

    Each position's own profit only rises or only falls on the way, so the worse of its two ends bounds it.
    """
    symbol = book["symbols"][index]
    equity = book["account"]["balance"]
    for row in range(book["account"]["positions"]):
        move_quotes(symbol, quotes, direction, far)
        profit = open_profit(book, row)
        if book["positions"][row]["symbol"] == index:
            move_quotes(symbol, quotes, direction, near)
            profit = min(profit, open_profit(book, row))
        equity += profit + book["positions"][row]["swap"]
    return equity


@kernel
def _first_of_hedged(book: Book, index: int, quotes: Quotes, direction: int, first: int, last: int) -> int:
    """Find the first distance at which an account with both sides of a symbol is below its stop-out; -1 for none.

    Each position's money is rounded by itself, and gains and losses have rates of their own, so that equity may rise
    for a while on a way on which the net volume loses. Stretches that cannot come below are passed as a whole.
    """
    account = book["account"]
    near, far = first, last
    while near <= last:
        if not stopped_out(account, _least_equity(book, index, quotes, direction, near, far)):
            near, far = far + 1, last
        elif near == far:
            return near
        else:
            far = (near + far) // 2
    return -1


@kernel
def _first_of_one_side(book: Book, index: int, quotes: Quotes, direction: int, first: int, last: int) -> int:
    """Find the first distance at which an account is below its stop-out, where equity only falls; -1 for none."""
    symbol = book["symbols"][index]
    move_quotes(symbol, quotes, direction, last)
    if not level_below(book):
        return -1
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        move_quotes(symbol, quotes, direction, middle)
        if level_below(book):
            high = middle
        else:
            low = middle + 1
    return low


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
    if _is_hedged(book, index):
        found = _first_of_hedged(book, index, quotes, direction, low, high)
    else:
        found = _first_of_one_side(book, index, quotes, direction, low, high)
    move_quotes(book["symbols"][index], quotes, direction, high if found < 0 else found)
    if found >= 0:
        stop_out(book, 1)
    return found
