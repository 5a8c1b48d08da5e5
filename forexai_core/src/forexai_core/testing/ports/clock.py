"""What every clock has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from forexai_core.ports.clock import Clock
from forexai_core.testing.ports.verdicts import require, soon

__all__ = ["ClockSuite"]

_FAR_NS = 3_600 * 1_000_000_000


@pytest.mark.asyncio
class ClockSuite:
    """Rules of `forexai_core.ports.clock.Clock`."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Give the clock under test."""
        raise NotImplementedError("Give a fixture 'clock'.")

    async def drive(self, clock: Clock, duration_s: float) -> None:
        """Let time pass, where it does not by itself."""

    async def test_tells_whole_nanoseconds(self, clock: Clock) -> None:
        """Times are integers."""
        for time_ns in (clock.now_ns(), clock.monotonic_ns()):
            require(type(time_ns) is int, f"times are int nanoseconds, not {type(time_ns).__name__}")

    async def test_monotonic_time_never_falls(self, clock: Clock) -> None:
        """A later reading is no smaller."""
        last = clock.monotonic_ns()
        for _ in range(200):
            await self.drive(clock, 1e-6)
            require((now := clock.monotonic_ns()) >= last, "monotonic_ns() fell")
            last = now

    async def test_what_is_past_returns_at_once(self, clock: Clock) -> None:
        """Nothing is waited for when the time has come."""
        await soon(clock.sleep_until(clock.now_ns()), "sleep_until(now)")
        await soon(clock.sleep_until(clock.now_ns() - _FAR_NS), "sleep_until(an hour ago)")
        await soon(clock.sleep(0.0), "sleep(0)")
        await soon(clock.sleep(-1.0), "sleep(-1)")

    async def test_sleeps_until_the_time(self, clock: Clock) -> None:
        """A sleeper does not wake early, not by a nanosecond."""
        target = clock.now_ns() + 5_000_000
        woke = await self._woken(clock, clock.sleep_until(target), clock.now_ns)
        require(woke >= target, f"sleep_until woke {target - woke} ns early")

    async def test_sleeps_for_the_duration(self, clock: Clock) -> None:
        """A sleeper sleeps its time, by the monotonic clock."""
        target = clock.monotonic_ns() + 5_000_000
        woke = await self._woken(clock, clock.sleep(0.005), clock.monotonic_ns)
        require(woke >= target, f"sleep woke {target - woke} ns early")

    async def _woken(self, clock: Clock, sleep: Awaitable[None], read: Callable[[], int]) -> int:
        """Return the time at which a sleep of five milliseconds ends."""

        async def sleeper() -> int:
            await sleep
            return read()

        task = asyncio.ensure_future(sleeper())
        for duration_s in (0.0, 0.005 - 1e-9, 1e-9):
            await self.drive(clock, duration_s)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return await soon(task, "waking")

    async def test_others_run_meanwhile(self, clock: Clock) -> None:
        """A sleeper does not block the event loop."""
        target = clock.now_ns() + 200_000_000
        sleepers = [asyncio.ensure_future(clock.sleep_until(target)), asyncio.ensure_future(clock.sleep(0.2))]
        await asyncio.sleep(0)
        require(clock.now_ns() < target, "the event loop stood still while a task slept")
        for task in sleepers:
            task.cancel()
        await asyncio.gather(*sleepers, return_exceptions=True)

    async def test_sleepers_wake_in_the_order_of_their_times(self, clock: Clock) -> None:
        """Who is due first goes first."""
        woken: list[int] = []
        start = clock.now_ns()

        async def sleeper(number: int) -> None:
            await clock.sleep_until(start + number * 3_000_000)
            woken.append(number)

        tasks = [asyncio.ensure_future(sleeper(number)) for number in (3, 1, 2)]
        await asyncio.sleep(0)
        await self.drive(clock, 0.009)
        await soon(asyncio.gather(*tasks), "waking of three")
        require(woken == [1, 2, 3], f"sleepers woke in the order {woken}")

    async def test_cancelling_ends_the_wait(self, clock: Clock) -> None:
        """A cancelled sleeper is gone."""
        for work in (clock.sleep_until(clock.now_ns() + _FAR_NS), clock.sleep(3_600.0)):
            task = asyncio.ensure_future(work)
            await asyncio.sleep(0)
            task.cancel()
            await soon(asyncio.wait([task]), "the end of a cancelled sleep")
            require(task.cancelled(), "a cancelled sleep ended as if its time had come")
