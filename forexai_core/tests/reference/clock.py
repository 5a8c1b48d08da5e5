"""Rollovers: the midnights of an account's clock, straight from the time zone database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reference.money import NS

__all__ = ["Rollover", "next_midnight", "rollovers", "wall_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = {"utc": "UTC", "eet": "Europe/Helsinki", "new-york": "America/New_York"}


@dataclass(frozen=True)
class Rollover:
    """A midnight, and the day of the clock that it ends, with its weekday: Monday 0 ... Sunday 6."""

    time_ns: int
    day: date

    @property
    def weekday(self) -> int:
        return self.day.weekday()


def _zone_and_shift(clock: str) -> tuple[ZoneInfo, timedelta]:
    match = re.fullmatch(r"(.+?)([+-]\d+)?", clock)
    if match is None:
        raise ValueError(clock)
    return ZoneInfo(_ZONES.get(match[1].lower(), match[1])), timedelta(hours=int(match[2] or 0))


def wall_of(clock: str, time_ns: int) -> datetime:
    """Give what the clock shows at an instant."""
    zone, shift = _zone_and_shift(clock)
    instant = _EPOCH + timedelta(microseconds=time_ns // 1_000)
    return instant.astimezone(zone).replace(tzinfo=None) + shift


def next_midnight(clock: str, time_ns: int) -> int:
    """Give the clock's first midnight after an instant."""
    return rollovers(clock, time_ns, time_ns + 3 * 86_400 * NS)[0].time_ns


def rollovers(clock: str, after_ns: int, until_ns: int) -> list[Rollover]:
    """List the clock's midnights r with ``after_ns < r <= until_ns``, oldest first."""
    zone, shift = _zone_and_shift(clock)
    found: list[Rollover] = []
    day = (_EPOCH + timedelta(microseconds=after_ns // 1_000)).date() - timedelta(days=2)
    while True:
        # The clock shows midnight of `day` when the wall of its zone shows that instant less the shift.
        wall = datetime(day.year, day.month, day.day) - shift  # noqa: DTZ001 - the zone follows
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
        time_ns = round((instant - _EPOCH).total_seconds()) * NS
        if time_ns > until_ns:
            return found
        if time_ns > after_ns:
            found.append(Rollover(time_ns, day - timedelta(days=1)))
        day += timedelta(days=1)
