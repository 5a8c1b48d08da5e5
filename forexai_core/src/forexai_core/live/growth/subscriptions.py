"""One symbol's prices as its source tells them: without a hole, in order, and no more at a time than can be taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import StrEnum

import attrs

from forexai_core.live.growth.rows import Prices, known_ns, new_rows, picked, put_behind
from forexai_core.ports.clock import Clock
from forexai_core.ports.data import DataSource
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe

__all__ = ["FeedState", "LiveFeed", "Subscription"]

_MOST_WAITING = 64
"""Containers that wait to be taken; the source is asked for no more meanwhile."""

_LONGEST_PAUSE_S = 60.0
_HISTORY_S = 60.0
_SPAN = 2  # a history of so many bars is looked for in twice their time, and four days: markets close
_CLOSED_NS = 4 * NS_PER_DAY
_NS_PER_S = 1_000_000_000
_TICK_STALE_S = 60.0
_BARS_STALE = 3  # bars without one

Tell = Callable[[str, str, str], None]
"""Takes a key, a title and a text."""


class FeedState(StrEnum):
    """How a feed is."""

    WAITING = "waiting"
    LIVE = "live"
    STALE = "stale"
    BROKEN = "broken"
    ENDED = "ended"


@attrs.frozen(kw_only=True)
class LiveFeed:
    """A feed whose prices come while the session runs.

    Attributes
    ----------
    symbol : str
        Of what.
    timeframe : Timeframe
        Of the bars, or ``tick``.
    source : DataSource
        Who tells it.
    at_once : bool
        Whether prices are of the present, and taken as they come; else the source holds them all, and the session's
        clock sets the pace.
    history : int
        How many rows of the past are read at the start, where prices are of the present.
    stale_s : float or None
        Without a price for so long the feed is stale; None: three bars, or a minute for ticks.
    """

    symbol: str
    timeframe: Timeframe
    source: DataSource
    at_once: bool
    history: int = 500
    stale_s: float | None = None

    @property
    def patience_ns(self) -> int:
        """After how long without a price the feed is stale."""
        if self.stale_s is not None:
            return round(self.stale_s * _NS_PER_S)
        ticks = self.timeframe is Timeframe.TICK
        return round(_TICK_STALE_S * _NS_PER_S) if ticks else _BARS_STALE * self.timeframe.nominal_ns


class Subscription:
    """Follows one feed, beside the session.

    Parameters
    ----------
    feed : LiveFeed
        Which.
    clock : Clock
        The system's.
    stirred : asyncio.Event
        Set whenever something has changed.
    tell : callable
        Takes what a person should know.

    Attributes
    ----------
    counts : dict of str to int
        Rows that were taken, and those left out as ``late`` or ``duplicate``; ``filled`` came from the history.
    problem : Exception or None
        Why it ended, where it failed.
    """

    def __init__(self, feed: LiveFeed, clock: Clock, stirred: asyncio.Event, tell: Tell) -> None:
        self.feed = feed
        self._clock, self._stirred, self._tell = clock, stirred, tell
        self._waiting: deque[Prices] = deque()
        self._room = asyncio.Semaphore(_MOST_WAITING)
        self._newest: Prices | None = None
        self._heard_ns: int | None = None
        self._whole = not feed.at_once
        self._broken = False
        self.ended = False
        self.problem: Exception | None = None
        self.counts = {"taken": 0, "late": 0, "duplicate": 0, "filled": 0}

    # ------------------------------------------------------------------------------------------------- asking
    @property
    def state(self) -> FeedState:
        """How it is."""
        if self.ended:
            return FeedState.ENDED
        if self._broken:
            return FeedState.BROKEN
        if self._heard_ns is None:
            return FeedState.WAITING
        quiet = self.feed.at_once and self._clock.monotonic_ns() - self._heard_ns > self.feed.patience_ns
        return FeedState.STALE if quiet else FeedState.LIVE

    @property
    def age_s(self) -> float | None:
        """Seconds since the last price came, of the system's clock; None before the first."""
        return None if self._heard_ns is None else (self._clock.monotonic_ns() - self._heard_ns) / _NS_PER_S

    @property
    def waits(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting)

    @property
    def waiting(self) -> int:
        """How many containers of rows wait to be taken."""
        return len(self._waiting)

    def take(self) -> Prices | None:
        """Take all that waits."""
        taken: Prices | None = None
        while self._waiting:
            rows = self._waiting.popleft()
            self._room.release()
            taken = rows if taken is None else put_behind(taken, rows)
        return taken

    # ---------------------------------------------------------------------------------------------- following
    async def run(self) -> None:
        """Follow the source until it has no more; one of the present is asked anew where it fails."""
        pause_s = 1.0
        while not self.ended:
            try:
                if self.feed.at_once and self._newest is None:
                    await self._begin()
                async for rows in self.feed.source.subscribe(self.feed.symbol, self.feed.timeframe):
                    self._broken, pause_s = False, 1.0
                    await self._accept(rows)
                self._end(None)
            except Exception as problem:  # noqa: BLE001 - a source of a plugin may raise anything
                if not self.feed.at_once:
                    self._end(problem)
                    return
                self._broken, self._whole = True, False
                self._stirred.set()
                self._tell(
                    f"broken-{self.feed.symbol}",
                    f"the feed of {self.feed.symbol} broke off",
                    f"{str(problem) or type(problem).__name__} It is asked again.",
                )
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _end(self, problem: Exception | None) -> None:
        self.ended, self.problem = True, problem
        self._stirred.set()

    async def _begin(self) -> None:
        """Read the history up to now."""
        now_ns = self._clock.now_ns()
        nominal_ns = max(self.feed.timeframe.nominal_ns, _NS_PER_S)
        start_ns = now_ns - _SPAN * self.feed.history * nominal_ns - _CLOSED_NS
        if self.feed.history:
            rows = await self._past(start_ns, now_ns)
            await self._give(picked(rows, known_ns(rows) <= now_ns)[-self.feed.history :])
        self._whole = self._newest is None

    async def _accept(self, rows: Prices) -> None:
        """Take what the source tells, and before it what it told to nobody since the last row."""
        if not len(rows):
            return
        self._heard_ns = self._clock.monotonic_ns()
        if not self._whole and self._newest is not None:
            last_ns, first_ns = int(self._newest.time_ns[-1]), int(rows.time_ns[0])
            if first_ns > last_ns:
                between = await self._past(last_ns + 1, first_ns)
                between = picked(between, known_ns(between) <= first_ns)
                self.counts["filled"] += len(between)
                await self._give(between)
            self._whole = True
        kept = new_rows(rows, self._newest)
        self.counts["late"] += kept.late
        self.counts["duplicate"] += kept.duplicates
        await self._give(kept.rows)

    async def _past(self, start_ns: int, stop_ns: int) -> Prices:
        source, feed = self.feed.source, self.feed
        async with asyncio.timeout(_HISTORY_S):
            if feed.timeframe is Timeframe.TICK:
                return await asyncio.to_thread(source.ticks, feed.symbol, start_ns, stop_ns)
            return await asyncio.to_thread(source.bars, feed.symbol, feed.timeframe, start_ns, stop_ns)

    async def _give(self, rows: Prices) -> None:
        if not len(rows):
            return
        await self._room.acquire()
        self._waiting.append(rows)
        self._newest = rows[-1:]
        self.counts["taken"] += len(rows)
        self._stirred.set()

    def lose(self, rows: int) -> None:
        """Count rows that came when the session had gone on past their time."""
        self.counts["taken"] -= rows
        self.counts["late"] += rows
