"""Simple moving averages, and exact rolling sums of points.

The definition is TA-Lib's SMA. Averages of prices on a grid may tie; a strategy that must see a tie as a tie
compares :func:`sma_sum_points` across periods instead: ``fast_sum * slow_period > slow_sum * fast_period`` is
exact.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import DataShapeError
from forexai_core.indicators.inputs import (
    Floats,
    Integers,
    Records,
    check_integer_series,
    check_series,
    check_whole_number,
)
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push, rolling_sum_step
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["NO_SUM", "Sma", "sma", "sma_step", "sma_sum_points", "sum_points_step"]

NO_SUM = -(2**63)
"""Stands in the rows of :func:`sma_sum_points` that have no sum yet: the least int64."""

SMA_STATE = np.dtype(
    [
        ("period", np.int64),
        ("slot", np.int64),  # place of the next value in the mirrored window
        ("seen", np.int64),
        ("total", np.float64),
        ("error", np.float64),  # rounding errors of the total: the sum is total + error
    ]
)
"""State of a simple average."""


@kernel(forceinline=True)
def sma_step(values: Floats, i: int, seen: int, total: float, error: float, period: int) -> tuple[float, float, float]:
    """Advance a simple average by the value at ``i``.

    Parameters
    ----------
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    total, error : float
        Sum so far, in two parts; 0 at the start.
    period : int
        Length of the average.

    Returns
    -------
    total, error, average : float
        The new sum, and the average, NaN during warm-up.
    """
    if seen >= period:
        total, error = rolling_sum_step(total, error, values[i], values[i - period])
        return total, error, (total + error) / period
    total, error = rolling_sum_step(total, error, values[i], 0.0)
    return total, error, (total + error) / period if seen == period - 1 else math.nan


@kernel
def _sma(values: Floats, period: int, out: Floats) -> None:
    total, error = 0.0, 0.0
    rows = values.shape[0]
    # Two loops over one step: the compiler drops the warm-up's branches from the second.
    for i in range(min(period, rows)):
        total, error, out[i] = sma_step(values, i, i, total, error, period)
    for i in range(period, rows):
        total, error, out[i] = sma_step(values, i, i, total, error, period)


@kernel
def _sma_update(state: Records, window: Floats, value: float) -> float:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    total, error, average = sma_step(window, i, s["seen"], s["total"], s["error"], s["period"])
    s["seen"] += 1
    s["total"] = total
    s["error"] = error
    return average


def sma(values: ArrayLike, period: int = 20) -> Floats:
    """Average the last ``period`` values, all alike.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows. The sum behind it is compensated and does not drift.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("sma", "period", period)
    column = check_series("sma", "values", values)
    out = np.empty(column.shape[0])
    _sma(column, length, out)
    return out


class Sma(OneOutput, OneInput[float]):
    """Streaming twin of :func:`sma`.

    Parameters
    ----------
    period : int
        Length of the average, at least 1.
    """

    name: ClassVar[str] = "sma"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, SMA_STATE)
        self._state["period"] = self.period
        self._window = mirrored_window(self.period + 1)

    def _advance(self, value: float) -> float:
        return _sma_update(self._state, self._window, value)


@kernel(forceinline=True)
def sum_points_step(points: Integers, i: int, seen: int, total: int, period: int) -> int:
    """Advance an exact rolling sum by the value at ``i``.

    Parameters
    ----------
    points : int64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    total : int
        Sum so far; 0 at the start.
    period : int
        Length of the window.

    Returns
    -------
    int
        Sum of the last ``period`` values; of all values during warm-up.
    """
    total += points[i]
    if seen >= period:
        total -= points[i - period]
    return total


@kernel
def _sum_points(points: Integers, period: int, out: Integers) -> None:
    total = 0
    rows = points.shape[0]
    for i in range(min(period, rows)):
        total = sum_points_step(points, i, i, total, period)
        out[i] = NO_SUM if i + 1 < period else total
    for i in range(period, rows):
        total = sum_points_step(points, i, i, total, period)
        out[i] = total


def sma_sum_points(points: ArrayLike, period: int = 20) -> Integers:
    """Sum the last ``period`` prices exactly, as whole points.

    Parameters
    ----------
    points : (rows,) array_like of int64
        Prices in points (a price of 1.08315 with five digits is 108315).
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) int64
        :data:`NO_SUM` in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``points`` is not one column of integers, or a sum could pass the range of int64.
    """
    length = check_whole_number("sma_sum_points", "period", period)
    column = check_integer_series("sma_sum_points", "points", points)
    if column.shape[0] > 0:
        largest = max(int(column.max()), -int(column.min()))
        if largest * min(length, column.shape[0]) >= 2**63:
            msg = f"sma_sum_points: {length} values of {largest} points pass int64; check the digits of the prices."
            raise DataShapeError(msg)
    out = np.empty(column.shape[0], dtype=np.int64)
    _sum_points(column, length, out)
    return out
