"""Highs and lows of periods: of the day and the week that run and of those before.

A row knows of the running period what has happened up to its own bar, and of the one before all; a period has ended
when a bar of another one comes. No TA-Lib counterpart.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import DataShapeError
from forexai_core.indicators.inputs import (
    Floats,
    Integers,
    Records,
    check_aligned,
    check_bars,
    check_finite,
    check_integer_series,
)
from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = [
    "NO_PERIOD",
    "PERIOD_STATE",
    "PeriodRange",
    "PreviousDay",
    "PreviousWeek",
    "check_never_falls",
    "check_whole",
    "fresh_state",
    "period_range_step",
    "period_ranges",
    "previous_day",
    "previous_week",
]

Line = TypeVar("Line")

NO_PERIOD = -(2**62)
"""Number of no period: what runs has ended, and nothing has begun."""

_MONDAY = 3  # 1 January 1970 was a Thursday


class PeriodRange(NamedTuple, Generic[Line]):
    """Extremes of a period and of the one before: arrays from the batch form, floats from the streaming form."""

    high: Line
    """Highest price of the running period so far; NaN where none runs."""
    low: Line
    """Lowest price of the running period so far."""
    previous_high: Line
    """Highest price of the last period that has ended; NaN in the first."""
    previous_low: Line
    """Lowest price of that period."""
    previous_close: Line
    """Its last price."""


Values: TypeAlias = tuple[float, float, float, float, float]

PERIOD_STATE = np.dtype(
    [
        ("period", np.int64),  # the one that the next three belong to, or NO_PERIOD
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("last_high", np.float64),
        ("last_low", np.float64),
        ("last_close", np.float64),
    ]
)
"""State of period ranges: the period that runs, and the one before."""


@kernel(forceinline=True)
def period_range_step(state: Records, high: float, low: float, close: float, period: int) -> Values:
    """Advance period ranges by one bar.

    Parameters
    ----------
    state : (1,) record of ``PERIOD_STATE``
        Changed in place.
    high, low, close : float
        The newest bar.
    period : int
        Number of its period, or ``NO_PERIOD``.

    Returns
    -------
    high, low, previous_high, previous_low, previous_close : float
        The fields of :class:`PeriodRange`.
    """
    s = state[0]
    if period != s["period"]:
        if s["period"] != NO_PERIOD:
            s["last_high"], s["last_low"], s["last_close"] = s["high"], s["low"], s["close"]
        s["period"] = period
        s["high"] = s["low"] = s["close"] = math.nan
        if period != NO_PERIOD:
            s["high"], s["low"] = high, low
    if period != NO_PERIOD:
        s["high"], s["low"], s["close"] = max(s["high"], high), min(s["low"], low), close
    return s["high"], s["low"], s["last_high"], s["last_low"], s["last_close"]


@kernel
def _period_ranges(state: Records, high: Floats, low: Floats, close: Floats, period: Integers, out: Floats) -> None:
    for i in range(high.shape[0]):
        out[0, i], out[1, i], out[2, i], out[3, i], out[4, i] = period_range_step(
            state, high[i], low[i], close[i], period[i]
        )


def fresh_state() -> Records:
    """Make the state of before the first bar.

    Returns
    -------
    (1,) record of ``PERIOD_STATE``
        Nothing runs, nothing is known.
    """
    state = np.zeros(1, PERIOD_STATE)
    state["period"] = NO_PERIOD
    for name in ("high", "low", "close", "last_high", "last_low", "last_close"):
        state[name] = math.nan
    return state


def period_ranges(high: Floats, low: Floats, close: Floats, period: Integers) -> PeriodRange[Floats]:
    """Follow the ranges of numbered periods.

    Parameters
    ----------
    high, low, close : (rows,) float64
        Bars, checked.
    period : (rows,) int64
        Number of the period of each, or ``NO_PERIOD``; contiguous.

    Returns
    -------
    PeriodRange
        Five (rows,) float64.
    """
    out = np.empty((5, len(high)))
    numbers = np.ascontiguousarray(period, np.int64).view()
    numbers.flags.writeable = False
    _period_ranges(fresh_state(), high, low, close, numbers, out)
    return PeriodRange(*out)


def check_never_falls(indicator: str, argument: str, values: Integers) -> None:
    """Stop if a column of days or times falls.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    values : (rows,) int64
        In the order of the bars.

    Raises
    ------
    DataShapeError
        If a number is below the one before; the message says where.
    """
    falls = np.flatnonzero(values[1:] < values[:-1])
    if falls.size:
        row = int(falls[0]) + 1
        raise DataShapeError(
            f"{indicator}: {argument} falls from {values[row - 1]} to {values[row]} in row {row}; sort the bars."
        )


def check_whole(indicator: str, argument: str, value: float, least: int | None) -> int:
    """Take the day or the time of one bar.

    Parameters
    ----------
    indicator, argument : str
        Named in the message.
    value : int
        A whole number.
    least : int or None
        The one before, which it must not fall below; None for the first.

    Returns
    -------
    int
        The same as a Python integer.

    Raises
    ------
    DataShapeError
        If it is not whole, or falls.
    """
    # An integer of nanoseconds has more digits than a float keeps.
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    number = int(value) if whole else check_finite(indicator, argument, value)
    if number != math.floor(number) or (least is not None and number < least):
        raise DataShapeError(
            f"{indicator}: {argument} must be a whole number that never falls, got {value!r}; feed bars by time."
        )
    return int(number)


def _by_day(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, day: ArrayLike, days: int
) -> PeriodRange[Floats]:
    highs, lows, closes = check_bars(indicator, high=high, low=low, close=close)
    numbers = check_integer_series(indicator, "day", day)
    check_aligned(indicator, high=highs, day=numbers)
    check_never_falls(indicator, "day", numbers)
    return period_ranges(highs, lows, closes, (numbers + (_MONDAY if days == 7 else 0)) // days)


def previous_day(high: ArrayLike, low: ArrayLike, close: ArrayLike, day: ArrayLike) -> PeriodRange[Floats]:
    """Give the high and low of the day so far, and the high, low and close of the day before.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    day : (rows,) array_like of int64
        Number of the trading day of every bar, on the clock that days are counted by; never falls.

    Returns
    -------
    PeriodRange
        Five (rows,) float64. The second day's levels come from what the data hold of the first, which may be only
        its end.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, lengths differ, or ``day`` falls.
    """
    return _by_day("previous_day", high, low, close, day, 1)


def previous_week(high: ArrayLike, low: ArrayLike, close: ArrayLike, day: ArrayLike) -> PeriodRange[Floats]:
    """Give the high and low of the week so far, and the high, low and close of the week before; weeks begin on Monday.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    day : (rows,) array_like of int64
        Number of the trading day of every bar, days since 1 January 1970 on the clock that days are counted by; never
        falls.

    Returns
    -------
    PeriodRange
        Five (rows,) float64. The second week's levels come from what the data hold of the first.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, lengths differ, or ``day`` falls.
    """
    return _by_day("previous_week", high, low, close, day, 7)


class PreviousDay(
    StreamingIndicator[PeriodRange[float]],
    of=previous_day,
    title="High and low of the day and of the day before",
    main="previous_high",
    overlay=True,
    event_driven=True,
    aliases=("pdh", "pdl"),
):
    """Streaming twin of :func:`previous_day`; the levels of the day before come once a day has ended."""

    lines = PeriodRange
    columns = (*BAR, "day")
    _days: ClassVar[int] = 1
    _shift: ClassVar[int] = 0

    def _start(self) -> None:
        self._state = fresh_state()
        self._day: int | None = None

    def update(self, high: float, low: float, close: float, day: int) -> PeriodRange[float]:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close : float
            Prices of the bar, finite.
        day : int
            Number of its day, no less than the one before.

        Returns
        -------
        PeriodRange
            The levels.

        Raises
        ------
        DataShapeError
            If a price is not a finite number, or ``day`` is not whole or falls.
        """
        number = check_whole(self.name, "day", day, self._day)
        value = self._take(high=high, low=low, close=close, day=number)
        self._day = number
        return value

    def _advance(self, high: float, low: float, close: float, day: float) -> PeriodRange[float]:
        period = (int(day) + self._shift) // self._days
        return PeriodRange(*period_range_step(self._state, high, low, close, period))


class PreviousWeek(
    PreviousDay,
    of=previous_week,
    title="High and low of the week and of the week before",
    main="previous_high",
    overlay=True,
    event_driven=True,
    aliases=("pwh", "pwl"),
):
    """Streaming twin of :func:`previous_week`; the levels of the week before come once a week has ended."""

    _days: ClassVar[int] = 7
    _shift: ClassVar[int] = _MONDAY
