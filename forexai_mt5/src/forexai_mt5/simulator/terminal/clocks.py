"""A clock that runs faster than time; a stepped one is the core's ``ManualClock``, the real one its ``RealClock``."""

from __future__ import annotations

import time
from typing import Protocol

from forexai_core.errors import ConfigError

__all__ = ["AcceleratedClock", "TerminalClock"]


class TerminalClock(Protocol):
    """What tells a terminal the time."""

    def now_ns(self) -> int:
        """Return nanoseconds UTC since 1970."""
        ...


class AcceleratedClock:
    """A clock on which time passes faster, or slower.

    Parameters
    ----------
    start_ns : int
        What it shows when it is made, UTC.
    speed : float
        60: a minute in a second.
    """

    def __init__(self, start_ns: int, *, speed: float) -> None:
        if not 0.0 < speed < 1e6:
            raise ConfigError(f"The speed of a clock lies above 0 and below a million, not at {speed}.")
        self._start_ns, self._speed = start_ns, speed
        self._began_ns = time.monotonic_ns()

    def now_ns(self) -> int:
        """Return nanoseconds UTC since 1970."""
        return self._start_ns + round((time.monotonic_ns() - self._began_ns) * self._speed)
