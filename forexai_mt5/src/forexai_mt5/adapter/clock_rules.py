"""Which wall clock a trade server keeps, as follows from offsets that were measured on it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from forexai_core.values.clocks import Clock

__all__ = ["GRID_MINUTES", "LIKELY", "Observation", "clock_of", "is_sure"]

GRID_MINUTES = 15
"""Offsets of wall clocks are whole quarters of an hour."""

LIKELY = tuple(Clock.of(name) for name in ("new-york+7", "eet", "UTC", "Europe/London"))
"""What servers keep, the most usual first. Which of two that agree with all that was seen is right shows once one of
them has set its clocks and the other has not: in March, and around the end of October."""

_NS_PER_MINUTE = 60_000_000_000


@attrs.frozen(kw_only=True)
class Observation:
    """An offset that was measured.

    Attributes
    ----------
    time_ns : int
        When, nanoseconds UTC.
    offset_minutes : int
        What the server's clock showed more than UTC.
    """

    time_ns: int
    offset_minutes: int

    def fits(self, clock: Clock) -> bool:
        """Say whether a clock showed that."""
        offset = int(clock.offset_ns(np.array([self.time_ns], np.int64))[0])
        return offset == self.offset_minutes * _NS_PER_MINUTE


def _fixed(offset_minutes: int) -> Clock:
    hours, minutes = divmod(abs(offset_minutes), 60)
    sign = "-" if offset_minutes < 0 else "+"
    return Clock.of(f"utc{sign}{hours}" + (f":{minutes:02d}" if minutes else ""))


def _fitting(seen: Sequence[Observation]) -> list[Clock]:
    fixed = _fixed(seen[-1].offset_minutes)
    named = any((each.zone, each.shift_ns) == (fixed.zone, fixed.shift_ns) for each in LIKELY)
    candidates = LIKELY if named else (*LIKELY, fixed)
    return [clock for clock in candidates if all(each.fits(clock) for each in seen)]


def clock_of(seen: Sequence[Observation]) -> Clock | None:
    """Give the likeliest clock that shows what was seen; None of nothing.

    Parameters
    ----------
    seen : sequence of Observation
        Of one server. The latest counts most: where no clock fits all of them, the oldest are left out, since servers
        change their rule, too.
    """
    ordered = sorted(seen, key=lambda each: each.time_ns)
    while ordered:
        fitting = _fitting(ordered)
        if fitting:
            return fitting[0]
        ordered = ordered[1:]
    return None


def is_sure(seen: Sequence[Observation]) -> bool:
    """Say whether only one of the clocks that are known fits what was seen."""
    return bool(seen) and len(_fitting(sorted(seen, key=lambda each: each.time_ns))) == 1
