"""Prices as they come: asked for again and again, each row given once, none left out."""

from __future__ import annotations

import logging

import numpy as np

from forexai_core.errors import BrokerError
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.adapter.downloads import TIMEFRAMES, Rows
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.watching import Pace
from forexai_mt5.terms import constants as c

__all__ = ["FollowedBars", "FollowedTicks", "following"]

_LOG = logging.getLogger(__name__)
_FIRST_ROWS, _MOST_ROWS = 3, 5_000
_TICKS_AT_ONCE = 20_000
_LOOKS, _LOOK_S = 5, 0.2


class FollowedBars:
    """The bars of one chart that have closed since it began.

    Parameters
    ----------
    venue : Venue
        Whose.
    theirs : str
        The broker's name of the symbol.
    timeframe : Timeframe
        Of the chart.
    """

    def __init__(self, venue: Venue, theirs: str, timeframe: Timeframe) -> None:
        self._venue, self._theirs, self._number = venue, theirs, TIMEFRAMES[timeframe]
        self._forming: int | None = None  # stamp of the bar that formed at the last look

    async def new(self) -> Rows | None:
        """Give the bars that have closed since the last look; None without any."""
        count = _FIRST_ROWS
        while True:
            rows: Rows = await self._venue.session.ask("copy_rates_from_pos", self._theirs, self._number, 0, count)
            if not len(rows):
                return None
            if self._forming is None:
                self._forming = int(rows["time"][-1])
                return None
            # After a break so many are asked for that the last one known is among them.
            if int(rows["time"][0]) <= self._forming or len(rows) < count or count >= _MOST_ROWS:
                break
            count = min(4 * count, _MOST_ROWS)
        rows = rows[rows["time"] >= self._forming]
        if len(rows) < 2:
            return None
        self._forming = int(rows["time"][-1])
        return rows[:-1]


class FollowedTicks:
    """The ticks of one symbol that have come since it began.

    Parameters
    ----------
    venue : Venue
        Whose.
    theirs : str
        The broker's name of the symbol.
    """

    def __init__(self, venue: Venue, theirs: str) -> None:
        self._venue, self._theirs = venue, theirs
        self._last_ms: int | None = None
        self._at_last = 0  # how many of that millisecond were given

    async def new(self) -> Rows | None:
        """Give the ticks since the last look; None without any."""
        if self._last_ms is None:
            tick = await self._venue.symbols.tick(self._theirs)
            self._last_ms = tick.time_msc
            self._at_last = int(((await self._since(self._last_ms))["time_msc"] == self._last_ms).sum())
            return None
        rows = await self._since(self._last_ms)
        stamps = rows["time_msc"]
        first = int(np.searchsorted(stamps, self._last_ms)) + self._at_last
        fresh = rows[first:]
        if not len(fresh):
            return None
        last = int(fresh["time_msc"][-1])
        self._at_last = int((stamps == last).sum())
        self._last_ms = last
        return fresh

    async def _since(self, wall_ms: int) -> Rows:
        """Ask for the ticks from one on; a terminal that was started anew has it only after a while."""
        looks = 0
        while True:
            rows: Rows = await self._venue.session.ask(
                "copy_ticks_from", self._theirs, wall_ms // 1_000, _TICKS_AT_ONCE, c.COPY_TICKS_ALL
            )
            looks += 1
            if looks == _LOOKS or (len(rows) and rows["time_msc"][0] <= wall_ms):
                return rows
            await self._venue.time.sleep(_LOOK_S)


async def following(venue: Venue, followed: FollowedBars | FollowedTicks, pace: Pace) -> Rows:
    """Wait for what is new; a terminal that cannot be reached meanwhile is asked again."""
    down = False
    while True:
        try:
            rows = await followed.new()
        except BrokerError as problem:
            if not down:
                _LOG.warning("Prices do not arrive: %s", problem)
            down, rows = True, None
        wait_s = pace.after(news=rows is not None)
        if rows is not None:
            return rows
        await venue.time.sleep(wait_s)
