"""What can be a time at all."""

from __future__ import annotations

__all__ = ["is_time_ns"]

_YEAR_2100_NS = 4_102_444_800 * 10**9
_SMALLEST_NS = 10**16  # April 1970; seconds, milliseconds and microseconds of any year to 2100 lie below it


def is_time_ns(value: object) -> bool:
    """Say whether a value can be nanoseconds UTC of this age, rather than seconds or milliseconds."""
    return isinstance(value, int) and not isinstance(value, bool) and _SMALLEST_NS <= value <= _YEAR_2100_NS
