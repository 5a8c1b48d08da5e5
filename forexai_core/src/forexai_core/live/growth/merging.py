"""Prices of several feeds in the order of time, given out when no earlier one can come any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs
import numpy as np

from forexai_core.errors import BrokerUnreachableError, DataError
from forexai_core.live.growth.rows import Prices, known_ns, picked, put_behind
from forexai_core.live.growth.subscriptions import FeedState, LiveFeed, Subscription, Tell
from forexai_core.ports.clock import Clock
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["LivePrices"]

_ALWAYS = 2**63 - 1
_NEVER = -(2**63)
_NS_PER_S = 1_000_000_000


class LivePrices:
    """The prices of a session that come while it runs.

    Feeds are merged by when each price is known. Where the source holds them all, a price is given out once every
    other feed has told what comes before it, however long that takes: so the order is that of recorded prices. Prices
    of the present wait for those of other symbols so long and no longer, ticks not at all; a bar that comes after that
    is late and left out, a tick is taken as of now. Both are counted.

    Parameters
    ----------
    feeds : sequence of LiveFeed
        All of the present, or none.
    traded : set of str
        Symbols on which something is traded; the others serve conversions.
    clock : Clock
        The system's.
    tell : callable
        Takes what a person should know.
    stop_ns : int, optional
        Prices from then on are not taken.
    waits_s : float
        How long bars of the present wait for those of other symbols.

    Attributes
    ----------
    known : dict of str to Bars or Ticks
        What has been given out, by symbol.
    until_ns : int
        Until when all of it is known.
    forwarded : int
        Ticks that were taken later than they say.
    """

    def __init__(
        self,
        feeds: Sequence[LiveFeed],
        traded: set[str],
        clock: Clock,
        tell: Tell,
        *,
        stop_ns: int | None = None,
        waits_s: float = 2.0,
    ) -> None:
        self._stirred = asyncio.Event()
        self.subscriptions = {feed.symbol: Subscription(feed, clock, self._stirred, tell) for feed in feeds}
        self.at_once = any(feed.at_once for feed in feeds)
        self.known: dict[str, Prices] = {}
        self.until_ns, self.forwarded = _NEVER, 0
        self._pending: dict[str, Prices] = {}
        self._since_ns, self._begun = 0, False
        self._traded, self._clock, self._stop_ns = traded, clock, stop_ns
        self._waits_ns = 0 if any(feed.timeframe is Timeframe.TICK for feed in feeds) else round(waits_s * _NS_PER_S)
        self._tasks: list[asyncio.Task[None]] = []

    # ------------------------------------------------------------------------------------------------- asking
    @property
    def over(self) -> bool:
        """Whether no more will come."""
        return not self._pending and all(each.ended and not each.waits for each in self.subscriptions.values())

    def stale(self) -> tuple[str, ...]:
        """Name the symbols of whose present price nobody knows; none where the source holds all prices."""
        if not self.at_once:
            return ()
        return tuple(symbol for symbol, each in self.subscriptions.items() if self._is_stale(symbol, each))

    def _is_stale(self, symbol: str, each: Subscription) -> bool:
        known = self.known.get(symbol)
        if each.state is not FeedState.LIVE or known is None:
            return True
        return self._clock.now_ns() - int(known_ns(known)[-1]) > each.feed.patience_ns

    # ---------------------------------------------------------------------------------------------- following
    async def begin(self, *, timeout_s: float = 60.0) -> None:
        """Follow the feeds, and wait until each has told something.

        Raises
        ------
        DataError
            If one has nothing, or fails.
        BrokerUnreachableError
            If one of the present tells nothing in time.
        """
        self._tasks = [asyncio.create_task(each.run()) for each in self.subscriptions.values()]
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.known) < len(self.subscriptions):
                    if not self.more():
                        self._check_some()
                        await self.stirred(0.25)
            self._begun = True
        except TimeoutError:
            missing = ", ".join(symbol for symbol in self.subscriptions if symbol not in self.known)
            raise BrokerUnreachableError(
                f"No price of {missing} came within {timeout_s:g} seconds. See that the source is connected and the "
                "market is open, or give the feed a history."
            ) from None

    def _check_some(self) -> None:
        for symbol, each in self.subscriptions.items():
            if each.ended and not each.waits and symbol not in self._pending and symbol not in self.known:
                raise DataError(f"{symbol}: its source ended before it told a price. Choose another period or source.")

    async def stirred(self, timeout_s: float) -> None:
        """Wait until something has come, and no longer than that."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._stirred.wait()
        except TimeoutError:
            return

    async def close(self) -> None:
        """Follow no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def more(self) -> bool:
        """Give out what can be; say whether anything was.

        Raises
        ------
        DataError
            If a feed failed, or went on with something else.
        """
        self._stirred.clear()
        self._collect()
        if not self._pending:
            return False
        bound, included = self._bound()
        grown, newest = False, self.until_ns
        for symbol in tuple(self._pending):
            rows = self._pending[symbol]
            count = int(np.searchsorted(known_ns(rows), bound, side="right" if included else "left"))
            if count:
                self._keep(symbol, rows[count:])
                newest = max(newest, self._take(symbol, rows[:count]))
                grown = True
        self.until_ns = newest
        return grown

    def _collect(self) -> None:
        """Take over what has come, up to the end of the session."""
        for task in self._tasks:
            if task.done():
                task.result()  # a source that failed in a way that no source may
        for symbol, each in self.subscriptions.items():
            if each.problem is not None:
                raise each.problem
            rows = each.take()
            if rows is not None and self._stop_ns is not None and int(rows.time_ns[-1]) >= self._stop_ns:
                rows = picked(rows, rows.time_ns < self._stop_ns)
                each.ended = True
            if rows is None or not len(rows):
                continue
            if not self._pending:
                self._since_ns = self._clock.monotonic_ns()
            self._pending[symbol] = put_behind(self._pending[symbol], rows) if symbol in self._pending else rows
        if self.at_once and self._stop_ns is not None and self._clock.now_ns() >= self._stop_ns:
            for each in self.subscriptions.values():
                each.ended = True

    def _bound(self) -> tuple[int, bool]:
        """Give up to when nothing earlier can come any more, and whether what is known just then is included."""
        others = [symbol for symbol, each in self.subscriptions.items() if not each.ended]
        if self.at_once:
            if self._clock.monotonic_ns() - self._since_ns >= self._waits_ns:
                return _ALWAYS, True
            others = [symbol for symbol in others if self.subscriptions[symbol].state is FeedState.LIVE]
        bounds = [int(known_ns(self._pending[symbol])[-1]) if symbol in self._pending else _NEVER for symbol in others]
        alone = len(self.subscriptions) == 1
        bars = not any(isinstance(rows, Ticks) for rows in self._pending.values())
        return min(bounds, default=_ALWAYS), alone or bars  # more ticks of an instant may come, and bars may not

    def _keep(self, symbol: str, rest: Prices) -> None:
        if len(rest):
            self._pending[symbol] = rest
        else:
            del self._pending[symbol]

    def _take(self, symbol: str, rows: Prices) -> int:
        """Put rows behind those given out; give when the newest is known."""
        if self._begun and symbol in self._traded and len(self.subscriptions) > 1:
            rows = self._in_time(symbol, rows)
        if not len(rows):
            return self.until_ns
        self.known[symbol] = put_behind(self.known[symbol], rows) if symbol in self.known else rows
        return int(known_ns(rows)[-1])

    def _in_time(self, symbol: str, rows: Prices) -> Prices:
        """Leave out bars, and bring ticks forward, that come when the session has gone on past their time."""
        late = known_ns(rows) <= self.until_ns
        if not late.any():
            return rows
        if isinstance(rows, Ticks):
            data = rows.data.copy()
            data["time_ns"][late] = self.until_ns + 1
            self.forwarded += int(late.sum())
            return attrs.evolve(rows, data=data)
        self.subscriptions[symbol].lose(int(late.sum()))
        return picked(rows, ~late)
