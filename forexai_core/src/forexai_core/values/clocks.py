"""Clocks of servers and files: wall time to UTC nanoseconds and back.

MetaTrader servers stamp everything with their own wall clock. Most keep New York's time plus seven
hours, so that a trading day runs from midnight to midnight; some follow the European daylight
saving rule (EET), some stay on UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError, DataError, did_you_mean
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, NS_PER_SECOND, Timeframe

__all__ = ["NEW_YORK_CLOSE", "UTC_CLOCK", "Clock", "format_time_ns"]

Ambiguous = Literal["raise", "earlier", "later"]
Missing = Literal["raise", "forward"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday; Monday is 0
_BEFORE_MONTH_NS = 36 * 60 * NS_PER_MINUTE  # a month that opens so long before its first day belongs to the next
_WESTERNMOST_NS = 15 * 60 * NS_PER_MINUTE  # no zone's midnight comes later than that after New York's plus seven hours
_SHIFTED = re.compile(r"^(?P<zone>.+?)(?P<sign>[+-])(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?$")
_NAMES = {
    "utc": "UTC",
    "gmt": "UTC",
    "eet": "Europe/Helsinki",  # the European rule: last Sundays of March and October
    "new-york": "America/New_York",
}


def _ns(moment: datetime) -> int:
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NS_PER_SECOND + delta.microseconds * 1_000


def format_time_ns(time_ns: int) -> str:
    """Write an instant as ISO 8601 in UTC, to the second, or finer where it is finer."""
    seconds, rest = divmod(int(time_ns), NS_PER_SECOND)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    if rest:
        text += f".{rest:09d}".rstrip("0")
    return text + "Z"


@lru_cache(maxsize=64)
def _transitions(zone: str, shift_ns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the instants at which a zone's offset changes, and the offset from each on."""
    info = ZoneInfo(zone)

    def offset_at(moment: datetime) -> int:
        delta = info.fromutc(moment).utcoffset()
        if delta is None:  # pragma: no cover - a ZoneInfo always has an offset
            raise ConfigError(f"The time zone '{zone}' has no offset at {moment}.")
        return round(delta.total_seconds()) * NS_PER_SECOND

    day = datetime(_FIRST_YEAR, 1, 1, tzinfo=info)  # in UTC, though labelled with the zone: so fromutc() wants it
    before = offset_at(day)
    starts, offsets = [np.iinfo(np.int64).min], [before + shift_ns]
    step = timedelta(days=7)
    while day.year < _LAST_YEAR:
        after = offset_at(day + step)
        if before != after:
            low, high = day, day + step
            for unit in (timedelta(hours=1), timedelta(seconds=1)):  # nearly all lie on an hour
                while high - low > unit:
                    middle = low + unit * ((high - low) // (2 * unit))
                    low, high = (middle, high) if offset_at(middle) == before else (low, middle)
                if offset_at(high - timedelta(seconds=1)) == before:
                    break
            starts.append(_ns(high.replace(tzinfo=UTC)))
            offsets.append(after + shift_ns)
        day, before = day + step, after
    return np.array(starts, np.int64), np.array(offsets, np.int64)


@attrs.frozen
class Clock:
    """A wall clock: an IANA time zone, shifted by a fixed number of nanoseconds.

    Attributes
    ----------
    name : str
        As users write it: ``UTC``, ``new-york+7``, ``eet``, ``utc+3``, ``Europe/London``.
    zone : str
        The IANA zone behind it.
    shift_ns : int
        Added to the zone's wall time, nanoseconds.
    """

    name: str
    zone: str
    shift_ns: int = 0

    @classmethod
    def of(cls, name: str | Clock) -> Clock:
        """Take a clock, or make one from its name.

        Parameters
        ----------
        name : str or Clock
            An IANA name (``America/New_York``), ``utc``, ``eet`` (European daylight saving),
            ``new-york``, or any of these with whole hours or ``hours:minutes`` added:
            ``new-york+7``, ``utc+3``, ``utc-4:30``.

        Raises
        ------
        ConfigError
            If there is no such time zone.
        """
        if isinstance(name, Clock):
            return name
        zone, shift_ns = _NAMES.get(name.casefold(), name), 0
        if not _zone_exists(zone):
            match = _SHIFTED.match(name)
            if match is not None:
                zone = _NAMES.get(match["zone"].casefold(), match["zone"])
                minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
                shift_ns = minutes * NS_PER_MINUTE * (1 if match["sign"] == "+" else -1)
        if not _zone_exists(zone) or abs(shift_ns) > NS_PER_DAY:
            raise ConfigError(
                f"There is no clock '{name}'.{_nearest_zone(zone)} Use an IANA time zone (Europe/London), UTC, eet, "
                "new-york+7 (most MetaTrader servers) or utc+3."
            )
        return cls(name=name, zone=zone, shift_ns=shift_ns)

    def __str__(self) -> str:
        return self.name

    def offset_ns(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the clock's offset from UTC, nanoseconds, at instants in UTC."""
        starts, offsets = _transitions(self.zone, self.shift_ns)
        return offsets[np.searchsorted(starts, time_ns, side="right") - 1]

    def to_wall_ns(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn instants in UTC into what the clock shows, as nanoseconds since its own 1970."""
        return time_ns + self.offset_ns(time_ns)

    def to_utc_ns(
        self,
        wall_ns: NDArray[np.int64],
        *,
        ambiguous: Ambiguous = "raise",
        missing: Missing = "raise",
    ) -> NDArray[np.int64]:
        """Turn what the clock showed into instants in UTC.

        Parameters
        ----------
        wall_ns : (n,) int64
            Wall time, nanoseconds since the clock's own 1970.
        ambiguous : {"raise", "earlier", "later"}
            What to do with an hour that the clock shows twice, in autumn.
        missing : {"raise", "forward"}
            What to do with an hour that the clock skips, in spring: refuse it, or move it forward
            by what was skipped.

        Returns
        -------
        (n,) int64
            Nanoseconds UTC.

        Raises
        ------
        DataError
            If a time is ambiguous or missing and the rule is to raise; the first one is named.
        """
        starts, offsets = _transitions(self.zone, self.shift_ns)
        before = offsets[np.searchsorted(starts, wall_ns - offsets.max(), side="right") - 1]
        after = offsets[np.searchsorted(starts, wall_ns - offsets.min(), side="right") - 1]
        early, late = wall_ns - np.maximum(before, after), wall_ns - np.minimum(before, after)
        early_fits = self.offset_ns(early) == wall_ns - early
        late_fits = self.offset_ns(late) == wall_ns - late
        twice = early_fits & late_fits & (early != late)
        skipped = ~early_fits & ~late_fits
        if ambiguous == "raise" and twice.any():
            raise DataError(self._unclear("twice", wall_ns[twice][0], "'earlier' or 'later'"))
        if missing == "raise" and skipped.any():
            raise DataError(self._unclear("never", wall_ns[skipped][0], "'forward'"))
        first = early if ambiguous != "later" else np.where(twice, late, early)
        instants: NDArray[np.int64] = np.where(skipped, wall_ns - before, np.where(early_fits, first, late))
        return instants

    def _unclear(self, how_often: str, wall_ns: int, choices: str) -> str:
        shown = format_time_ns(int(wall_ns)).rstrip("Z")
        return (
            f"The clock {self.name} shows {shown} {how_often} because of daylight saving. "
            f"Choose {choices} for such hours, or check that {self.name} is the file's clock."
        )

    def midnights_ns(self, start_ns: int, stop_ns: int) -> NDArray[np.int64]:
        """List the clock's midnights r with ``start_ns < r <= stop_ns``, as instants in UTC."""
        edges = self.to_wall_ns(np.array([start_ns, stop_ns], np.int64))
        days = np.arange(edges[0] // NS_PER_DAY - 1, edges[1] // NS_PER_DAY + 2, dtype=np.int64)
        instants = self.to_utc_ns(days * NS_PER_DAY, ambiguous="earlier", missing="forward")
        # A day that a zone has skipped, as Apia did on 30 December 2011, begins with the one after it.
        return np.unique(instants[(instants > start_ns) & (instants <= stop_ns)])

    def weekday(self, time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the clock's day of the week at instants in UTC: Monday 0 … Sunday 6."""
        return (self.to_wall_ns(time_ns) // NS_PER_DAY + _EPOCH_WEEKDAY) % 7

    def bar_start_ns(self, time_ns: NDArray[np.int64], timeframe: Timeframe) -> NDArray[np.int64]:
        """Give the opening time of the bar of a timeframe that holds each instant.

        Bars are anchored at the clock's midnight, weeks at its Sunday, months at their first day.
        """
        wall = self.to_wall_ns(time_ns)
        if timeframe is Timeframe.TICK:
            return time_ns
        if timeframe.nominal_ns <= 60 * NS_PER_MINUTE:
            # Without the way back from wall time, which takes both passes of a repeated hour for one.
            return time_ns - wall % timeframe.nominal_ns
        if timeframe is Timeframe.MN1:
            months = (wall // NS_PER_DAY).astype("datetime64[D]").astype("datetime64[M]")
            start = months.astype("datetime64[D]").astype(np.int64) * NS_PER_DAY
        elif timeframe is Timeframe.W1:
            day = wall // NS_PER_DAY
            start = (day - (day + _EPOCH_WEEKDAY + 1) % 7) * NS_PER_DAY
        else:
            start = wall - wall % NS_PER_DAY
            start += (wall - start) // timeframe.nominal_ns * timeframe.nominal_ns
        return self.to_utc_ns(start, ambiguous="earlier", missing="forward")

    def bar_end_ns(self, start_ns: NDArray[np.int64], timeframe: Timeframe) -> NDArray[np.int64]:
        """Give the end (exclusive) of the bars that open at these instants.

        A bar of several hours in which the clock is set back or forward lasts an hour longer or shorter. Bars that are
        not anchored at this clock last as long as their timeframe says, months to the same time of the next month's
        first day and an hour more, so that none of those months ends before its own clock says so, but up to two hours
        after that. What opens at this clock's midnight ends at this clock's, whichever zone it is of: by New York's, a
        day, week or month of the European rule over the last Sunday of October ends an hour early where no next bar
        follows, since by its opening alone it cannot be told from one of a server by New York.
        """
        if timeframe.nominal_ns <= 60 * NS_PER_MINUTE:
            return start_ns + timeframe.nominal_ns
        if timeframe.intraday:
            return self._end_within_day(start_ns, timeframe.nominal_ns)
        if timeframe is Timeframe.MN1:
            return self._end_of_month(start_ns)
        end = self.to_wall_ns(start_ns) + timeframe.nominal_ns
        return self.to_utc_ns(end, ambiguous="earlier", missing="forward")

    def _end_of_month(self, start_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the end of the months that begin near these instants, here or in whatever zone they are anchored."""
        wall = self.to_wall_ns(start_ns)
        month = ((wall + _BEFORE_MONTH_NS) // NS_PER_DAY).astype("datetime64[D]").astype("datetime64[M]")
        days = np.stack((month, month + 1)).astype("datetime64[D]").astype(np.int64)
        begin, end = self.to_utc_ns(days * NS_PER_DAY, ambiguous="earlier", missing="forward")
        late = wall - days[0] * NS_PER_DAY
        # A bar that opens days into its month has the stamp of its first trades: what is left is the time of the day.
        late = np.where(late <= _WESTERNMOST_NS, late, np.minimum(late % NS_PER_DAY, _WESTERNMOST_NS))
        # Another zone has its own daylight saving, which makes no month more than an hour longer.
        elsewhere = begin + late + np.diff(days, axis=0)[0] * NS_PER_DAY + 60 * NS_PER_MINUTE
        ends: NDArray[np.int64] = np.where((start_ns == begin) | (late == 0), end, elsewhere)
        return ends

    def _end_within_day(self, start_ns: NDArray[np.int64], length_ns: int) -> NDArray[np.int64]:
        wall = self.to_wall_ns(start_ns)
        slot = wall - wall % NS_PER_DAY % length_ns
        edges = self.to_utc_ns(np.stack((slot, slot + length_ns)), ambiguous="earlier", missing="forward")
        return np.where(edges[0] == start_ns, edges[1], start_ns + length_ns)


def _nearest_zone(name: str) -> str:
    """Say which zone a mistyped name, or the bare name of its city, may mean."""
    zones = available_timezones()
    plain = re.sub(r"[\s_-]", "", name.casefold())
    cities = sorted(zone for zone in zones if zone.rpartition("/")[2].casefold().replace("_", "") == plain)
    if cities:
        return " Did you mean " + " or ".join(f"'{zone}'" for zone in cities[:3]) + "?"
    hint = did_you_mean(name, {*zones, *_NAMES, "new-york+7"})
    return f" {hint}" if hint.startswith("Did you mean") else ""


@lru_cache(maxsize=256)
def _zone_exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


UTC_CLOCK = Clock.of("UTC")
"""Coordinated universal time."""

NEW_YORK_CLOSE = Clock.of("new-york+7")
"""The clock of most MetaTrader servers: midnight is 17:00 in New York."""
