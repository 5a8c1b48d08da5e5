"""When a market is open: sessions and holidays by an account's clock, straight from the time zone database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reference.clock import wall_of

__all__ = ["lies_outside"]

_MINUTE = timedelta(minutes=1)


def _spans(hours: dict[str, Any], day: date) -> Iterable[tuple[datetime, datetime]]:
    """Give the open hours of a day: those of its holiday, if it is one, else of its weekday."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - of the clock's wall
    rows: list[Sequence[int]] = [row[1:] for row in hours["sessions"] if row[0] == day.weekday()]
    for text, opened, closed in hours["holidays"]:
        if date.fromisoformat(text) == day:
            rows = [(opened, closed)] if closed > opened else []
    for opened, closed in rows:
        yield midnight + opened * _MINUTE, midnight + closed * _MINUTE


def lies_outside(hours: dict[str, Any], clock: str, time_ns: int, end_ns: int) -> bool:
    """Say whether a bar, or a tick, has no moment in a session."""
    opened = wall_of(clock, time_ns)
    ended = opened + timedelta(microseconds=(end_ns - time_ns) // 1_000)
    day = opened.date()
    while day <= ended.date():
        for start, stop in _spans(hours, day):
            if start <= opened < stop or opened <= start < ended:
                return False
        day += timedelta(days=1)
    return True
