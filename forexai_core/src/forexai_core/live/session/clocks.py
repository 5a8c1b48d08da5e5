"""Clocks of sessions over recorded prices."""

from __future__ import annotations

from typing import final

from forexai_core.errors import ConfigError
from forexai_core.ports.clock import Clock
from forexai_core.services.clocks import RealClock

__all__ = ["PacedClock", "ReplayClock"]

_NS_PER_S = 1_000_000_000


@final
class ReplayClock:
    """A clock that the prices drive; whoever waits has waited at once, and time has passed.

    So a replay, whose one task does everything in turn, goes as fast as it goes, and meets the same times again.

    Parameters
    ----------
    now_ns : int
        Where it begins, nanoseconds UTC.
    """

    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns
        self._passed_ns = 0

    def now_ns(self) -> int:
        """Return where it stands."""
        return self._now_ns

    def monotonic_ns(self) -> int:
        """Return how far it has come."""
        return self._passed_ns

    def come_to(self, time_ns: int) -> None:
        """Go on to a time; one in the past changes nothing."""
        if time_ns > self._now_ns:
            self._passed_ns += time_ns - self._now_ns
            self._now_ns = time_ns

    async def sleep_until(self, time_ns: int) -> None:
        """Let the time come."""
        self.come_to(time_ns)

    async def sleep(self, duration_s: float) -> None:
        """Let a duration pass."""
        self.come_to(self._now_ns + max(0, round(duration_s * _NS_PER_S)))


@final
class PacedClock:
    """A clock that begins at a recorded time, and goes on so many times as fast as the system's.

    Parameters
    ----------
    now_ns : int
        Where it begins, nanoseconds UTC.
    speed : float
        1 is real time.
    real : Clock, optional
        The system's.
    """

    def __init__(self, now_ns: int, speed: float = 1.0, real: Clock | None = None) -> None:
        if not 0 < speed < float("inf"):
            raise ConfigError(f"A clock goes some times as fast as the real one, above 0, not {speed}.")
        self._real = real or RealClock()
        self._start_ns, self.speed = now_ns, speed
        self._began_ns = self._real.monotonic_ns()

    def monotonic_ns(self) -> int:
        """Return how far it has come."""
        return round((self._real.monotonic_ns() - self._began_ns) * self.speed)

    def now_ns(self) -> int:
        """Return where it stands."""
        return self._start_ns + self.monotonic_ns()

    def come_to(self, time_ns: int) -> None:
        """Go on to a time at once, and from there at the same pace; one in the past changes nothing."""
        self._start_ns += max(0, time_ns - self.now_ns())

    async def sleep_until(self, time_ns: int) -> None:
        """Wait for a time."""
        await self.sleep((time_ns - self.now_ns()) / _NS_PER_S)

    async def sleep(self, duration_s: float) -> None:
        """Wait for a duration, of its own time."""
        if duration_s > 0:
            await self._real.sleep(duration_s / self.speed)
