"""Simple moving averages, and exact rolling sums of points.

The definition is TA-Lib's SMA. Averages of prices on a grid may tie; a strategy that must see a tie as a tie
compares :func:`sma_sum_points` across periods instead: ``fast_sum * slow_period > slow_sum * fast_period`` is
exact.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import DataShapeError
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import (
    Floats,
    Integers,
    check_integer_series,
    check_whole_number,
)
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import (
    FRESH_AFTER,
    NO_SUM_YET,
    centred_sum_step,
    fresh_sum,
    mean_of_sum,
    slide_sum,
)
from forexai_core.indicators.windows import Window

__all__ = [
    "NO_SUM",
    "MeanOfWindow",
    "Sma",
    "sma",
    "sma_sum_points",
    "sum_points_step",
    "write_block_of_means",
    "write_means",
]

NO_SUM = -(2**63)
"""Stands in the rows of :func:`sma_sum_points` that have no sum yet: the least int64."""


@kernel
def write_block_of_means(values: Floats, start: int, stop: int, period: int, out: Floats) -> bool:
    """Write the means of the windows that end in some rows; the first of them from a fresh sum.

    Parameters
    ----------
    values : (rows,) float64
        Prices or another quantity.
    start, stop : int
        The rows: the first full window's, and then every ``max(period, FRESH_AFTER)`` rows.
    period : int
        Length of the window.
    out : (stop - start,) float64
        Overwritten.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    if period == 1:
        for k in range(stop - start):
            out[k] = values[start + k]
        return False  # not looked at
    centre, total = fresh_sum(values, start, period)
    out[0] = mean_of_sum(centre, total, period)
    finite = out[0] - out[0] == 0.0
    # Slices, because a position that may be negative costs more than the sum itself.
    entering, leaving, means = values[start + 1 : stop], values[start + 1 - period : stop - period], out[1:]
    for k in range(means.shape[0]):
        total = slide_sum(entering[k], leaving[k], total)
        mean = mean_of_sum(centre, total, period)
        finite &= mean - mean == 0.0
        means[k] = mean
    return finite


@kernel
def write_means(values: Floats, period: int, out: Floats) -> bool:
    """Write the mean of every window.

    Parameters
    ----------
    values : (rows,) float64
        Prices or another quantity.
    period : int
        Length of the window.
    out : (rows,) float64
        Overwritten; NaN in the first ``period - 1`` rows.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    rows = values.shape[0]
    out[: min(period - 1, rows)] = math.nan
    finite = rows >= period
    # The same steps in the same order as in a stream, in blocks that each begin with a fresh sum.
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        stop = min(start + max(period, FRESH_AFTER), rows)
        finite &= write_block_of_means(values, start, stop, period, out[start:stop])
    return finite


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
        NaN in the first ``period - 1`` rows. It is right to the last bit or two, and does not drift.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Sma.checked(period)
    return one_line_told("sma", write_means, period, values=values)


class MeanOfWindow:
    """The mean of the last values of a stream.

    Parameters
    ----------
    period : int
        Length of the window.
    """

    def __init__(self, period: int) -> None:
        self._period = period
        self._state = NO_SUM_YET
        self._window = Window(period + 1)

    def push(self, value: float, seen: int) -> float:
        """Take the newest value.

        Parameters
        ----------
        value : float
            The newest value.
        seen : int
            Values seen before this one.

        Returns
        -------
        float
            The mean, NaN during warm-up.
        """
        i, values = self._window.push(value), self._window.values
        leaving = values[i - self._period]
        self._state, mean = centred_sum_step(value, leaving, values, i, seen, self._state, self._period)
        return mean


class Sma(OneInput[float], of=sma, title="Simple moving average", overlay=True, aliases=("ma",)):
    """Streaming twin of :func:`sma`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._mean = MeanOfWindow(self.period)

    def _advance(self, value: float) -> float:
        return self._mean.push(value, self._count)


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
