"""The two drives of the ledger: a whole run in one call, and a stretch of events at a time."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.accounting.curve import write_equity
from forexai_core.engine.accounting.deals import settle_entries
from forexai_core.engine.accounting.margin import mark
from forexai_core.engine.accounting.quotes import flat_quotes, quotes_of
from forexai_core.engine.deciding.decisions import ask_commands, ask_intent, describe_bar, describe_holdings, look_after
from forexai_core.engine.deciding.steps import call_step
from forexai_core.engine.driving.event import (
    close_event,
    closing_row,
    count_events,
    deciding_row,
    event_symbol,
    headroom,
    next_rollover_ns,
    open_event,
    rest_event,
)
from forexai_core.engine.driving.phases import OPEN, WHOLE, Addresses
from forexai_core.engine.passing.calm import is_calm, note_calm, note_equity, pass_calmly, pass_open_calmly
from forexai_core.engine.passing.glide import can_glide, glide, is_simple, land, look_ahead
from forexai_core.engine.passing.prefetch import fetch_event
from forexai_core.engine.passing.walk import walk
from forexai_core.engine.state.book import Book, Books, Curve, Desk, Market
from forexai_core.engine.state.market_records import PART_OPEN, PART_REST
from forexai_core.engine.state.records import (
    STATUS_OK,
)

__all__ = ["advance", "decide", "run", "settle_event"]


_FAR_AHEAD = 4_096  # events; looking further costs more than calling again


@kernel(inline="always")
def _wish(book: Book, desk: Desk, index: int, row: int) -> None:
    """Ask for what the strategy wants at a row, where it wants anything."""
    number = desk.pending[index]
    while number < desk.stops[index] and desk.wish_rows[number] < row:
        number += 1
    if number < desk.stops[index] and desk.wish_rows[number] == row:
        ask_intent(book, index, index, desk.wishes[number], desk.management[index])
        number += 1
    desk.pending[index] = number


@kernel(inline="always")
def _decide(book: Book, market: Market, desk: Desk, step: int, event: int) -> bool:
    """Let the strategy decide; say whether its commands are such as can be carried out."""
    index, row = deciding_row(market, event)
    if row < 0:
        return True
    if desk.manages and book["account"]["positions"] > 0:
        look_after(book, index, index, desk.management[index])
    if len(desk.wishes):
        _wish(book, desk, index, row)
    if desk.steps:
        ask = book["symbols"][index]["ask"] / book["symbols"][index]["scale"]
        account = book["account"]
        describe_bar(desk.row[0], desk.seen, row, row, account["end_ns"], ask, account["equity"])
        describe_holdings(book, index, index, desk.row[0])
        call_step(step, (desk.row[0], desk.state[index], desk.params[index], desk.commands))
        if desk.commands[0]["kind"] != 0:
            ask_commands(book, market.midnights, index, index, desk.commands)
            return bool(account["status"] == STATUS_OK)
    return True


@kernel
def decide(books: Books, market: Market, desk: Desk, step: int, event: int) -> bool:
    """Let the strategy decide, when an event has closed one of its bars.

    Parameters
    ----------
    books : (1,) BOOK
        The account, after the event.
    market : Market
        The prices.
    desk : Desk
        What to decide with.
    step : int
        Address of the compiled step, called when ``desk.steps``.
    event : int
        Its number.

    Returns
    -------
    bool
        Whether the drive may go on; else the account's status tells what is wrong with a command.
    """
    return _decide(books[0], market, desk, step, event)


_STOPPED, _TAKEN, _OPENED = 0, 1, 2
"""How far an event was taken: not at all, since room or a rate is missing; to its end; or to its open."""


@kernel(inline="always")
def _hands_over(book: Book, market: Market, inside: bool) -> bool:
    """Say whether what is left of an opened event may be as calm as the bars after it; if so, note between what."""
    account = book["account"]
    if not inside or account["status"] != STATUS_OK or account["sleeves"] > 0 or not is_simple(book, market):
        return False
    settle_entries(book)
    note_calm(book, next_rollover_ns(book, market))
    return True


@kernel(inline="always")
def _has_room(book: Book, curve: Curve) -> bool:
    """Say whether there is room for another event; if not, the account's status tells for what there is none."""
    status = headroom(book, len(curve.levels))
    if status != STATUS_OK:
        book["account"]["status"] = status
    return status == STATUS_OK


@kernel(inline="always")
def _pass_part(book: Book, market: Market, event: int, row: int, part: int) -> bool:
    """Take a bar, or a part of it, quickly where it is calm; say whether it was."""
    account, index = book["account"], event_symbol(market, row)
    quotes = quotes_of(market, row, book["symbols"][index])
    if not part & PART_REST:
        quotes = flat_quotes(quotes.bid_open, quotes.ask_open)
    if not is_calm(book, market, row, index, quotes):
        return False
    account["events"] = event + 1
    if part & PART_REST:
        ages = closing_row(market, row) >= 0 and account["sleeves"] == 0
        pass_calmly(book, market, row, index, quotes, ages)
    else:
        pass_open_calmly(book, market, row, index, quotes)
    return True


