"""Which rows cannot be prices: unreadable, not finite, not above zero, high below low, out of order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.values.clocks import format_time_ns
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, Timeframe

__all__ = ["Problems", "check_bar_rows", "check_future", "check_order", "check_tick_rows"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Times = NDArray[np.int64]


@attrs.frozen(kw_only=True)
class Problem:
    """Why one row is bad."""

    role: str | None
    check: str
    reason: str


@attrs.define
class Problems:
    """Bad rows of a table; the first reason that is found for a row stays.

    Attributes
    ----------
    rows : int
        Rows of the table.
    found : dict of int to Problem
        Row to reason.
    """

    rows: int
    found: dict[int, Problem] = attrs.field(factory=dict)

    @property
    def good(self) -> Mask:
        """Which rows have no problem."""
        mask = np.ones(self.rows, np.bool_)
        mask[list(self.found)] = False
        return mask

    def add(self, row: int, role: str | None, check: str, reason: str) -> None:
        """Note one bad row."""
        self.found.setdefault(row, Problem(role=role, check=check, reason=reason))

    def flag(self, wrong: Mask, role: str | None, check: str, reason: Callable[[int], str]) -> None:
        """Note all rows of a mask."""
        for row in np.flatnonzero(wrong).tolist():
            if row not in self.found:
                self.add(row, role, check, reason(row))


def check_bar_rows(values: Mapping[str, Floats], problems: Problems) -> None:
    """Check each bar by itself.

    Parameters
    ----------
    values : mapping of str to (rows,) float64
        ``open, high, low, close``, and where there are such, ``ask_open`` … ``ask_close``,
        ``volume``, ``spread``.
    problems : Problems
        Filled.
    """
    for side in ("", "ask_"):
        if f"{side}open" not in values:
            continue
        for field in ("open", "high", "low", "close"):
            _check_price(values[side + field], side + field, problems)
        high, low = values[f"{side}high"], values[f"{side}low"]

        def crossed(row: int, high: Floats = high, low: Floats = low) -> str:
            return f"the high {high[row]:g} is below the low {low[row]:g}."

        problems.flag(high < low, f"{side}high", "ohlc", crossed)
        for field in ("open", "close"):
            price = values[side + field]

            def outside(
                row: int, field: str = field, price: Floats = price, high: Floats = high, low: Floats = low
            ) -> str:
                return f"the {field} {price[row]:g} lies outside low {low[row]:g} to high {high[row]:g}."

            problems.flag((price > high) | (price < low), side + field, "ohlc", outside)
    _check_not_negative(values, problems)


def check_tick_rows(values: Mapping[str, Floats], problems: Problems) -> None:
    """Check each tick by itself: ``bid``, ``ask`` and perhaps ``volume``."""
    for side in ("bid", "ask"):
        _check_price(values[side], side, problems)
    _check_not_negative(values, problems)


def _check_price(price: Floats, role: str, problems: Problems) -> None:
    problems.flag(~np.isfinite(price), role, "finite", lambda row: f"the price {price[row]} is not a finite number.")
    problems.flag(~(price > 0), role, "positive", lambda row: f"the price {price[row]:g} is not above zero.")


def _check_not_negative(values: Mapping[str, Floats], problems: Problems) -> None:
    for role in ("volume", "spread"):
        if role not in values:
            continue
        value = values[role]

        def wrong(row: int, role: str = role, value: Floats = value) -> str:
            return f"the {role} {value[row]:g} is not a finite number from zero up."

        problems.flag(~(np.isfinite(value) & (value >= 0)), role, role, wrong)


def check_order(
    time_ns: Times,
    values: Mapping[str, Floats],
    problems: Problems,
    timeframe: Timeframe,
) -> None:
    """Check that rows come one after the other, among those without a problem so far.

    As few rows as possible are called out of order; of bars that share a time, all but the first are
    duplicates; bars nearer to each other than their timeframe overlap.
    """
    rows = np.flatnonzero(problems.good)
    if len(rows) < 2:
        return
    times = time_ns[rows]
    if np.any(np.diff(times) < 0):
        ordered = _longest_rising(times)
        for place in np.flatnonzero(~ordered).tolist():
            shown = format_time_ns(int(times[place]))
            problems.add(
                int(rows[place]), "time", "order", f"the time {shown} is out of order with the rows around it."
            )
        rows, times = rows[ordered], times[ordered]
    if timeframe is Timeframe.TICK:
        return
    again = np.concatenate(([False], np.diff(times) == 0))
    for place in np.flatnonzero(again).tolist():
        row, twin = int(rows[place]), int(rows[place - 1])
        how = "the same values" if all(column[twin] == column[row] for column in values.values()) else "other values"
        shown = format_time_ns(int(times[place]))
        problems.add(row, "time", "duplicate", f"the time {shown} stands twice, with {how}; the first is taken.")
    _check_overlaps(rows[~again], times[~again], problems, timeframe)


def _check_overlaps(rows: Times, times: Times, problems: Problems, timeframe: Timeframe) -> None:
    """Note bars nearer to each other than their timeframe: those off the grid of the others, else the later ones."""
    least = timeframe.least_step_ns
    if not np.any(np.diff(times) < least):
        return
    if timeframe.intraday:
        off = _off_grid(times, timeframe)
        for place in np.flatnonzero(off & _crowded(times, least)).tolist():
            shown = format_time_ns(int(times[place]))
            reason = (
                f"the bar opens at {shown}, off the grid of {timeframe} and less than one {timeframe} from another."
            )
            problems.add(int(rows[place]), "time", "grid", reason)
        left = problems.good[rows]
        rows, times = rows[left], times[left]
    last = 0  # of those that are kept
    for place in range(1, len(times)):
        if times[place] - times[last] >= least:
            last = place
            continue
        earlier = format_time_ns(int(times[last]))
        reason = f"the bar opens less than one {timeframe} after the one before it ({earlier})."
        problems.add(int(rows[place]), "time", "overlap", reason)


def _off_grid(times: Times, timeframe: Timeframe) -> Mask:
    """Mark the bars whose minute is not that of most; hours shift with daylight saving, minutes do not."""
    phase = times % min(timeframe.nominal_ns, 60 * NS_PER_MINUTE)
    found, counts = np.unique(phase, return_counts=True)
    # Only the phase of most rows is a grid.
    return phase != found[np.argmax(counts)] if counts.max() * 2 > len(phase) else np.zeros(len(phase), np.bool_)


def _crowded(times: Times, least: int) -> Mask:
    near = np.diff(times) < least
    return np.concatenate(([False], near)) | np.concatenate((near, [False]))


def check_future(time_ns: Times, now_ns: int, problems: Problems) -> None:
    """Note rows more than a day later than now: the clock of the file, or its layout, is not understood."""
    late = time_ns > now_ns + NS_PER_DAY

    def reason(row: int) -> str:
        return (
            f"the time {format_time_ns(int(time_ns[row]))} lies in the future (it is {format_time_ns(now_ns)[:10]}). "
            "Check the layout of the times; if they are meant so, pass future='keep'."
        )

    problems.flag(late, "time", "future", reason)


def _longest_rising(times: Times) -> Mask:
    """Mark the longest run of rows that are in order, so that one wild time costs one row.

    Patience sorting: O(n log n), and only for files that are out of order.
    """
    tails: list[int] = []
    places: list[int] = []
    previous = np.full(len(times), -1, np.int64)
    for place, time in enumerate(times.tolist()):
        length = bisect_right(tails, time)
        if length == len(tails):
            tails.append(time)
            places.append(place)
        else:
            tails[length], places[length] = time, place
        previous[place] = places[length - 1] if length else -1
    mask = np.zeros(len(times), np.bool_)
    place = places[-1]
    while place >= 0:
        mask[place] = True
        place = int(previous[place])
    return mask
