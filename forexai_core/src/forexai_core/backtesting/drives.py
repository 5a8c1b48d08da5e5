"""How a strategy is driven over the events: in one call where it can be, else step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.market_records import PART_TURN
from forexai_core.strategies.context import Context, open_contexts
from forexai_core.strategies.notices import Notices
from forexai_core.strategies.series import Cursor
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import Account
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks

if TYPE_CHECKING:
    from forexai_core.backtesting.gate import Gate

__all__ = ["Drive", "Progress", "drive_class", "drive_programs", "drive_programs_by_steps", "placed"]

Progress = Callable[[int, int], None]
"""Told now and then how many events are done, and how many there are."""

_TELL_EVERY = 16_384


class Drive(StrEnum):
    """How a run goes through its events."""

    AUTO = "auto"
    """In one call where strategy and rules allow it."""
    BATCH = "batch"
    """In one call; an error where that cannot be."""
    STEP = "step"
    """Event by event; the same trades, more slowly."""


def drive_programs(ledger: Ledger, programs: list[Program]) -> None:
    """Take every event in one call."""
    ledger.run(programs)


def _decisions(ledger: Ledger) -> Iterator[tuple[int, int, int]]:
    """Give event, symbol and the strategy's row of each event after which a strategy decides."""
    events, agenda = ledger.market.events, ledger.market.agenda
    if not len(events):
        for event in range(ledger.events):
            yield event, 0, event
        return
    deciding, rows = np.arange(len(events)), np.arange(len(events))
    if len(agenda):
        deciding = np.flatnonzero(agenda["part"] & PART_TURN)
        rows = agenda["row"][deciding]
    symbols, bars = events["symbol"][rows].tolist(), events["decides"][rows].tolist()
    firsts: dict[int, int] = {}
    for event, symbol, bar in zip(deciding.tolist(), symbols, bars, strict=True):
        if bar >= 0:
            first = firsts.setdefault(symbol, bar)
            yield event, symbol, bar - first


def drive_programs_by_steps(
    ledger: Ledger, programs: list[Program], gate: Gate | None, progress: Progress | None
) -> None:
    """Take the events one by one, showing what programs ask for to the risk rules."""
    decide = ledger.decider(programs)
    advance = ledger.advance if gate is None else gate.advance
    for event, _, _ in _decisions(ledger):
        advance(event + 1)
        account = ledger.account
        time_ns, first = int(account["end_ns"]), int(account["requests"])
        decide(event)
        if gate is not None and account["requests"] > first:
            gate.screen(time_ns, first)
        if progress is not None and event % _TELL_EVERY == 0:
            progress(event, ledger.events)
    advance(ledger.events)


