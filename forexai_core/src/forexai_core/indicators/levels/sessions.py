"""Highs and lows of trading sessions, by the clocks of their cities.

A session is a stretch of hours on a city's own clock, so it moves with that city's daylight saving: London's opening
is at 08:00 UTC in winter and at 07:00 UTC in summer. A bar belongs to the session that its beginning lies in. No
TA-Lib counterpart.
"""

from __future__ import annotations

import re
from typing import ClassVar

import attrs
import numpy as np
from numpy.typing import ArrayLike

from forexai_core.errors import ConfigError
from forexai_core.indicators.inputs import Floats, Integers, check_aligned, check_bars, check_integer_series
from forexai_core.indicators.levels.period_ranges import (
    NO_PERIOD,
    PeriodRange,
    check_never_falls,
    check_whole,
    fresh_state,
    period_range_step,
    period_ranges,
)
from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.streaming import StreamingIndicator
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = [
    "ASIA",
    "LONDON",
    "NEW_YORK",
    "AsiaSession",
    "LondonSession",
    "NewYorkSession",
    "Session",
    "SessionLevels",
    "asia_session",
    "london_session",
    "new_york_session",
    "session_levels",
]

_TIME = re.compile(r"(?P<hours>[01]?\d|2[0-3]):(?P<minutes>[0-5]\d)")


def _minutes(text: str) -> int:
    match = _TIME.fullmatch(str(text))
    if match is None:
        raise ConfigError(f"Session: {text!r} is no time of a day; write it as '08:00', from 00:00 to 23:59.")
    return int(match["hours"]) * 60 + int(match["minutes"])


def _known_zone(zone: str) -> str:
    return Clock.of(zone).name