@kernel(inline="always")
def _settle_part(book: Book, market: Market, event: int, row: int, part: int, phases: Addresses, opened: int) -> bool:
    """Take a bar, or a part of it, at which something may happen; say whether to its end.

    Most of what is heavy happens at an open: requests that are carried out. So after its open a lone symbol's bar is
    handed over to whoever passes the calm bars that follow it, and comes back, ``opened`` being its number, where it
    is not calm.
    """
    account, index, inside = book["account"], event_symbol(market, row), True
    quotes = quotes_of(market, row, book["symbols"][index])
    if part & PART_OPEN and event != opened:
        asked = account["requests"] > 0
        what = WHOLE if part & PART_REST else OPEN
        inside = open_event(book, market, event, row, index, quotes, phases, what)
        if asked and _hands_over(book, market, inside):
            return False
    elif event != opened:
        account["events"] = event + 1
        inside = rest_event(book, market, row, index, quotes, phases)
    if part & PART_REST:
        close_event(book, market, row, index, quotes, phases, inside)
    else:
        mark(book)
        note_equity(book, index, account["equity"])
        note_calm(book, next_rollover_ns(book, market))
    return True


@kernel(inline="always")
def _event(book: Book, market: Market, curve: Curve, event: int, phases: Addresses, opened: int) -> int:
    """Take an event, quickly when it is calm; say how far."""
    account, row, part = book["account"], event, PART_OPEN | PART_REST
    if len(market.agenda):
        row, part = market.agenda[event]["row"], market.agenda[event]["part"]
        if not part & (PART_OPEN | PART_REST):
            account["events"] = event + 1  # a decision, and nothing else
            return _TAKEN
    if event == opened or not _pass_part(book, market, event, row, part):
        if event != opened and not _has_room(book, curve):
            return _STOPPED
        if not _settle_part(book, market, event, row, part, phases, opened):
            return _OPENED
    if len(market.agenda):
        book["symbols"][event_symbol(market, row)]["bar_open"] = 0 if part & PART_REST else 1
    if account["status"] != STATUS_OK:
        return _STOPPED
    if part & PART_REST and closing_row(market, row) >= 0:
        write_equity(book, curve)
    return _TAKEN


@kernel(inline="always")
def settle_event(book: Book, market: Market, curve: Curve, event: int, phases: Addresses) -> bool:
    """Take an event of several strategies to its end; say whether the drive may go on."""
    return _event(book, market, curve, event, phases, -1) != _STOPPED


@kernel(inline="always")
def _next_decision(desk: Desk, event: int, stop: int) -> int:
    """Give the event after which a lone symbol decides next, or the last one."""
    number = desk.pending[0]
    while number < desk.stops[0] and desk.wish_rows[number] < event:
        number += 1
    desk.pending[0] = number
    return min(desk.wish_rows[number], stop - 1) if number < desk.stops[0] else stop - 1


@kernel
def run(books: Books, market: Market, curve: Curve, desk: Desk, step: int, phases: Addresses) -> None:
    """Drive the ledger over all events that are left, deciding at the close of each bar.

    Returns early, with the account's status set, when an array is full or a rate unknown; the
    caller mends that and calls again.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    note_calm(book, next_rollover_ns(book, market))
    event, stop, opened = account["events"], count_events(market), -1
    while event < stop:
        glided = False
        if not desk.steps and can_glide(book, market, curve) and not (desk.manages and account["positions"] > 0):
            last = _next_decision(desk, event, stop)
            fetch_event(market, last)
            event = glide(book, market, curve, event, last + 1)
            if event > last:
                glided, event = True, last
                account["end_ns"] = market.end_ns[last]
        elif desk.steps and not desk.manages and is_simple(book, market):
            event = walk(book, market, curve, desk, step, event)
            if desk.commands[0]["kind"] != 0:
                ask_commands(book, market.midnights, 0, 0, desk.commands)
                if account["status"] != STATUS_OK:
                    return
                continue
            if event == stop:
                break
        if not glided:
            taken = _event(book, market, curve, event, phases, opened)
            if taken == _STOPPED:
                return
            if taken == _OPENED:
                opened = event
                continue
        if not _decide(book, market, desk, step, event):
            return
        event += 1
    if len(market.events) == 0:
        land(book, market)


@kernel
def advance(books: Books, market: Market, curve: Curve, phases: Addresses, stop: int) -> int:
    """Drive the ledger up to an event (exclusive), deciding nothing.

    Returns early as :func:`run` does.

    Returns
    -------
    int
        The first event at which something may happen if nothing is asked for before: until then the ledger may be
        left behind. -1 where it returned early.
    """
    book = books[0]
    account = book["account"]
    account["status"] = STATUS_OK
    note_calm(book, next_rollover_ns(book, market))
    event, opened = account["events"], -1
    while event < stop:
        if can_glide(book, market, curve):
            event = glide(book, market, curve, event, stop)
            if event == stop:
                break
        taken = _event(book, market, curve, event, phases, opened)
        if taken == _STOPPED:
            return -1
        if taken == _OPENED:
            opened = event
        else:
            event += 1
    if len(market.events) == 0:
        land(book, market)
    if account["requests"] > 0 or account["orders"] > 0:
        return stop
    if account["positions"] == 0:
        return count_events(market)
    if not can_glide(book, market, curve):
        return stop
    return look_ahead(book, market, stop, min(stop + _FAR_AHEAD, len(market.time_ns)))
