"""The two drives of the ledger: a whole run in one call, and a stretch of events at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Books, Curve, Market
from forexai_core.engine.decisions import ask_commands, ask_intent, describe_row, look_after
from forexai_core.engine.event import (
    deciding_row,
    event_symbol,
    headroom,
    idle,
    pass_event,
    take_event,
    write_equity,
)
from forexai_core.engine.records import STATUS_OK

__all__ = ["Desk", "advance", "decide", "run"]


class Desk(NamedTuple):
    """What the batch drive decides with. An array of length 0 stands for "not given"."""

    bars: NDArray[np.void]  # (decisions,) BAR: the strategy's own bars
    intents: NDArray[np.void]  # (decisions,) INTENT, or none
    management: NDArray[np.void]  # (symbols,) MANAGEMENT
    manages: int  # whether positions are looked after at each close
    steps: int  # whether the compiled step is called at each close
    state: NDArray[np.uint8]  # (symbols, bytes)
    params: NDArray[np.uint8]  # (symbols, bytes)
    row: NDArray[np.void]  # (1,) ROW
    commands: NDArray[np.void]  # (n,) COMMAND


@kernel
def decide(books: Books, market: Market, desk: Desk, step: Any, event: int) -> None:
    """Let the strategy decide, when an event has closed one of its bars.

    Parameters
    ----------
    books : (1,) BOOK
        The account, after the event.
    market : Market
        The prices.
    desk : Desk
        What to decide with.
    step : first-class function of STEP_SIGNATURE
        Called when ``desk.steps``.
    event : int
        Row of ``market.bars``.
    """
    book = books[0]
    row = deciding_row(market, event)
    if row < 0:
        return
    index = event_symbol(market, event)
    if desk.manages and book["account"]["positions"] > 0:
        look_after(book, index, index, desk.management[index])
    if len(desk.intents):
        ask_intent(book, index, index, desk.intents[row], desk.management[index])
    if desk.steps:
        describe_row(book, index, index, desk.row[0], desk.bars[row], row)
        step(desk.row[0], desk.state[index], desk.params[index], desk.commands)
        ask_commands(book, index, index, desk.commands)


@kernel(inline="always")
def _event(book: Book, market: Market, curve: Curve, event: int) -> None:
    if idle(book):
        pass_event(book, market, event)
    else:
        take_event(book, market, event)
    if deciding_row(market, event) >= 0:
        write_equity(book, curve)


@kernel
def run(books: Books, market: Market, curve: Curve, desk: Desk, step: Any) -> None:
    """Drive the ledger over all events that are left, deciding at the close of each bar.

    Returns early, with the account's status set, when an array is full or a rate unknown; the
    caller mends that and calls again.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    for event in range(account["events"], len(market.bars)):
        status = headroom(book)
        if status != STATUS_OK:
            account["status"] = status
            return
        _event(book, market, curve, event)
        if account["status"] != STATUS_OK:
            return
        decide(books, market, desk, step, event)


@kernel
def advance(books: Books, market: Market, curve: Curve, stop: int) -> bool:
    """Drive the ledger up to an event (exclusive), deciding nothing.

    Returns early as :func:`run` does.

    Returns
    -------
    bool
        Whether nothing is open, ordered or asked for.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    for event in range(account["events"], stop):
        status = headroom(book)
        if status != STATUS_OK:
            account["status"] = status
            return False
        _event(book, market, curve, event)
        if account["status"] != STATUS_OK:
            return False
    return idle(book)
