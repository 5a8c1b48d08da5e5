"""Prices that leave a range: breakouts."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from forexai_core import indicators
from forexai_core.errors import ConfigError
from forexai_core.strategies.intents import EXIT_ALL, EXIT_LONG, EXIT_SHORT, Intents
from forexai_core.strategies.parameters import Param
from forexai_core.strategies.shipped.template import Template
from forexai_core.strategies.turns import previous
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["DonchianBreakout", "SessionBreakout", "minute_of_day"]

_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


def minute_of_day(what: str, text: str) -> int:
    """Turn ``HH:MM`` into minutes since midnight; ``24:00`` is the day's end.

    Raises
    ------
    ConfigError
        If it is no time of day.
    """
    match = _TIME.match(text)
    if text == "24:00":
        return 1_440
    if match is None:
        raise ConfigError(f"{what} is '{text}'; write a time of day as HH:MM, such as 07:30.")
    return int(match[1]) * 60 + int(match[2])


class DonchianBreakout(Template):
    """Buy when the close breaks above the highest high of the last bars, sell when it breaks below the lowest low.

    The present bar is not part of its own range. A long is closed at a close below the lowest low of fewer bars, a
    short at a close above the highest high: the channel rules of the Turtle traders, on closes.
    """

    title: ClassVar[str] = "Donchian breakout"
    tags: ClassVar[frozenset[str]] = frozenset({"breakout", "trend"})

    entry_period: int = Param(20, ge=1, le=100_000, description="Bars in the range that is broken.")
    exit_period: int = Param(10, ge=1, le=100_000, description="Bars in the range that ends a position.")

    @property
    def warmup(self) -> int:
        """Bars before both ranges exist."""
        return max(self.entry_period, self.exit_period)

    def intents(self, bars: Bars) -> Intents:
        """Enter where the close leaves the range of the bars before it."""
        close, high, low = bars.close, bars.high, bars.low
        up = close > previous(indicators.highest(high, self.entry_period))
        down = close < previous(indicators.lowest(low, self.entry_period))
        leave_long = close < previous(indicators.lowest(low, self.exit_period))
        leave_short = close > previous(indicators.highest(high, self.exit_period))
        exits = np.select([leave_long, leave_short], [EXIT_LONG, EXIT_SHORT], 0)
        return self.wishes(bars, up.astype(np.int8) - down.astype(np.int8), exit=exits)


class SessionBreakout(Template):
    """Buy when a close breaks above the range of a session, sell when it breaks below; once a day, flat by a set hour.

    By default the range is London's night, from midnight to 07:00, breakouts count until noon, and positions are closed
    at 16:00. All times are those of one clock, its daylight saving included.
    """

    title: ClassVar[str] = "Session breakout"
    tags: ClassVar[frozenset[str]] = frozenset({"breakout", "session"})

    clock: str = Param("Europe/London", description="Clock of the times: an IANA name, utc, new-york+7 …")
    range_start: str = Param("00:00", description="When the range begins, HH:MM.")
    range_end: str = Param("07:00", description="When the range ends and breakouts count, HH:MM.")
    entry_end: str = Param("12:00", description="After which no breakout counts, HH:MM.")
    exit_time: str = Param("16:00", description="When positions are closed, HH:MM.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        Clock.of(self.clock)
        start, end, last, leave = self._minutes()
        if not start < end < last <= leave:
            raise ConfigError(
                "SessionBreakout: the times must follow one another in one day: range_start < range_end < entry_end <= "
                f"exit_time, not {self.range_start}, {self.range_end}, {self.entry_end}, {self.exit_time}."
            )

    def _minutes(self) -> tuple[int, int, int, int]:
        names = ("range_start", "range_end", "entry_end", "exit_time")
        start, end, last, leave = (minute_of_day(f"SessionBreakout: {name}", getattr(self, name)) for name in names)
        return start, end, last, leave

    def intents(self, bars: Bars) -> Intents:
        """Enter at the first close of a day beyond the day's range."""
        if not bars.timeframe.intraday:
            raise ConfigError(f"SessionBreakout needs bars that divide a day, not {bars.timeframe}.")
        start, end, last, leave = (minute * NS_PER_MINUTE for minute in self._minutes())
        clock = Clock.of(self.clock)
        wall = clock.to_wall_ns(bars.time_ns)
        day = wall // NS_PER_DAY
        opening = wall - day * NS_PER_DAY
        closing = clock.to_wall_ns(bars.end_ns) - day * NS_PER_DAY
        inside = (opening >= start) & (closing <= end)
        number, high, low = _daily_range(bars, day, inside)
        live = (opening >= end) & (closing <= last) & (closing < leave)
        broken = (bars.close > high[number]).astype(np.int8) - (bars.close < low[number]).astype(np.int8)
        broken[~live] = 0
        exits = np.where((opening >= end) & (closing < leave), 0, EXIT_ALL)
        return self.wishes(bars, _first_of_day(broken, number), exit=exits)


def _daily_range(
    bars: Bars, day: NDArray[np.int64], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the number of each bar's day, and each day's highest high and lowest low of the bars inside, or NaN."""
    days, number = np.unique(day, return_inverse=True)
    high, low = np.full(len(days), -np.inf), np.full(len(days), np.inf)
    np.maximum.at(high, number[inside], bars.high[inside])
    np.minimum.at(low, number[inside], bars.low[inside])
    empty = np.isinf(high)
    high[empty] = low[empty] = np.nan
    return number, high, low


def _first_of_day(signals: NDArray[np.int8], number: NDArray[np.int64]) -> NDArray[np.int8]:
    rows = np.flatnonzero(signals)
    _, first = np.unique(number[rows], return_index=True)
    kept = np.zeros_like(signals)
    kept[rows[first]] = signals[rows[first]]
    return kept
