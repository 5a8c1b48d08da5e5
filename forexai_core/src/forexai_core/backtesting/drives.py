"""How a strategy is driven over the events: in one call where it can be, else step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from forexai_core.backtesting.gate import Gate
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.programs import Program
from forexai_core.strategies.context import Context, open_contexts
from forexai_core.strategies.notices import Notices
from forexai_core.strategies.series import Cursor
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import Account
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks

__all__ = ["Drive", "Progress", "drive_class", "drive_programs", "drive_programs_by_steps"]

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
    """Give event, symbol and the strategy's row of each event that closes a bar."""
    events = ledger.market.events
    if not len(events):
        for event in range(ledger.events):
            yield event, 0, event
        return
    symbols, rows = events["symbol"].tolist(), events["decides"].tolist()
    firsts: dict[int, int] = {}
    for event, (symbol, row) in enumerate(zip(symbols, rows, strict=True)):
        if row >= 0:
            first = firsts.setdefault(symbol, row)
            yield event, symbol, row - first


def drive_programs_by_steps(
    ledger: Ledger, programs: list[Program], gate: Gate | None, progress: Progress | None
) -> None:
    """Take the events one by one, showing what programs ask for to the risk rules."""
    decide = ledger.decider(programs)
    for event, _, _ in _decisions(ledger):
        ledger.advance(event + 1)
        account = ledger.account
        time_ns, first = int(account["end_ns"]), int(account["requests"])
        if gate is not None:
            gate.watch(time_ns)
        decide(event)
        if gate is not None and account["requests"] > first:
            gate.screen(time_ns, first)
        if progress is not None and event % _TELL_EVERY == 0:
            progress(event, ledger.events)
    ledger.advance(ledger.events)


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
        """Take every event; while nothing is open, the ledger is left behind and catches up later."""
        ledger, account, gate = self._ledger, self._ledger.account, self._gate
        cursors, hooks, contexts, notices = self._cursors, self._hooks, self._contexts, self._notices
        told = [each.needed for each in notices]
        eager = gate is not None or any(told)
        resting = True
        for event, symbol, row in _decisions(ledger):
            if eager or not resting:
                resting = ledger.advance(event + 1)
            cursors[symbol].count = row + 1
            first = 0 if resting else int(account["requests"])
            if gate is not None:
                gate.watch(contexts[symbol].time_ns)
            try:
                # What on_fill and on_order ask for is screened like the rest.
                if told[symbol]:
                    notices[symbol].deliver()
                hooks[symbol](contexts[symbol])
            except Exception as error:
                error.add_note(f"{contexts[symbol].symbol}, at {format_time_ns(contexts[symbol].time_ns)}")
                raise
            if account["requests"] > first:
                self._asked(event, symbol, first)
                resting = False
            if progress is not None and event % _TELL_EVERY == 0:
                progress(event, ledger.events)
        ledger.advance(ledger.events)
        for each in notices:
            if each.needed:
                each.deliver()

    def _asked(self, event: int, symbol: int, first: int) -> None:
        """Bring the ledger to the present before what was asked for, and show it to the rules."""
        self._ledger.catch_up(event + 1)
        if self._gate is not None:
            self._gate.screen(self._contexts[symbol].time_ns, first)


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