class _ClassRun:
    """A class strategy on its way: one copy a symbol."""

    def __init__(
        self,
        ledger: Ledger,
        strategies: list[Strategy],
        prices: Mapping[str, Bars | Ticks],
        account: Account,
        gate: Gate | None,
    ) -> None:
        self._ledger, self._gate = ledger, gate
        self._strategies = strategies
        contexts, cursors = open_contexts(ledger, prices, account)
        self._contexts: list[Context] = contexts
        self._cursors: list[Cursor] = cursors
        ledger.ahead.extend(cursors)
        self._notices = [Notices(strategy, context) for strategy, context in zip(strategies, contexts, strict=True)]
        ticks = [isinstance(series, Ticks) for series in prices.values()]
        self._hooks = [
            strategy.on_tick if on_ticks else strategy.on_bar
            for strategy, on_ticks in zip(strategies, ticks, strict=True)
        ]

    def start(self) -> None:
        for strategy, context in zip(self._strategies, self._contexts, strict=True):
            strategy.start(context)
        self._ledger.account["requests"] = 0  # no price is known yet

    def stop(self) -> None:
        for strategy, context in zip(self._strategies, self._contexts, strict=True):
            strategy.stop(context)

    def run(self, progress: Progress | None) -> None:
        """Take every event."""
        if self._gate is not None:
            self._run_watched(self._gate, progress)
        elif not len(self._ledger.market.events):
            self._run_alone(progress)
        else:
            self._run_freely(progress)
        if self._gate is not None:
            self._gate.advance(self._ledger.events)
        self._ledger.advance(self._ledger.events)
        for each in self._notices:
            if each.needed:
                each.deliver()

    def _run_alone(self, progress: Progress | None) -> None:
        """Drive one symbol of which each event is a bar. Where nothing can happen the ledger catches up later."""
        ledger, cursor, hook, context, notices = (
            self._ledger,
            self._cursors[0],
            self._hooks[0],
            self._contexts[0],
            self._notices[0],
        )
        calm = asked = 0
        for first in range(0, ledger.events, _TELL_EVERY):
            if progress is not None:
                progress(first, ledger.events)
            with placed(context):
                for event in range(first, min(first + _TELL_EVERY, ledger.events)):
                    if event >= calm:
                        calm = ledger.advance(event + 1)
                        cursor.synced = cursor.count = event + 1
                        if notices.needed:
                            notices.deliver()
                    else:
                        ledger.now = cursor.count = event + 1
                    hook(context)
                    if ledger.asked != asked:
                        asked = ledger.asked
                        ledger.catch_up(event + 1)
                        cursor.synced, calm = event + 1, 0

    def _run_freely(self, progress: Progress | None) -> None:
        """Drive several symbols, likewise."""
        ledger, cursors, hooks, contexts, notices = (
            self._ledger,
            self._cursors,
            self._hooks,
            self._contexts,
            self._notices,
        )
        calm = asked = 0
        for event, symbol, row in _decisions(ledger):
            cursors[symbol].count = row + 1
            if event >= calm:
                calm = ledger.advance(event + 1)
                _sync(cursors)
                with placed(contexts[symbol]):
                    notices[symbol].deliver()
            else:
                ledger.now = event + 1
            with placed(contexts[symbol]):
                hooks[symbol](contexts[symbol])
            if ledger.asked != asked:
                asked, calm = ledger.asked, 0
                ledger.catch_up(event + 1)
                _sync(cursors)
            if progress is not None and event % _TELL_EVERY == 0:
                progress(event, ledger.events)

    def _run_watched(self, gate: Gate, progress: Progress | None) -> None:
        """Drive under risk rules, which look at the account after every event and at each order."""
        ledger, account = self._ledger, self._ledger.account
        for event, symbol, row in _decisions(ledger):
            context = self._contexts[symbol]
            self._cursors[symbol].count = row + 1
            gate.advance(event + 1)
            _sync(self._cursors)
            first = int(account["requests"])
            with placed(context):
                # What on_fill and on_order ask for is screened like the rest.
                if self._notices[symbol].needed:
                    self._notices[symbol].deliver()
                self._hooks[symbol](context)
            if account["requests"] > first:
                gate.screen(context.time_ns, first)
            if progress is not None and event % _TELL_EVERY == 0:
                progress(event, ledger.events)


@contextmanager
def placed(context: Context) -> Iterator[None]:
    """Note on what a strategy raises where and when it was."""
    try:
        yield
    except Exception as error:
        error.add_note(f"{context.symbol}, at {format_time_ns(context.time_ns)}")
        raise


def _sync(cursors: list[Cursor]) -> None:
    """Note how many bars were known when the ledger was last up to date."""
    for cursor in cursors:
        cursor.synced = cursor.count


def drive_class(
    ledger: Ledger,
    strategies: list[Strategy],
    prices: Mapping[str, Bars | Ticks],
    account: Account,
    *,
    gate: Gate | None,
    progress: Progress | None,
) -> None:
    """Ask class strategies at every bar or tick.

    Parameters
    ----------
    ledger : Ledger
        The account.
    strategies : list of Strategy
        One copy a symbol.
    prices : mapping of str to Bars or Ticks
        What they decide on.
    account : Account
        As the run began.
    gate : Gate or None
        Risk rules.
    progress : callable or None
        Told now and then.
    """
    run = _ClassRun(ledger, strategies, prices, account, gate)
    run.start()
    run.run(progress)
    run.stop()
    ledger.account["requests"] = min(int(ledger.account["requests"]), len(ledger.requests))
