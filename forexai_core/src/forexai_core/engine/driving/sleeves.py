"""The drive of several strategies on one account: each decides at the ends of its own bars."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.deciding.addresses import NOWHERE
from forexai_core.engine.deciding.decisions import (
    ask_commands,
    ask_intent,
    describe_bar,
    describe_holdings,
    look_after,
)
from forexai_core.engine.deciding.steps import call_step
from forexai_core.engine.driving.event import count_events, next_rollover_ns
from forexai_core.engine.driving.phases import Addresses
from forexai_core.engine.driving.run import settle_event
from forexai_core.engine.passing.calm import note_calm
from forexai_core.engine.state.book import Book, Books, Curve, Market, Roster
from forexai_core.engine.state.records import MAX_REQUESTS, STATUS_FULL_REQUESTS, STATUS_OK

__all__ = ["NO_TURN", "run_sleeves", "take_turn"]

NO_TURN = -1


@kernel(inline="always")
def _age(book: Book, sleeve: int) -> None:
    """Count a bar of the strategy's timeframe for each of its positions."""
    for row in range(book["account"]["positions"]):
        if book["positions"][row]["strategy"] == sleeve:
            book["positions"][row]["bars"] += 1


@kernel(inline="always")
def _has_room(book: Book, roster: Roster) -> bool:
    """Say whether all that one turn can ask for finds a place."""
    account = book["account"]
    most = account["positions"] + len(roster.commands) + 2
    if account["requests"] + most > MAX_REQUESTS:
        account["status"] = STATUS_FULL_REQUESTS
        return False
    return True


@kernel(inline="always")
def _wish(book: Book, roster: Roster, index: int, sleeve: int, row: int) -> None:
    number = roster.pending[sleeve]
    while number < roster.stops[sleeve] and roster.wish_rows[number] < row:
        number += 1
    if number < roster.stops[sleeve] and roster.wish_rows[number] == row:
        ask_intent(book, index, sleeve, roster.wishes[number], roster.management[sleeve])
        number += 1
    roster.pending[sleeve] = number


@kernel(inline="always")
def _step(book: Book, market: Market, roster: Roster, index: int, turn: Any) -> None:
    symbol, account, view, sleeve = book["symbols"][index], book["account"], roster.row[0], turn["sleeve"]
    place, ask = roster.firsts[sleeve] + turn["row"], symbol["ask"] / symbol["scale"]
    describe_bar(view, roster.seen, place, turn["row"], turn["time_ns"], ask, account["equity"])
    describe_holdings(book, index, sleeve, view)
    call_step(roster.addresses[sleeve], (view, roster.state[sleeve], roster.params[sleeve], roster.commands))
    ask_commands(book, market.midnights, index, sleeve, roster.commands)


@kernel
def _decide(book: Book, market: Market, roster: Roster, number: int) -> bool:
    """Take one turn; say whether there was room for what it may ask, and all of it can be carried out."""
    if not _has_room(book, roster):
        return False
    account, turn = book["account"], roster.turns[number]
    sleeve = turn["sleeve"]
    index, management, first = roster.symbols[sleeve], roster.management[sleeve], account["requests"]
    if account["positions"] > 0:
        _age(book, sleeve)
        if management["max_bars"] > 0 or management["break_even_start"] > 0.0:
            look_after(book, index, sleeve, management)
    if roster.pending[sleeve] < roster.stops[sleeve]:
        _wish(book, roster, index, sleeve, turn["row"])
    if roster.addresses[sleeve] != NOWHERE:
        _step(book, market, roster, index, turn)
    for row in range(first, account["requests"]):
        book["requests"][row]["decided_ns"] = turn["time_ns"]
    return bool(account["status"] == STATUS_OK)


@kernel
def take_turn(books: Books, market: Market, roster: Roster, number: int) -> None:
    """Let one strategy decide at the end of one of its bars, in a drive by steps.

    Parameters
    ----------
    books : (1,) BOOK
        The account, after the event of the turn. Its status tells where there was no room, or what is wrong with a
        command.
    market : Market
        The prices.
    roster : Roster
        What is decided with. Of a strategy that is asked in Python only the positions age.
    number : int
        Of the turn; NO_TURN takes none, and compiles what a turn calls.
    """
    books[0]["account"]["status"] = STATUS_OK
    if number != NO_TURN:
        _decide(books[0], market, roster, number)


@kernel
def run_sleeves(books: Books, market: Market, curve: Curve, roster: Roster, phases: Addresses) -> None:
    """Drive the ledger over all events that are left, with every turn that comes between.

    Returns early, with the account's status set, as :func:`forexai_core.engine.driving.run.run` does.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    note_calm(book, next_rollover_ns(book, market))
    number, turns = roster.taken[0], len(roster.turns)
    for event in range(account["events"], count_events(market)):
        if not settle_event(book, market, curve, event, phases):
            break
        while number < turns and roster.turns[number]["event"] == event:
            if not _decide(book, market, roster, number):
                break
            number += 1
        if account["status"] != STATUS_OK:
            break
    roster.taken[0] = number
