"""Walking: passing calm events of one symbol one by one, because a compiled step decides at each.

What a step sees of the account changes only when something happens. So it is described once, and from event to event
only the prices, the equity and the age of the position are written anew.
"""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Curve, Desk, Market
from forexai_core.engine.curve import note_level
from forexai_core.engine.decisions import describe_bar, describe_holdings
from forexai_core.engine.extremes import extend
from forexai_core.engine.held import Held, held_of, profit_at
from forexai_core.engine.records import FAR
from forexai_core.engine.steps import call_step

__all__ = ["walk"]


@kernel(inline="always")
def _start_row(book: Book, curve: Curve, end_ns: int) -> tuple[int, bool]:
    """Give the row of the curve that an event belongs to, and whether an event of the same instant began it."""
    account = book["account"]
    row = account["equity_rows"]
    if row > 0 and account["row_ns"] >= end_ns:
        return row - 1, True
    account["row_ns"] = end_ns
    account["equity_rows"] = row + 1
    if len(curve.time_ns):
        curve.time_ns[row] = end_ns
    return row, False


@kernel(inline="always")
def _stop_before(book: Book, market: Market) -> int:
    """Give the event before which to stop: the first after a rollover, where a position is open."""
    number = book["account"]["rollover"]
    if book["account"]["positions"] > 0 and number < len(market.rollovers):
        return market.rollovers[number]["event"]
    return len(market.time_ns)


@kernel(inline="always")
def _is_calm(held: Held, high: int, low: int) -> bool:
    """Say whether a bar of the exit side reaches neither stop nor target, and leaves the margin covered."""
    if high >= held.above or low <= held.below:
        return False
    worst = low if held.side > 0.0 else high
    return held.balance + (profit_at(held, float(worst)) + held.swap) >= held.least


@kernel(inline="always")
def _write(book: Book, market: Market, curve: Curve, event: int, equity: float, lowest: float) -> int:
    """Write an event's row of the curve, or into that of the same instant; give which."""
    end_ns = market.end_ns[event]
    row, again = _start_row(book, curve, end_ns)
    curve.equity[row] = equity
    curve.lowest[row] = min(lowest, curve.lowest[row]) if again else lowest
    book["account"]["end_ns"] = end_ns
    return row


@kernel(inline="always")
def _ask(book: Book, market: Market, event: int) -> float:
    symbol = book["symbols"][0]
    if len(market.ask.close):
        return market.ask.close[event] / symbol["scale"]
    return (market.bid.close[event] + symbol["spread"]) / symbol["scale"]


@kernel(inline="always")
def walk(book: Book, market: Market, curve: Curve, desk: Desk, step: int, event: int) -> int:
    """Pass events, asking the step at each, until it wants something or something may happen.

    Parameters
    ----------
    book, market, curve : Book, Market, Curve
        As :func:`forexai_core.engine.glide.glide` takes them, but that several events may share a row.
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
    path = market.ask if held.side < 0.0 and len(market.ask.close) else market.bid
    highest, deepest, equity = -FAR, FAR, account["balance"]
    while event < stop:
        lowest = equity
        if holds:
            high, low = path.high[event] + held.extra, path.low[event] + held.extra
            if not _is_calm(held, high, low):
                break
            highest, deepest = max(highest, high), min(deepest, low)
            profit = profit_at(held, float(path.close[event] + held.extra))
            equity = held.balance + (profit + held.swap)
            lowest = equity + profit_at(held, float(low if held.side > 0.0 else high)) - profit
            position["bars"] += 1
        row = _write(book, market, curve, event, equity, lowest)
        if event == first:
            note_level(book, curve, row)
            describe_holdings(book, 0, 0, view)
        describe_bar(view, desk.bars[event], event, market.end_ns[event], _ask(book, market, event), equity)
        call_step(step, (view, desk.state[0], desk.params[0], desk.commands))
        view["bars_held"] = position["bars"] + 1 if holds else 0
        event += 1
        if desk.commands[0]["kind"] != 0:
            break
    if event > first:
        account["events"] = event
        account["equity"] = equity
        if holds:
            extend(position, highest if held.side > 0.0 else deepest, deepest if held.side > 0.0 else highest)
    return event
