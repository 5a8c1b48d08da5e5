"""Variance and standard deviation of a moving window.

The population forms, as in TA-Lib's VAR and STDDEV. TA-Lib subtracts the squared mean from the mean square of raw
prices, which loses half the digits; here values are taken relative to a recent mean, so that a deviation of a
tenth of a point at a price of 100,000 still has nearly all of its digits. TA-Lib also calls a deviation below
1e-7 zero; here only a window of equal values has none.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import FRESH_AFTER, fresh_sum
from forexai_core.indicators.windows import Window

__all__ = [
    "NO_MOMENTS",
    "Moments",
    "StandardDeviation",
    "Variance",
    "scratch_of",
    "standard_deviation",
    "variance",
    "variance_step",
    "write_block_of_variances",
]

Moments: TypeAlias = tuple[int, float, float, float]
"""Steps until the sums are taken afresh; their centre; the sums of what the values are above it, and of the squares."""

NO_MOMENTS: Moments = (0, 0.0, 0.0, 0.0)
"""The state of before the first value."""

LOST_DIGITS = 1e4
"""The sums are taken afresh when what left them, or their mean, was so many times what they measure."""


@kernel
def _fresh_moments(values: Floats, i: int, period: int) -> tuple[float, float, float]:
    centre, total = fresh_sum(values, i, period)
    even, odd = 0.0, 0.0
    k = i - period + 1
    while k < i:
        one, two = values[k] - centre, values[k + 1] - centre
        odd += one * one
        even += two * two
        k += 2
    if k == i:
        odd += (values[i] - centre) * (values[i] - centre)
    return centre, total, odd + even


@kernel(forceinline=True)
def _variance_of_moments(total: float, squares: float, period: int) -> float:
    share = 1.0 / period
    mean = total * share
    return max(squares * share - mean * mean, 0.0)


@kernel(forceinline=True)
def _slide(entering: float, leaving: float, centre: float, total: float, squares: float) -> tuple[float, float]:
    joined, gone = entering - centre, leaving - centre
    return total + (entering - leaving), squares + (joined * joined - gone * gone)


@kernel(forceinline=True)
def _variance_and_doubt(leaving: float, centre: float, total: float, squares: float, period: int) -> tuple[float, bool]:
    share = 1.0 / period
    gone, mean = leaving - centre, total * share
    variance = squares * share - mean * mean
    return variance, (gone * gone > LOST_DIGITS * squares) | (mean * mean > LOST_DIGITS * variance)


@kernel(forceinline=True)
def variance_step(
    entering: float, leaving: float, values: Floats, i: int, seen: int, state: Moments, period: int
) -> tuple[Moments, float]:
    """Advance the variance of a window by the value at ``i``.

    Parameters
    ----------
    entering, leaving : float
        ``values[i]`` and ``values[i - period]``; the second is not used before there is one.
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    state : Moments
        The state; ``NO_MOMENTS`` at the start.
    period : int
        Length of the window.

    Returns
    -------
    state : Moments
        The new state.
    variance : float
        Mean squared distance from the mean, never negative; NaN during warm-up.
    """
    remaining, centre, total, squares = state
    if seen < period - 1:
        return (0, 0.0, 0.0, 0.0), math.nan
    if remaining == 0:
        centre, total, squares = _fresh_moments(values, i, period)
        variance = _variance_of_moments(total, squares, period)
        remaining = max(period, FRESH_AFTER)
    else:
        total, squares = _slide(entering, leaving, centre, total, squares)
        variance, lost = _variance_and_doubt(leaving, centre, total, squares, period)
        if lost:
            centre, total, squares = _fresh_moments(values, i, period)
            variance = _variance_of_moments(total, squares, period)
    return (remaining - 1, centre, total, squares), variance


def scratch_of(period: int) -> Floats:
    """Make the room that :func:`write_block_of_variances` works in.

    Parameters
    ----------
    period : int
        Length of the window.

    Returns
    -------
    (2, max(period, FRESH_AFTER)) float64
        Not initialised.
    """
    return np.empty((2, max(period, FRESH_AFTER)))


@kernel
def write_block_of_variances(values: Floats, start: int, stop: int, period: int, scratch: Floats, out: Floats) -> None:
    """Write the variances of the windows that end in some rows; the first of them from fresh sums.

    Parameters
    ----------
    values : (rows,) float64
        Finite.
    start, stop : int
        The rows: the first full window's, and then every ``max(period, FRESH_AFTER)`` rows.
    period : int
        Length of the window.
    scratch : (2, max(period, FRESH_AFTER)) float64
        Room to work in; see :func:`scratch_of`.
    out : (stop - start,) float64
        Overwritten.
    """
    centre, total, squares = _fresh_moments(values, start, period)
    out[0] = _variance_of_moments(total, squares, period)
    entering, leaving, variances = values[start + 1 : stop], values[start + 1 - period : stop - period], out[1:]
    totals, sums = scratch[0], scratch[1]
    # Two loops: what does not wait for the row before is done for several rows at once.
    for k in range(variances.shape[0]):
        total, squares = _slide(entering[k], leaving[k], centre, total, squares)
        totals[k], sums[k] = total, squares
    lost = False
    for k in range(variances.shape[0]):
        variances[k], doubt = _variance_and_doubt(leaving[k], centre, totals[k], sums[k], period)
        lost |= doubt
    if lost:  # seldom: once more, with an eye on every row
        _write_carefully(values, start, stop, period, out)


@kernel
def _write_variances(values: Floats, period: int, scratch: Floats, out: Floats) -> None:
    rows = values.shape[0]
    out[: min(period - 1, rows)] = math.nan
    # The same steps in the same order as in a stream, in blocks that each begin with fresh sums.
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        stop = min(start + max(period, FRESH_AFTER), rows)
        write_block_of_variances(values, start, stop, period, scratch, out[start:stop])


@kernel
def _write_deviations(values: Floats, period: int, scratch: Floats, out: Floats) -> None:
    rows = values.shape[0]
    out[: min(period - 1, rows)] = math.nan
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        stop = min(start + max(period, FRESH_AFTER), rows)
        block = out[start:stop]
        write_block_of_variances(values, start, stop, period, scratch, block)
        for k in range(block.shape[0]):
            block[k] = math.sqrt(block[k])


@kernel
def _write_carefully(values: Floats, start: int, stop: int, period: int, out: Floats) -> None:
    state = NO_MOMENTS
    state, out[0] = variance_step(values[start], 0.0, values, start, start, state, period)
    for i in range(start + 1, stop):
        state, out[i - start] = variance_step(values[i], values[i - period], values, i, i, state, period)


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
    (period,) = StandardDeviation.checked(period)
    return one_line("standard_deviation", _write_deviations, period, scratch_of(period), values=values)


def variance(values: ArrayLike, period: int = 20) -> Floats:
    """Average the squared distance of the last ``period`` values from their mean.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        Population variance (divided by ``period``), in the squared unit of ``values``; NaN in the first
        ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Variance.checked(period)
    return one_line("variance", _write_variances, period, scratch_of(period), values=values)


class Variance(OneInput[float], of=variance, title="Variance", aliases=("var",)):
    """Streaming twin of :func:`variance`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_MOMENTS
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        values = self._window.values
        self._state, variance = variance_step(
            value, values[i - self.period], values, i, self._count, self._state, self.period
        )
        return variance


class StandardDeviation(Variance, of=standard_deviation, title="Standard deviation", aliases=("stddev", "stdev")):
    """Streaming twin of :func:`standard_deviation`."""

    def _advance(self, value: float) -> float:
        return math.sqrt(super()._advance(value))
