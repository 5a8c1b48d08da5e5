"""Clocks: the system's, and one that is driven."""

from __future__ import annotations

import heapq
import itertools
import time
from typing import TYPE_CHECKING, final

from forexai_core.errors import ConfigError

if TYPE_CHECKING:
    import asyncio

__all__ = ["ManualClock", "RealClock"]

_NS_PER_S = 1_000_000_000
_LONGEST_NAP_S = 10.0


@final
class RealClock:
    """The system's clock."""

    def now_ns(self) -> int:
        """Return nanoseconds UTC since 1970."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return nanoseconds since some fixed moment."""
        return time.monotonic_ns()

    async def sleep_until(self, time_ns: int) -> None:
        """Wait; in naps of ten seconds at most, so that a step of the system's clock is noticed."""
        import asyncio  # slow to load, and who only reads the clock needs none of it

        while (rest_ns := time_ns - time.time_ns()) > 0:  # noqa: ASYNC110 - nobody sets an event when time passes
            await asyncio.sleep(min(rest_ns / _NS_PER_S, _LONGEST_NAP_S))

    async def sleep(self, duration_s: float) -> None:
        """Wait for a duration."""
        import asyncio  # as above

        until = time.monotonic_ns() + round(duration_s * _NS_PER_S)
        while (rest_ns := until - time.monotonic_ns()) > 0:  # noqa: ASYNC110 - as above
            await asyncio.sleep(rest_ns / _NS_PER_S)


@final
class ManualClock:
    """A clock that stands until it is driven: for replay and for tests.

    Parameters
    ----------
    now_ns : int
        Where it begins.
    """

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns
        self._monotonic_ns = 0
        self._order = itertools.count()
        self._by_time: list[tuple[int, int, asyncio.Future[None]]] = []
        self._by_duration: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ns(self) -> int:
        """Return where it stands."""
        return self._now_ns

    def monotonic_ns(self) -> int:
        """Return how far it was driven forwards."""
        return self._monotonic_ns

    async def sleep_until(self, time_ns: int) -> None:
        """Wait until it is driven that far."""
        if time_ns > self._now_ns:
            await self._wait(self._by_time, time_ns)

    async def sleep(self, duration_s: float) -> None:
        """Wait until it is driven forwards that much."""
        until = self._monotonic_ns + round(duration_s * _NS_PER_S)
        if until > self._monotonic_ns:
            await self._wait(self._by_duration, until)

    async def _wait(self, sleepers: list[tuple[int, int, asyncio.Future[None]]], until: int) -> None:
        import asyncio  # as above

        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(sleepers, (until, next(self._order), waiting))
        await waiting

    def next_ns(self) -> int | None:
        """Return the time at which the first sleeper wakes, None when nobody sleeps."""
        ahead = [until for until, _, waiting in self._by_time if not waiting.done()]
        ahead += [
            self._now_ns + until - self._monotonic_ns for until, _, waiting in self._by_duration if not waiting.done()
        ]
        return min(ahead, default=None)

    def advance_to(self, time_ns: int) -> None:
        """Drive it to a time, not backwards, and wake who is due, in the order of their times.

        Woken tasks run when the caller next awaits. To let each act at its own time, go by `next_ns`.

        Raises
        ------
        ConfigError
            If that is in the past.
        """
        if time_ns < self._now_ns:
            raise ConfigError(
                f"The clock stands at {self._now_ns} and cannot be driven back to {time_ns}: use step_to for a step."
            )
        self._monotonic_ns += time_ns - self._now_ns
        self._now_ns = time_ns
        self._wake()

    def advance(self, duration_s: float) -> None:
        """Drive it forwards by seconds."""
        self.advance_to(self._now_ns + round(duration_s * _NS_PER_S))

    def step_to(self, time_ns: int) -> None:
        """Set the time, forwards or back, as an administrator does: no duration passes."""
        self._now_ns = time_ns
        self._wake()

    def _wake(self) -> None:
        start = self._now_ns - self._monotonic_ns
        due: list[tuple[int, int, asyncio.Future[None]]] = []
        while self._by_time and self._by_time[0][0] <= self._now_ns:
            due.append(heapq.heappop(self._by_time))
        while self._by_duration and self._by_duration[0][0] <= self._monotonic_ns:
            until, order, waiting = heapq.heappop(self._by_duration)
            due.append((start + until, order, waiting))
        for _, _, waiting in sorted(due, key=lambda sleeper: sleeper[:2]):
            if not waiting.done():
                waiting.set_result(None)
