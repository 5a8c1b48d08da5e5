"""Strategies at their places: what each is shown, and when it decides."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from forexai_core.backtesting.sleeves import Place
from forexai_core.engine.deciding.rosters import Decider
from forexai_core.live.session.failures import StrategyFailedError
from forexai_core.live.session.mirror import Mirror
from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.context import Context, SleeveOf
from forexai_core.strategies.feeds import Feeds
from forexai_core.strategies.notices import Notices
from forexai_core.strategies.series import Cursor
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import Account, AccountMode
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks

__all__ = ["Seat", "decider_of", "start_all", "stop_all"]


def decider_of(place: Place, feeds: Feeds, account: Account) -> Decider:
    """Lay out how the ledger's arrays are asked for a strategy's wishes; one in Python is asked by its `Seat`."""
    program = None
    if not isinstance(place.strategy, Strategy):
        others: dict[str, Bars | Ticks] = {place.prices.symbol: place.prices}
        if place.strategy.form is StrategyForm.RULES:  # the one form that looks at other symbols
            timeframe = place.feed.timeframe
            finer = [name for name in feeds.symbols if feeds[name].timeframe.nominal_ns <= timeframe.nominal_ns]
            others |= {name: feeds[name].higher(timeframe).prices for name in finer}
        program = place.strategy.program(place.prices, others=others, clock=account.clock)
    return Decider(symbol=place.symbol, prices=place.feed.prices, end_ns=place.feed.end_ns, program=program)


@attrs.frozen(kw_only=True, eq=False)
class Seat:
    """A class strategy of a session with what it is shown.

    Attributes
    ----------
    strategy : Strategy
        A copy of its own.
    context : Context
        What it is handed.
    cursor : Cursor
        How many of its bars are known.
    notices : Notices
        Who tells it of orders and deals.
    on_ticks : bool
        Whether it decides at ticks.
    """

    strategy: Strategy
    context: Context
    cursor: Cursor
    notices: Notices
    on_ticks: bool

    @classmethod
    def of(cls, mirror: Mirror, place: Place, index: int, *, account: Account, feeds: Feeds, tags: list[str]) -> Seat:
        """Seat a class strategy before an account."""
        strategy, cursor = place.strategy.copy(), Cursor()
        context = Context(
            mirror,
            feeds,
            place.prices.symbol,
            account=account,
            leader=cursor,
            sleeve=SleeveOf(index, place.feed.timeframe, account.mode is AccountMode.NETTING),
            tags=tags,
        )
        return cls(
            strategy=strategy,
            context=context,
            cursor=cursor,
            notices=Notices(strategy, context),
            on_ticks=isinstance(place.prices, Ticks),
        )

    def decide(self, row: int) -> None:
        """Let the strategy decide at the close of a bar of its own.

        Raises
        ------
        StrategyFailedError
            If it raised.
        """
        self.cursor.count = self.cursor.synced = row + 1
        try:
            if self.notices.needed:
                self.notices.deliver()
            if self.on_ticks:
                self.strategy.on_tick(self.context)
            else:
                self.strategy.on_bar(self.context)
        except Exception as error:
            where = f"{self.context.symbol}, at {format_time_ns(self.context.time_ns)}"
            error.add_note(where)
            raise StrategyFailedError(f"{where}: {error}") from error


def start_all(seats: Sequence[Seat | None]) -> None:
    """Let all class strategies prepare."""
    for seat in seats:
        if seat is not None:
            seat.strategy.start(seat.context)


def stop_all(seats: Sequence[Seat | None]) -> None:
    """Let all class strategies finish."""
    for seat in seats:
        if seat is not None:
            if seat.notices.needed:
                seat.notices.deliver()
            seat.strategy.stop(seat.context)
