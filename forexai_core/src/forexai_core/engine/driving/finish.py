"""The end of the data: what is open closes at its symbol's last close."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.curve import write_equity
from forexai_core.engine.accounting.deals import close_position
from forexai_core.engine.accounting.margin import rebind
from forexai_core.engine.accounting.reopening import reopen_positions
from forexai_core.engine.accounting.swaps import charge, first_uncharged
from forexai_core.engine.state.book import Book, Books, Curve, Market
from forexai_core.engine.state.records import ENTRY_OUT

__all__ = ["finish"]

_END = CLOSE_REASONS.index("end_of_data")


@kernel
def _last_rollovers(book: Book, market: Market) -> None:
    for number in range(first_uncharged(book), len(market.rollovers)):
        due = market.rollovers[number]
        symbol = book["symbols"][due["symbol"]]
        last_ns = symbol["last_end_ns"]
        if due["time_ns"] <= symbol["charged_ns"]:
            continue
        for row in range(book["account"]["positions"]):
            position = book["positions"][row]
            if position["symbol"] == due["symbol"] and position["open_ns"] < due["time_ns"] <= last_ns:
                charge(book, row, due)
    account = book["account"]
    account["owes"] = account["inside"] = 0  # nothing is left to be charged
    reopen_positions(book)


@kernel
def _count_dropped(book: Book) -> None:
    account = book["account"]
    for index in range(book["account"]["symbols"]):
        for row in range(account["requests"]):
            if book["requests"][row]["symbol"] == index:
                account["dropped"] += 1
                break
    account["requests"] = 0


@kernel
def finish(books: Books, market: Market, curve: Curve) -> None:
    """Close what is left, count the decisions that found no price, and write the last equity row.

    Parameters
    ----------
    books : (1,) BOOK
        The account after the last event, with room for three deals a position.
    market : Market
        The prices.
    curve : Curve
        The equity so far.
    """
    book = books[0]
    account = book["account"]
    _count_dropped(book)
    _last_rollovers(book, market)
    end_ns = account["end_ns"]
    closed = account["positions"] > 0 or account["margin"] > 0.0
    account["orders"] = 0
    rebind(book)
    while account["positions"] > 0:
        position = book["positions"][0]
        symbol = book["symbols"][position["symbol"]]
        price = symbol["bid"] if position["side"] > 0 else symbol["ask"]
        account["time_ns"] = symbol["last_end_ns"]
        close_position(book, 0, position["volume_steps"], price, _END, 0, 0, ENTRY_OUT)
    account["end_ns"] = end_ns
    if closed:
        account["equity"] = account["balance"]
        if account["equity_rows"] > 0:
            write_equity(book, curve)