@attrs.frozen
class Session:
    """A stretch of hours that comes every day.

    Attributes
    ----------
    name : str
        For people.
    zone : str
        IANA zone whose clock and daylight saving it follows, such as ``Europe/London``.
    start, end : str
        Wall times such as ``"08:00"``; the end does not belong to it. An end at or before the start is of the next
        day.
    """

    name: str
    zone: str = attrs.field(converter=_known_zone)
    start: str
    end: str

    def __attrs_post_init__(self) -> None:
        _minutes(self.start), _minutes(self.end)

    def numbers(self, time_ns: Integers) -> Integers:
        """Give the numbers of the sessions that instants lie in.

        Parameters
        ----------
        time_ns : (n,) int64
            Nanoseconds UTC, from 1970 on.

        Returns
        -------
        (n,) int64
            Days since 1970 of the day, by the zone's clock, on which the session began; ``NO_PERIOD`` between
            sessions.
        """
        start = _minutes(self.start)
        length = (_minutes(self.end) - start) % (24 * 60) or 24 * 60
        wall = Clock.of(self.zone).to_wall_ns(time_ns) - start * NS_PER_MINUTE
        numbers: Integers = np.where(wall % NS_PER_DAY < length * NS_PER_MINUTE, wall // NS_PER_DAY, NO_PERIOD)
        return numbers


ASIA = Session("Asia", "Asia/Tokyo", "09:00", "18:00")
"""Tokyo's hours, which keep no daylight saving: 00:00 to 09:00 UTC."""

LONDON = Session("London", "Europe/London", "08:00", "17:00")
"""London's hours: 08:00 to 17:00 UTC in winter, an hour earlier in summer."""

NEW_YORK = Session("New York", "America/New_York", "08:00", "17:00")
"""New York's hours: 13:00 to 22:00 UTC in winter, an hour earlier in summer; they end with the trading day."""


def _levels(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, time_ns: ArrayLike, session: Session
) -> PeriodRange[Floats]:
    highs, lows, closes = check_bars(indicator, high=high, low=low, close=close)
    times = check_integer_series(indicator, "time_ns", time_ns)
    check_aligned(indicator, high=highs, time_ns=times)
    check_never_falls(indicator, "time_ns", times)
    return period_ranges(highs, lows, closes, session.numbers(times))


def session_levels(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, time_ns: ArrayLike, session: Session
) -> PeriodRange[Floats]:
    """Follow the high and low of a session, and those of the last one that has ended.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    time_ns : (rows,) array_like of int64
        When each bar begins, nanoseconds UTC; never falls.
    session : Session
        Which hours.

    Returns
    -------
    PeriodRange
        Five (rows,) float64. ``high`` and ``low`` are NaN between sessions; the ``previous`` ones change with the
        first bar after a session.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, lengths differ, or ``time_ns`` falls.
    """
    return _levels("session_levels", high, low, close, time_ns, session)


def asia_session(high: ArrayLike, low: ArrayLike, close: ArrayLike, time_ns: ArrayLike) -> PeriodRange[Floats]:
    """Follow Asia's session, Tokyo 09:00 to 18:00; see :func:`session_levels`."""
    return _levels("asia_session", high, low, close, time_ns, ASIA)


def london_session(high: ArrayLike, low: ArrayLike, close: ArrayLike, time_ns: ArrayLike) -> PeriodRange[Floats]:
    """Follow London's session, 08:00 to 17:00 of its clock; see :func:`session_levels`."""
    return _levels("london_session", high, low, close, time_ns, LONDON)


def new_york_session(high: ArrayLike, low: ArrayLike, close: ArrayLike, time_ns: ArrayLike) -> PeriodRange[Floats]:
    """Follow New York's session, 08:00 to 17:00 of its clock; see :func:`session_levels`."""
    return _levels("new_york_session", high, low, close, time_ns, NEW_YORK)


class SessionLevels(StreamingIndicator[PeriodRange[float]]):
    """Streaming twin of :func:`session_levels`.

    Parameters
    ----------
    session : Session
        Which hours.
    """

    name: ClassVar[str] = "session_levels"
    lines = PeriodRange
    columns = (*BAR, "time_ns")

    def __init__(self, session: Session) -> None:
        self.session = session
        StreamingIndicator.__init__(self, warmup=0)

    def _start(self) -> None:
        self._state = fresh_state()
        self._time_ns: int | None = None

    def update(self, high: float, low: float, close: float, time_ns: int) -> PeriodRange[float]:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close : float
            Prices of the bar, finite.
        time_ns : int
            When it begins, nanoseconds UTC, no less than the one before.

        Returns
        -------
        PeriodRange
            The levels.

        Raises
        ------
        DataShapeError
            If a price is not a finite number, or ``time_ns`` is not whole or falls.
        """
        moment = check_whole(self.name, "time_ns", time_ns, self._time_ns)
        number = int(self.session.numbers(np.array([moment], np.int64))[0])
        value = self._take(high=high, low=low, close=close, period=number)
        self._time_ns = moment
        return value

    def _advance(self, high: float, low: float, close: float, period: float) -> PeriodRange[float]:
        return PeriodRange(*period_range_step(self._state, high, low, close, int(period)))


class AsiaSession(
    SessionLevels,
    of=asia_session,
    title="High and low of Asia's session (Tokyo 09:00 to 18:00)",
    overlay=True,
    event_driven=True,
    aliases=("tokyo_session",),
):
    """Streaming twin of :func:`asia_session`."""

    def __init__(self) -> None:
        super().__init__(ASIA)


class LondonSession(
    SessionLevels,
    of=london_session,
    title="High and low of London's session (08:00 to 17:00)",
    overlay=True,
    event_driven=True,
):
    """Streaming twin of :func:`london_session`."""

    def __init__(self) -> None:
        super().__init__(LONDON)


class NewYorkSession(
    SessionLevels,
    of=new_york_session,
    title="High and low of New York's session (08:00 to 17:00)",
    overlay=True,
    event_driven=True,
):
    """Streaming twin of :func:`new_york_session`."""

    def __init__(self) -> None:
        super().__init__(NEW_YORK)
