"""A terminal as a source of prices: its history, and what comes."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar, cast

import attrs
import numpy as np

from forexai_core.errors import BrokerError, DataError, DataGapError, did_you_mean
from forexai_core.ports.data import Coverage
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe
from forexai_mt5.adapter.downloads import Downloads, Rows
from forexai_mt5.adapter.following import FollowedBars, FollowedTicks, following
from forexai_mt5.adapter.instruments import instrument_of
from forexai_mt5.adapter.loops import LoopThread
from forexai_mt5.adapter.prices import bars_of, ticks_of
from forexai_mt5.adapter.terminals import Opened, Opener
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.watching import Pace
from forexai_mt5.settings import Mt5DataSettings

__all__ = ["Mt5Source"]

RowsT = TypeVar("RowsT", bound=Bars | Ticks)


class Mt5Source:
    """Bars and ticks of one terminal, over a worker of its own; it starts with the first question.

    Ranges are read by a thread that blocks its caller only.

    Parameters
    ----------
    settings : Mt5DataSettings
        Which terminal, symbols, timeframes, and how far back.
    opener : callable
        ``await opener(settings)`` gives the venue.
    """

    def __init__(self, settings: Mt5DataSettings, opener: Opener) -> None:
        self._settings, self._opener = settings, opener
        self._thread = LoopThread()
        self._opened: Opened | None = None
        self._opening: asyncio.Lock | None = None
        self._held: dict[tuple[str, Timeframe], Bars | Ticks] = {}
        self._hold = _Hold()
        self._finalizer = weakref.finalize(self, _end, self._thread, self._hold)

    def close(self) -> None:
        """Let the terminal go; twice is once."""
        self._finalizer()

    # ---------------------------------------------------------------------------------------------------- the ports
    def symbols(self) -> Sequence[str]:
        """Name what stands in the Market Watch, or what the settings name."""
        return self._thread.run(self._symbols())

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what the terminal has of a symbol; fetches it."""
        return self._thread.run(self._coverage(symbol))

    def bars(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``."""
        if timeframe is Timeframe.TICK:
            raise DataError(f"Bars of {symbol} {timeframe} were asked for. Ask ticks() for ticks.")
        found = self._thread.run(self._series(symbol, timeframe, stop_ns))
        if not isinstance(found, Bars):
            raise DataError(f"The terminal gave no bars of {symbol} {timeframe}.")
        return _cut(found, start_ns, stop_ns)

    def ticks(self, symbol: str, start_ns: int, stop_ns: int) -> Ticks:
        """Give the ticks in ``[start_ns, stop_ns)``."""
        found = self._thread.run(self._series(symbol, Timeframe.TICK, stop_ns))
        if not isinstance(found, Ticks):
            raise DataError(f"The terminal gave no ticks of {symbol}.")
        return _cut(found, start_ns, stop_ns)

    async def subscribe(self, symbol: str, timeframe: Timeframe) -> AsyncIterator[Bars | Ticks]:
        """Follow a symbol from now on; a terminal that cannot be reached for a while is waited for."""
        timeframe = Timeframe.of(timeframe)
        followed = await self._thread.wait_for(self._followed(symbol, timeframe))
        while True:
            rows = await self._thread.wait_for(followed())
            if len(rows):
                yield rows

    # ----------------------------------------------------------------------------------- in the thread's event loop
    async def _venue(self) -> Venue:
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if self._opened is None:
                opened = await self._opener(self._settings)
                self._hold.venue = opened.venue
                try:
                    await opened.venue.open(trades=self._settings.trades, patience_s=self._settings.clock_patience_s)
                except BaseException:
                    await opened.venue.session.close()
                    raise
                self._opened = opened
        return self._opened.venue

    async def _symbols(self) -> tuple[str, ...]:
        venue = await self._venue()
        return self._settings.trades or tuple(venue.symbols.ours(name) for name in venue.symbols.watched)

    @property
    def _timeframes(self) -> tuple[Timeframe, ...]:
        ticks = (Timeframe.TICK,) if self._settings.tick_days else ()
        return (*ticks, *(Timeframe.of(each) for each in self._settings.timeframes))

    async def _coverage(self, symbol: str) -> tuple[Coverage, ...]:
        covered = []
        for timeframe in self._timeframes:
            rows = await self._series(symbol, timeframe, 0)
            if len(rows):
                first, last = int(rows.time_ns[0]), int(rows.time_ns[-1])
                covered.append(Coverage(symbol=symbol, timeframe=timeframe, start_ns=first, stop_ns=last + 1))
        return tuple(covered)

    async def _theirs(self, symbol: str, timeframe: Timeframe) -> str:
        """Find the broker's name of a symbol that is held in a timeframe."""
        symbols = await self._symbols()
        if symbol not in symbols:
            raise DataError(f"The terminal does not show '{symbol}'. {did_you_mean(symbol, symbols)}")
        if timeframe not in self._timeframes:
            held = ", ".join(str(each) for each in self._timeframes)
            raise DataError(f"{symbol} {timeframe} is not held. Of {symbol} these are: {held}; more by `timeframes`.")
        return (await self._venue()).symbols.theirs(symbol)

    async def _series(self, symbol: str, timeframe: Timeframe, stop_ns: int) -> Bars | Ticks:
        """Give all that is held, fetched up to a time; what has been fetched stays as it was."""
        try:
            theirs = await self._theirs(symbol, timeframe)
            held = self._held.get((symbol, timeframe))
            if held is None or self._lacks(held, stop_ns):
                held = await self._fetched(symbol, theirs, timeframe, held)
                self._held[symbol, timeframe] = held
        except BrokerError as problem:
            raise DataGapError(f"{symbol} {timeframe} cannot be read from the terminal: {problem}") from problem
        return held

    def _lacks(self, held: Bars | Ticks, stop_ns: int) -> bool:
        """Say whether there may be more by now before a time than was fetched."""
        if not len(held):
            return True
        if not self._opened:
            return True
        last = int(held.time_ns[-1])
        length = held.timeframe.nominal_ns if isinstance(held, Bars) else 0
        # A bar that opened after the last closed one is closed when another length has passed.
        return min(stop_ns, self._opened.venue.clock.now_ns() - length) > last + max(length, 1)

    async def _fetched(self, symbol: str, theirs: str, timeframe: Timeframe, held: Bars | Ticks | None) -> Bars | Ticks:
        """Fetch what is missing; what was given before stays as it was."""
        venue = await self._venue()
        await venue.see_time()
        downloads = Downloads(venue, patience_s=self._settings.history_patience_s)
        now_ns = venue.clock.now_ns()
        days = self._settings.tick_days if timeframe is Timeframe.TICK else self._settings.history_days
        # From a midnight, so that it does not depend on the minute of asking.
        start_ns = now_ns - now_ns % NS_PER_DAY - days * NS_PER_DAY
        if held is not None and len(held):
            start_ns = int(held.time_ns[-1]) + 1
        if timeframe is Timeframe.TICK:
            rows = await downloads.ticks(theirs, start_ns, now_ns + NS_PER_DAY)
        else:
            rows = await downloads.bars(theirs, timeframe, start_ns, now_ns + NS_PER_DAY)
        made = await self._made(venue, symbol, theirs, timeframe, rows)
        made = _cut(made, start_ns, now_ns + NS_PER_DAY)
        return made if held is None or not len(held) else _joined(held, made)

    async def _made(
        self, venue: Venue, symbol: str, theirs: str, timeframe: Timeframe, rows: Rows, *, closed: bool = False
    ) -> Bars | Ticks:
        instrument = await self._instrument(venue, symbol, theirs)
        told = {"source": "mt5", "clock": str(venue.clock.known)}
        if venue.session.identity is not None:
            told["server"] = venue.session.identity.server
        if timeframe is Timeframe.TICK:
            return ticks_of(rows, instrument=instrument, clock=venue.clock, provenance=told)
        return bars_of(
            rows, instrument=instrument, timeframe=timeframe, clock=venue.clock, provenance=told, closed=closed
        )

    async def _instrument(self, venue: Venue, symbol: str, theirs: str) -> Instrument:
        return instrument_of(await venue.symbols.info(theirs), symbol)

    async def _followed(self, symbol: str, timeframe: Timeframe) -> Callable[[], Any]:
        venue = await self._venue()
        theirs = await self._theirs(symbol, timeframe)
        pace = Pace(self._settings.poll_s, self._settings.longest_poll_s)
        of_ticks = timeframe is Timeframe.TICK
        followed = FollowedTicks(venue, theirs) if of_ticks else FollowedBars(venue, theirs, timeframe)

        async def following_rows() -> Bars | Ticks:
            rows = await following(venue, followed, pace)
            await venue.see_time()
            return await self._made(venue, symbol, theirs, timeframe, rows, closed=True)

        return following_rows


class _Hold:
    """What has to be let go of when the source is gone."""

    def __init__(self) -> None:
        self.venue: Venue | None = None


def _end(thread: LoopThread, hold: _Hold) -> None:
    async def last() -> None:
        if hold.venue is not None:
            await hold.venue.session.close()

    thread.close(last())


def _cut(rows: RowsT, start_ns: int, stop_ns: int) -> RowsT:
    low, high = rows.time_ns.searchsorted([start_ns, stop_ns]).tolist()
    return cast("RowsT", rows[low : max(low, high)])


def _joined(held: Bars | Ticks, new: Bars | Ticks) -> Bars | Ticks:
    """Put what has come behind what there was."""
    data = np.concatenate([held.data, new.data])
    if not isinstance(held, Bars) or not isinstance(new, Bars):
        return attrs.evolve(held, data=data)
    if held.spread_points is None or new.spread_points is None:
        return attrs.evolve(held, data=data, spread_points=None)
    return attrs.evolve(held, data=data, spread_points=np.concatenate([held.spread_points, new.spread_points]))
