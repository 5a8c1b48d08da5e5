"""Walking: passing calm events of one symbol one by one, because a compiled step decides at each.

What a step sees of the account changes only when something happens. So it is described once, and from event to event
only the prices, the equity and the age of the position are written anew. A step might write to any memory, for all the
compiler knows: what the walk itself keeps count of is held in variables, and the book is told at its end.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.curve import note_level
from forexai_core.engine.accounting.extremes import extend
from forexai_core.engine.deciding.decisions import describe_bar, describe_holdings
from forexai_core.engine.deciding.steps import call_step
from forexai_core.engine.passing.held import Held, held_of, profit_at
from forexai_core.engine.state.book import Book, Curve, Desk, Market
from forexai_core.engine.state.records import FAR

__all__ = ["walk"]


@kernel(inline="always")
def _stop_before(book: Book, market: Market) -> int:
    """Give the event before which to stop: the first after a rollover, where a position is open."""
    number = book["account"]["rollover"]
    if book["account"]["positions"] > 0 and number < len(market.rollovers):
        return market.rollovers[number]["event"]
    return len(market.time_ns)


@kernel(inline="always")
def _keep(curve: Curve, row: int, again: bool, end_ns: int, equity: float, lowest: float) -> None:
    """Write a row of the curve; ``again``: an event of the same instant has begun it."""
    curve.equity[row] = equity
    curve.lowest[row] = min(lowest, curve.lowest[row]) if again else lowest
    if len(curve.time_ns):
        curve.time_ns[row] = end_ns


@kernel(inline="always")
def _marks(held: Held, high: int, low: int, close: int) -> tuple[bool, float, float]:
    """Say whether a bar of the exit side reaches neither stop nor target and leaves the margin covered.

    Gives besides the equity at its close, and the lowest inside it.
    """
    worst = low if held.side > 0.0 else high
    profit = profit_at(held, float(close))
    at_worst = profit if worst == close else profit_at(held, float(worst))  # of a tick they are the same
    covered = held.balance + (at_worst + held.swap) >= held.least
    equity = held.balance + (profit + held.swap)
    return covered and low > held.below and high < held.above, equity, equity + at_worst - profit


@kernel(inline="always")
def _come_to(account: Any, event: int, equity: float, row: int, row_ns: int, end_ns: int) -> None:
    """Tell the account where a walk has come to."""
    account["events"] = event
    account["equity"] = equity
    account["equity_rows"] = row + 1
    account["row_ns"] = row_ns
    account["end_ns"] = end_ns


@kernel(inline="always")
def walk(book: Book, market: Market, curve: Curve, desk: Desk, step: int, event: int) -> int:
    """Pass events, asking the step at each, until it wants something or something may happen.

    Parameters
    ----------
    book, market, curve : Book, Market, Curve
        As :func:`forexai_core.engine.passing.glide.glide` takes them, but that several events may share a row.
    desk : Desk
        What the step is called with. With a command in it the walk has ended.
    step : int
        Address of the step.
    event : int
        First event to take.

    Returns
    -------
    int
        The first event that was not taken.
    """
    account, position, view = book["account"], book["positions"][0], desk.row[0]
    stop, first = _stop_before(book, market), event
    held, holds = held_of(book, market), account["positions"] > 0
    long = held.side > 0.0
    path = market.ask if not long and len(market.ask.close) else market.bid
    asks = market.ask.close if len(market.ask.close) else market.bid.close
    spread, scale = 0 if len(market.ask.close) else book["symbols"][0]["spread"], book["symbols"][0]["scale"]
    row, end_ns, row_ns = account["equity_rows"] - 1, account["end_ns"], account["row_ns"]
    bars = position["bars"] if holds else 0
    highest, deepest, equity = -FAR, FAR, account["balance"]
    while event < stop:
        lowest = equity
        if holds:
            high, low = path.high[event] + held.extra, path.low[event] + held.extra
            calm, marked, deep = _marks(held, high, low, path.close[event] + held.extra)
            if not calm:
                break
            highest, deepest = max(highest, high), min(deepest, low)
            equity, lowest, bars = marked, deep, bars + 1
        end_ns = market.end_ns[event]
        again = row >= 0 and row_ns >= end_ns
        if not again:
            row, row_ns = row + 1, end_ns
        _keep(curve, row, again, row_ns, equity, lowest)
        if event == first:
            note_level(book, curve, row)
            describe_holdings(book, 0, 0, view)
        view["bars_held"] = bars
        describe_bar(view, desk.seen, event, event, end_ns, (asks[event] + spread) / scale, equity)
        call_step(step, (view, desk.state[0], desk.params[0], desk.commands))
        event += 1
        if desk.commands[0]["kind"] != 0:
            break
    if event > first:
        _come_to(account, event, equity, row, row_ns, end_ns)
        if holds:
            position["bars"] = bars
            extend(position, highest if long else deepest, deepest if long else highest)
    return event
