"""Days of a named time zone, in nanoseconds UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["day_around", "moment_text"]

_NS = 1_000_000_000


def day_around(time_ns: int, zone: ZoneInfo) -> tuple[int, int]:
    """Give the day in which an instant lies.

    Parameters
    ----------
    time_ns : int
        Nanoseconds UTC.
    zone : ZoneInfo
        Whose midnights; a day with a change of daylight saving lasts 23 or 25 hours.

    Returns
    -------
    start_ns, stop_ns : int
        ``[start, stop)`` in nanoseconds UTC.
    """
    today = datetime.fromtimestamp(time_ns // _NS, UTC).astimezone(zone).date()
    first, after = (_midnight_ns(today + timedelta(days=days), zone) for days in (0, 1))
    return first, after


def _midnight_ns(day: date, zone: ZoneInfo) -> int:
    # Where a clock skips midnight, the offset of before gives the instant of the change: the day's first.
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp()) * _NS


def moment_text(time_ns: int, zone: ZoneInfo) -> str:
    """Write an instant on the clock of a zone, to the minute, with the zone's name."""
    return f"{datetime.fromtimestamp(time_ns // _NS, zone):%Y-%m-%d %H:%M} {zone.key}"
