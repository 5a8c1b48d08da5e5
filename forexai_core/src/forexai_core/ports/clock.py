"""The clock: what time it is, and waiting."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Clock"]


@runtime_checkable
class Clock(Protocol):
    """The one source of time of a session.

    Nothing that decides about money asks the system's clock itself, so that a replay, which drives this port,
    meets the same times as the session that it replays.
    """

    def now_ns(self) -> int:
        """Return nanoseconds UTC since 1970.

        May step, forwards or backwards, when the system's clock is set. Never measure a duration with it.
        """
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds since some fixed moment; never less than before. For durations and time-outs."""
        ...

    async def sleep_until(self, time_ns: int) -> None:
        """Wait until ``now_ns()`` is at least ``time_ns``; return at once if it is already.

        Other tasks run meanwhile; sleepers wake in the order of their times; cancelling the task ends the wait.
        """
        ...

    async def sleep(self, duration_s: float) -> None:
        """Wait until ``monotonic_ns()`` has grown by ``duration_s`` seconds; nothing or less returns at once."""
        ...
