"""How several strategies on one account are driven: in one call where all are compiled, else turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from forexai_core.backtesting.drives import Drive, Progress, placed
from forexai_core.backtesting.gate import Gate
from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.sleeves import Place
from forexai_core.backtesting.step_draws import check_draws
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.deciding.rosters import Decider, call_up
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.book import Roster
from forexai_core.errors import ConfigError
from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.context import Context, SleeveOf
from forexai_core.strategies.feeds import Feeds
from forexai_core.strategies.notices import Notices
from forexai_core.strategies.series import Cursor
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import AccountMode
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["drive_sleeves"]

_TELL_EVERY = 16_384


def drive_sleeves(
    ledger: Ledger,
    places: Sequence[Place],
    inputs: Inputs,
    feeds: Feeds,
    *,
    gate: Gate | None,
    drive: Drive,
    progress: Progress | None,
) -> None:
    """Take every event, and every turn of every sleeve.

    Parameters
    ----------
    ledger : Ledger
        The account, laid out for so many sleeves.
    places : sequence of Place
        In the order of the list.
    inputs : Inputs
        Of the run.
    feeds : Feeds
        Its prices.
    gate : Gate or None
        Risk rules.
    drive : Drive
        By which the user wants it.
    progress : callable or None
        Told now and then.

    Raises
    ------
    ConfigError
        If it is to go by batch and cannot.
    """
    roster = call_up([_decider(place, inputs, feeds) for place in places], ledger.setup)
    ledger.owners = [f"Sleeve '{place.name}'" for place in places]
    by_hand = next((place for place in places if isinstance(place.strategy, Strategy)), None)
    if drive is Drive.BATCH and by_hand is not None:
        raise ConfigError(
            f"Sleeve '{by_hand.name}' is a class strategy, which is asked at every bar: drive the run by step."
        )
    if drive is Drive.BATCH and gate is not None:
        raise ConfigError("Risk rules judge each order in Python, so this run goes by step.")
    if by_hand is None and gate is None and drive is not Drive.STEP:
        ledger.run_sleeves(roster)
        return
    run = _Turns(ledger, roster, places, inputs, feeds)
    run.start()
    run.run(gate, progress)
    run.stop()


def _decider(place: Place, inputs: Inputs, feeds: Feeds) -> Decider:
    feed, program = place.feed, None
    check_draws(place.strategy)
    if not isinstance(place.strategy, Strategy):
        program = _program(place, inputs, feeds)
    return Decider(symbol=place.symbol, prices=feed.prices, end_ns=feed.end_ns, program=program)


def _program(place: Place, inputs: Inputs, feeds: Feeds) -> Program:
    others: dict[str, Bars | Ticks] = {place.prices.symbol: place.prices}
    if place.strategy.form is StrategyForm.RULES:  # the one form that looks at other symbols
        timeframe = place.feed.timeframe
        finer = [name for name in feeds.symbols if feeds[name].timeframe.nominal_ns <= timeframe.nominal_ns]
        others |= {name: feeds[name].higher(timeframe).prices for name in finer}
    program: Program = place.strategy.program(place.prices, others=others, clock=inputs.account.clock)
    return program


@attrs.frozen(kw_only=True, eq=False)
class _Seat:
    """A class strategy with what it is shown."""

    strategy: Strategy
    context: Context
    cursor: Cursor
    notices: Notices
    on_ticks: bool

    @classmethod
    def of(cls, ledger: Ledger, place: Place, index: int, inputs: Inputs, feeds: Feeds) -> _Seat:
        strategy, cursor = place.strategy.copy(), Cursor()
        netting = inputs.account.mode is AccountMode.NETTING
        context = Context(
            ledger,
            feeds,
            place.prices.symbol,
            account=inputs.account,
            leader=cursor,
            sleeve=SleeveOf(index, place.feed.timeframe, netting),
        )
        return cls(
            strategy=strategy,
            context=context,
            cursor=cursor,
            notices=Notices(strategy, context),
            on_ticks=isinstance(place.prices, Ticks),
        )

    def decide(self) -> None:
        with placed(self.context):
            if self.notices.needed:
                self.notices.deliver()
            if self.on_ticks:
                self.strategy.on_tick(self.context)
            else:
                self.strategy.on_bar(self.context)


class _Turns:
    """A run of several strategies on its way, turn by turn."""

    def __init__(self, ledger: Ledger, roster: Roster, places: Sequence[Place], inputs: Inputs, feeds: Feeds) -> None:
        self._ledger, self._roster = ledger, roster
        self._seats = [
            _Seat.of(ledger, place, index, inputs, feeds) if isinstance(place.strategy, Strategy) else None
            for index, place in enumerate(places)
        ]
        self._calm = 0  # the first event at which something may happen
        self._cursors = [seat.cursor for seat in self._seats if seat is not None]
        ledger.ahead.extend(self._cursors)

    def start(self) -> None:
        for seat in self._seats:
            if seat is not None:
                seat.strategy.start(seat.context)
        self._ledger.account["requests"] = 0  # no price is known yet

    def stop(self) -> None:
        for seat in self._seats:
            if seat is not None:
                seat.strategy.stop(seat.context)
        account = self._ledger.account
        account["requests"] = min(int(account["requests"]), len(self._ledger.requests))

    def run(self, gate: Gate | None, progress: Progress | None) -> None:
        """Take every event and turn. The ledger is left behind where nothing can happen, and catches up later."""
        ledger, turns = self._ledger, self._roster.turns
        columns = (turns[name].tolist() for name in ("event", "sleeve", "row", "time_ns"))
        for number, (event, sleeve, row, time_ns) in enumerate(zip(*columns, strict=True)):
            seat = self._seats[sleeve]
            self._come_to(event, seat, row, gate)
            first = int(ledger.account["requests"])
            if ledger.now == ledger.taken:
                ledger.take_turn(self._roster, number)
            if seat is not None:
                seat.decide()
            if ledger.account["requests"] > first:
                ledger.catch_up(event + 1)
                self._sync()
                self._calm = 0
                if gate is not None:
                    gate.screen(time_ns, first)
            if progress is not None and number % _TELL_EVERY == 0:
                progress(event, ledger.events)
        advance = ledger.advance if gate is None else gate.advance
        advance(ledger.events)
        self._sync()
        self._tell()

    def _come_to(self, event: int, seat: _Seat | None, row: int, gate: Gate | None) -> None:
        """Bring the ledger to an event; where nothing can have happened, only whoever looks in Python."""
        if seat is not None:
            seat.cursor.count = row + 1
        if gate is not None:
            gate.advance(event + 1)
            self._sync()
        elif event >= self._calm or seat is None:
            self._calm = self._ledger.advance(event + 1)
            self._sync()
        else:
            self._ledger.now = event + 1
            if self._ledger.taken == event + 1:
                self._sync()  # another's turn at the same instant has brought it there

    def _tell(self) -> None:
        """Tell of what happened after the last turn."""
        for seat in self._seats:
            if seat is not None and seat.notices.needed:
                seat.notices.deliver()

    def _sync(self) -> None:
        """Note how many bars were known when the ledger was last up to date."""
        for cursor in self._cursors:
            cursor.synced = cursor.count
