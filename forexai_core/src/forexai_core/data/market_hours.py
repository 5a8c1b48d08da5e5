"""When a market is open, by its instrument's sessions on the server's clock."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataError
from forexai_core.values.clocks import NEW_YORK_CLOSE, UTC_CLOCK, Clock
from forexai_core.values.instruments import Instrument
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, Timeframe

__all__ = ["MarketHours"]

_WEEK_MINUTES = 7 * 1_440
_MONDAY_NS = 4 * NS_PER_DAY  # 5 January 1970 was the first Monday
_MOST_SLOTS = 200_000_000

Times = NDArray[np.int64]


@attrs.frozen(eq=False)
class MarketHours:
    """The open minutes of a market's week.

    Attributes
    ----------
    clock : Clock
        What the sessions are written in: the New York close, or UTC for markets that never close, so
        that no hour is repeated or skipped.
    is_open : (10080,) bool
        Whether each minute of the week is open, from Monday 00:00 of the clock.
    """

    clock: Clock
    is_open: NDArray[np.bool_]

    @classmethod
    def of(cls, instrument: Instrument) -> MarketHours:
        """Give the hours of an instrument."""
        minutes = np.zeros(_WEEK_MINUTES, np.bool_)
        for session in instrument.sessions:
            low = session.weekday * 1_440
            minutes[low + session.open_minute : low + session.close_minute] = True
        if not minutes.any():
            raise DataError(f"{instrument.symbol} has no trading session, so its market never opens. Give it sessions.")
        clock = UTC_CLOCK if minutes.all() else NEW_YORK_CLOSE
        return cls(clock=clock, is_open=minutes)

    def holds(self, time_ns: Times) -> NDArray[np.bool_]:
        """Tell which instants lie in open minutes."""
        minute = (self.clock.to_wall_ns(time_ns) - _MONDAY_NS) // NS_PER_MINUTE % _WEEK_MINUTES
        return self.is_open[minute]

    def open_minutes(self, start_ns: Times, stop_ns: Times) -> Times:
        """Count the open minutes between instants."""
        return self._minutes_before(stop_ns) - self._minutes_before(start_ns)

    def _minutes_before(self, time_ns: Times) -> Times:
        opened = np.concatenate(([0], np.cumsum(self.is_open)))
        minute = (self.clock.to_wall_ns(time_ns) - _MONDAY_NS) // NS_PER_MINUTE
        count: Times = minute // _WEEK_MINUTES * opened[-1] + opened[minute % _WEEK_MINUTES]
        return count

    def missing_bars(self, start_ns: Times, stop_ns: Times, timeframe: Timeframe) -> Times:
        """Count the bars that the market would have made in ``[start, stop)``.

        A part of a bar counts as one; days, weeks and months count by the days that are open.
        """
        minutes = np.maximum(self.open_minutes(start_ns, stop_ns), 0)
        if timeframe.intraday:
            length = timeframe.nominal_ns // NS_PER_MINUTE
            return -(-minutes // length)
        per_week = int(self.is_open.sum())
        per_day = per_week // max(int(self.is_open.reshape(7, 1_440).any(axis=1).sum()), 1)
        length = {Timeframe.D1: per_day, Timeframe.W1: per_week}.get(timeframe, per_week * 4)
        counted: Times = minutes // max(length, 1)
        return counted

    def openings(self, start_ns: int, stop_ns: int, timeframe: Timeframe) -> Times:
        """List the opening times of the bars that the market makes in ``[start, stop)``.

        A bar exists where any of its minutes is open; it is anchored as :meth:`Clock.bar_start_ns` says.

        Raises
        ------
        DataError
            If there would be more than 200 million.
        """
        step = min(timeframe.nominal_ns, NS_PER_DAY)
        if (stop_ns - start_ns) // step > _MOST_SLOTS:
            raise DataError(
                f"More than {_MOST_SLOTS:,} bars of {timeframe} lie between the two times. Take a shorter range."
            )
        low, high = (int(edge) for edge in self.clock.to_wall_ns(np.array([start_ns, stop_ns], np.int64)))
        wall = np.arange(low // step * step - step, high + step, step, dtype=np.int64)
        minute = (wall - _MONDAY_NS) // NS_PER_MINUTE % _WEEK_MINUTES
        length = step // NS_PER_MINUTE
        opened = np.concatenate(([0], np.cumsum(np.concatenate((self.is_open, self.is_open)))))
        times = self.clock.to_utc_ns(
            wall[opened[minute + length] > opened[minute]], ambiguous="earlier", missing="forward"
        )
        if step != timeframe.nominal_ns:
            times = np.unique(self.clock.bar_start_ns(times, timeframe))
        return times[(times >= start_ns) & (times < stop_ns)]
