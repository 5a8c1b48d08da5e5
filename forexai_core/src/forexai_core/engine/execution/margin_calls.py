"""Margin calls: events that are counted and timed, and close nothing."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.accounting.margin import TOLERANCE, below, call_margin, mark
from forexai_core.engine.accounting.quotes import move_quotes, set_quotes
from forexai_core.engine.execution.stopout import net_steps
from forexai_core.engine.state.book import Book, Quotes

__all__ = ["watch_margin"]


@kernel
def _equity_at_extreme(book: Book, index: int, quotes: Quotes) -> float:
    """Give the equity at the bar's extreme that is adverse to the symbol's net volume; at the close for none."""
    account, symbol = book["account"], book["symbols"][index]
    at_close, bid, ask = account["equity"], symbol["bid"], symbol["ask"]
    net = net_steps(book, index)
    if net == 0:
        return at_close
    if net > 0:
        move_quotes(symbol, quotes, -1, quotes.bid_open - quotes.bid_low)
    else:
        move_quotes(symbol, quotes, 1, quotes.ask_high - quotes.ask_open)
    mark(book)
    worst = account["equity"]
    set_quotes(symbol, bid, ask)
    account["equity"] = at_close
    return worst


@kernel
def _note(book: Book, index: int, quotes: Quotes) -> None:
    account = book["account"]
    at_close = below(account, account["margin_call"], account["equity"])
    if account["called"] == 0:
        worst = _equity_at_extreme(book, index, quotes)
        if at_close or below(account, account["margin_call"], worst):
            call_margin(account)
    account["called"] = 1 if at_close else 0


@kernel(inline="always")
def watch_margin(book: Book, index: int, quotes: Quotes, lowest: float) -> None:
    """Count a margin call when the level falls below its threshold, from above it.

    Parameters
    ----------
    book : Book
        The account, marked at the close of an event.
    index : int
        Symbol of the event.
    quotes : Quotes
        The event's bar.
    lowest : float
        A bound: no equity of the event lies below it.
    """
    account = book["account"]
    if account["margin"] <= 0.0:
        account["called"] = 0
    elif account["called"] or below(account, account["margin_call"], lowest - TOLERANCE):
        _note(book, index, quotes)
