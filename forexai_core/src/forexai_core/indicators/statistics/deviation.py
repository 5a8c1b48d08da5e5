"""Standard deviation of a moving window.

The population form, as in TA-Lib's STDDEV. TA-Lib subtracts the squared mean from the mean square of raw
prices, which loses half the digits; here values are taken relative to a recent mean, so that a deviation of a
tenth of a point at a price of 100,000 still has nearly all of its digits. TA-Lib also calls a deviation below
1e-7 zero; here only a window of equal values has none.
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, Records, check_series, check_whole_number
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = [
    "DEVIATION_FIELDS",
    "NO_MOMENTS",
    "Moments",
    "StandardDeviation",
    "load_moments",
    "standard_deviation",
    "store_moments",
    "variance_step",
]

Moments: TypeAlias = tuple[int, int, float, float, float]
"""State of a variance; see ``DEVIATION_FIELDS``."""

NO_MOMENTS: Moments = (0, 0, 0.0, 0.0, 0.0)
"""The state of before the first value."""

DEVIATION_FIELDS: list[tuple[str, type]] = [
    ("run", np.int64),  # how many of the last values are equal
    ("age", np.int64),  # steps since the sums were taken afresh
    ("shift", np.float64),  # a recent mean, which values are taken relative to
    ("total", np.float64),  # sum of the shifted values
    ("squares", np.float64),  # sum of their squares
]
"""Fields of a state that :func:`variance_step` advances, in the order of ``Moments``."""

LOST_DIGITS = 1e4
"""The sums are taken afresh when what left them, or their mean, was so many times what they measure."""

FRESH_AFTER = 256
"""They are taken afresh after so many steps, or a period if that is longer, in any case."""

DEVIATION_STATE = np.dtype([("period", np.int64), ("slot", np.int64), ("seen", np.int64), *DEVIATION_FIELDS])
"""State of a standard deviation."""


@kernel
def _fresh_moments(values: Floats, i: int, period: int) -> tuple[float, float, float]:
    shift = 0.0
    for k in range(i - period + 1, i + 1):
        shift += values[k]
    shift /= period
    total, squares = 0.0, 0.0
    for k in range(i - period + 1, i + 1):
        offset = values[k] - shift
        total += offset
        squares += offset * offset
    return shift, total, squares


@kernel(forceinline=True)
def variance_step(values: Floats, i: int, seen: int, moments: Moments, period: int) -> tuple[Moments, float]:
    """Advance the variance of a window by the value at ``i``.

    Parameters
    ----------
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    moments : Moments
        The state; ``NO_MOMENTS`` at the start.
    period : int
        Length of the window.

    Returns
    -------
    moments : Moments
        The new state.
    variance : float
        Mean squared distance from the mean, never negative; NaN during warm-up.
    """
    run, age, shift, total, squares = moments
    run = run + 1 if seen > 0 and values[i] == values[i - 1] else 1
    if seen < period - 1:
        return (run, 0, 0.0, 0.0, 0.0), math.nan
    scale = 1.0 / period
    mean, variance = 0.0, 0.0
    fresh = seen == period - 1
    if not fresh:
        entering = values[i] - shift
        leaving = values[i - period] - shift
        gone = leaving * leaving
        total += entering - leaving
        squares += entering * entering - gone
        mean = total * scale
        variance = squares * scale - mean * mean
        lost = gone > LOST_DIGITS * squares or mean * mean > LOST_DIGITS * variance
        fresh = (lost and run < period) or age >= max(period, FRESH_AFTER)
    if fresh:
        shift, total, squares = _fresh_moments(values, i, period)
        mean = total * scale
        variance = squares * scale - mean * mean
        age = 0
    if run >= period or variance < 0.0:
        variance = 0.0
    return (run, age + 1, shift, total, squares), variance


@kernel(forceinline=True)
def load_moments(s: np.void) -> Moments:
    """Read the state of a variance from a record.

    Parameters
    ----------
    s : record
        Has the fields of ``DEVIATION_FIELDS``.

    Returns
    -------
    Moments
        Their values.
    """
    return s["run"], s["age"], s["shift"], s["total"], s["squares"]


@kernel(forceinline=True)
def store_moments(s: np.void, moments: Moments) -> None:
    """Write the state of a variance to a record.

    Parameters
    ----------
    s : record
        Has the fields of ``DEVIATION_FIELDS``; changed in place.
    moments : Moments
        Their new values.
    """
    run, age, shift, total, squares = moments
    s["run"] = run
    s["age"] = age
    s["shift"] = shift
    s["total"] = total
    s["squares"] = squares


@kernel
def _standard_deviation(values: Floats, period: int, out: Floats) -> None:
    moments = NO_MOMENTS
    rows = values.shape[0]
    for i in range(min(period, rows)):
        moments, variance = variance_step(values, i, i, moments, period)
        out[i] = math.sqrt(variance)
    for i in range(period, rows):
        moments, variance = variance_step(values, i, i, moments, period)
        out[i] = math.sqrt(variance)


@kernel
def _standard_deviation_update(state: Records, window: Floats, value: float) -> float:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    moments, variance = variance_step(window, i, s["seen"], load_moments(s), s["period"])
    s["seen"] += 1
    store_moments(s, moments)
    return math.sqrt(variance)


def standard_deviation(values: ArrayLike, period: int = 20) -> Floats:
    """Measure the spread of the last ``period`` values around their mean.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        Population standard deviation (divided by ``period``), in the unit of ``values``; NaN in the first
        ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("standard_deviation", "period", period)
    column = check_series("standard_deviation", "values", values)
    out = np.empty(column.shape[0])
    _standard_deviation(column, length, out)
    return out


class StandardDeviation(OneOutput, OneInput[float]):
    """Streaming twin of :func:`standard_deviation`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "standard_deviation"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, DEVIATION_STATE)
        self._state["period"] = self.period
        self._window = mirrored_window(self.period + 1)

    def _advance(self, value: float) -> float:
        return _standard_deviation_update(self._state, self._window, value)
