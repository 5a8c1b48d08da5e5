"""Sources whose prices come as tests say: material for tests."""

from __future__ import annotations

import asyncio

from forexai_core.live.growth.merging import LivePrices
from forexai_core.live.growth.subscriptions import LiveFeed
from forexai_core.services.clocks import ManualClock
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe


class Told:
    """A source that tells rows when it is given them, and knows those of the past."""

    def __init__(self, past=None):
        self.past, self.waiting, self.asked = past, asyncio.Queue(), []

    def bars(self, _symbol, _timeframe, start_ns, stop_ns):
        self.asked.append((start_ns, stop_ns))
        return self.past.between(start_ns, stop_ns)

    async def subscribe(self, _symbol, _timeframe):
        while (rows := await self.waiting.get()) is not None:
            if isinstance(rows, Exception):
                raise rows
            yield rows

    async def tell(self, *parts):
        for rows in parts:
            self.waiting.put_nowait(rows)
        for _ in range(20):
            await asyncio.sleep(0)


class Held:
    """A source of recorded prices that tells so many rows at a time."""

    def __init__(self, prices, at_a_time=1):
        self.prices, self.at_a_time = prices, at_a_time

    async def subscribe(self, _symbol, _timeframe):
        for low in range(0, len(self.prices), self.at_a_time):
            yield self.prices[low : low + self.at_a_time]


def timeframe_of(prices):
    return Timeframe.TICK if isinstance(prices, Ticks) else prices.timeframe


def replayed(prices, clock, *, at_a_time=1, traded=None, **given):
    """Live prices over recorded ones."""
    feeds = [
        LiveFeed(symbol=symbol, timeframe=timeframe_of(each), source=Held(each, at_a_time), at_once=False)
        for symbol, each in prices.items()
    ]
    return LivePrices(feeds, set(traded or prices), clock, lambda *_: None, **given)


def of_the_present(sources, timeframe, *, now_ns, **given):
    """Live prices that come when a test says so, by a clock that it drives."""
    clock, heard = ManualClock(now_ns), []
    feeds = [
        LiveFeed(symbol=symbol, timeframe=Timeframe.of(timeframe), source=source, at_once=True, **given)
        for symbol, source in sources.items()
    ]
    return LivePrices(feeds, set(sources), clock, lambda *said: heard.append(said)), clock, heard


async def come(prices, rows):
    """Let prices come until there are so many of the first symbol; the history is read beside the loop."""
    async with asyncio.timeout(30):
        while len(next(iter(prices.known.values()))) < rows:
            if not prices.more():
                await prices.stirred(5)
    for _ in range(20):
        await asyncio.sleep(0)
