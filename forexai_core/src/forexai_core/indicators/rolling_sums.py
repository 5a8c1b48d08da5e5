"""Sums over a moving window that do not drift.

A running sum that only adds the newest value and subtracts the oldest collects a rounding error at every step, for
ever. Two remedies are here:

- *Centred* sums (:func:`centred_sum_step`) add up distances from a recent mean, which are small, so that their
  rounding errors are smaller still; now and then they are taken afresh, so that no error lives long. For prices.
- *Compensated* sums (:func:`rolling_sum_step`) keep every rounding error itself (error-free transformation: Knuth, The
  Art of Computer Programming 2, 4.2.2, theorems B and C), so that the sum stays right to the last bit or two over any
  number of bars, and a window of zeros has the sum 0. For quantities that vary by orders of magnitude, or may vanish.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats

__all__ = [
    "FRESH_AFTER",
    "NO_SUM_YET",
    "NO_WEIGHTED_SUM",
    "CentredSum",
    "WeightedSum",
    "centred_sum_step",
    "exact_change",
    "fresh_sum",
    "fresh_weighted_sum",
    "growing_sum_step",
    "lost_by_adding",
    "mean_of_sum",
    "rolling_sum_step",
    "slide_sum",
    "slide_weighted_sum",
    "weighted_sum_step",
]

FRESH_AFTER = 256
"""Centred sums are taken afresh after so many steps, or a period if that is longer."""

CentredSum: TypeAlias = tuple[int, float, float]
"""Steps until the sum is taken afresh; the centre; the sum of what the values are above it."""

NO_SUM_YET: CentredSum = (0, 0.0, 0.0)
"""The state of before the first value."""

WeightedSum: TypeAlias = tuple[int, float, float, float]
"""A ``CentredSum``, and the same sum with weights 1 (oldest) to the period (newest)."""

NO_WEIGHTED_SUM: WeightedSum = (0, 0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _sum_above(values: Floats, i: int, period: int, centre: float) -> float:
    # Four sums at once, always the same four: the processor adds them side by side.
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    k = i - period + 1
    while k + 3 <= i:
        a += values[k] - centre
        b += values[k + 1] - centre
        c += values[k + 2] - centre
        d += values[k + 3] - centre
        k += 4
    while k <= i:
        a += values[k] - centre
        k += 1
    return (a + b) + (c + d)


@kernel
def fresh_sum(values: Floats, i: int, period: int) -> tuple[float, float]:
    """Take a centred sum afresh.

    Parameters
    ----------
    values : float64
        Holds the last ``period`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    period : int
        Length of the window.

    Returns
    -------
    centre, total : float
        The mean, nearly, and the sum of what the values are above it: exactly 0 where all are equal.
    """
    centre = values[i]
    centre += _sum_above(values, i, period, centre) / period
    return centre, _sum_above(values, i, period, centre)


@kernel(forceinline=True)
def slide_sum(entering: float, leaving: float, total: float) -> float:
    """Move a centred sum on by one row.

    Parameters
    ----------
    entering, leaving : float
        The value that joins and the one that goes.
    total : float
        The sum so far.

    Returns
    -------
    float
        The new sum.
    """
    return total + (entering - leaving)


@kernel(forceinline=True)
def mean_of_sum(centre: float, total: float, period: int) -> float:
    """Give the mean that a centred sum makes.

    Parameters
    ----------
    centre, total : float
        As :func:`fresh_sum` gives them.
    period : int
        Length of the window.

    Returns
    -------
    float
        The mean.
    """
    return centre + total * (1.0 / period)


@kernel(forceinline=True)
def centred_sum_step(
    entering: float, leaving: float, values: Floats, i: int, seen: int, state: CentredSum, period: int
) -> tuple[CentredSum, float]:
    """Advance the mean of a window by the value at ``i``.

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
    state : CentredSum
        The state; ``NO_SUM_YET`` at the start.
    period : int
        Length of the window.

    Returns
    -------
    state : CentredSum
        The new state.
    mean : float
        NaN during warm-up.
    """
    remaining, centre, total = state
    if seen < period - 1:
        return (0, 0.0, 0.0), math.nan
    if period == 1:
        return (0, 0.0, 0.0), entering
    if remaining == 0:
        centre, total = fresh_sum(values, i, period)
        remaining = max(period, FRESH_AFTER)
    else:
        total = slide_sum(entering, leaving, total)
    return (remaining - 1, centre, total), mean_of_sum(centre, total, period)


@kernel
def fresh_weighted_sum(values: Floats, i: int, period: int) -> tuple[float, float, float]:
    """Take a plain and a linearly weighted sum afresh.

    Parameters
    ----------
    values, i, period
        As of :func:`fresh_sum`.

    Returns
    -------
    centre, total, weighted : float
        The mean, nearly; the sum of what the values are above it; the same with weights 1 (oldest) to ``period``.
    """
    centre, total = fresh_sum(values, i, period)
    even, odd = 0.0, 0.0
    start = i - period
    k = 1
    while k < period:
        odd += k * (values[start + k] - centre)
        even += (k + 1) * (values[start + k + 1] - centre)
        k += 2
    if k == period:
        odd += k * (values[i] - centre)
    return centre, total, odd + even


@kernel(forceinline=True)
def slide_weighted_sum(
    entering: float, leaving: float, centre: float, total: float, weighted: float, period: int
) -> tuple[float, float]:
    """Move a plain and a linearly weighted sum on by one row.

    Parameters
    ----------
    entering, leaving : float
        The value that joins and the one that goes.
    centre, total, weighted : float
        As :func:`fresh_weighted_sum` gave them.
    period : int
        Length of the window.

    Returns
    -------
    total, weighted : float
        The new sums.
    """
    # Every value's weight falls by one, so the plain sum goes; the newest joins with the whole weight.
    return total + (entering - leaving), weighted + (period * (entering - centre) - total)


@kernel(forceinline=True)
def weighted_sum_step(
    entering: float, leaving: float, values: Floats, i: int, seen: int, state: WeightedSum, period: int
) -> WeightedSum:
    """Advance the plain and the linearly weighted sum of a window by the value at ``i``.

    Parameters
    ----------
    entering, leaving, values, i, seen, period
        As of :func:`centred_sum_step`.
    state : WeightedSum
        The state; ``NO_WEIGHTED_SUM`` at the start.

    Returns
    -------
    WeightedSum
        The new state; zeros during warm-up.
    """
    remaining, centre, total, weighted = state
    if seen < period - 1:
        return 0, 0.0, 0.0, 0.0
    if remaining == 0:
        centre, total, weighted = fresh_weighted_sum(values, i, period)
        remaining = max(period, FRESH_AFTER)
    else:
        total, weighted = slide_weighted_sum(entering, leaving, centre, total, weighted, period)
    return remaining - 1, centre, total, weighted


@kernel(forceinline=True)
def exact_change(entering: float, leaving: float) -> tuple[float, float]:
    """Subtract exactly.

    Parameters
    ----------
    entering, leaving : float
        The value that joins a sum and the one that goes; 0 for none.

    Returns
    -------
    change, lost : float
        The difference, and what rounding took from it.
    """
    change = entering - leaving
    part = entering - change
    return change, (entering - (change + part)) + (part - leaving)


@kernel(forceinline=True)
def lost_by_adding(total: float, change: float, moved: float) -> float:
    """Give what rounding took from a sum.

    Parameters
    ----------
    total, change, moved : float
        What was added to what, and the sum.

    Returns
    -------
    float
        What is to be added to the sum to make it exact.
    """
    part = moved - total
    return (total - (moved - part)) + (change - part)


@kernel(forceinline=True)
def rolling_sum_step(total: float, error: float, entering: float, leaving: float) -> tuple[float, float]:
    """Replace one value of a compensated sum by another.

    Parameters
    ----------
    total, error : float
        The sum so far is ``total + error``.
    entering, leaving : float
        The value that joins and the one that goes; 0 for none.

    Returns
    -------
    total, error : float
        The new sum in the same two parts.
    """
    change, lost = exact_change(entering, leaving)
    moved = total + change
    return moved, error + (lost + lost_by_adding(total, change, moved))


@kernel(forceinline=True)
def growing_sum_step(total: float, error: float, entering: float) -> tuple[float, float]:
    """Add a value to a compensated sum; the same bits as of :func:`rolling_sum_step` with nothing that goes.

    Parameters
    ----------
    total, error : float
        The sum so far is ``total + error``.
    entering : float
        The value that joins.

    Returns
    -------
    total, error : float
        The new sum in the same two parts.
    """
    moved = total + entering
    return moved, error + lost_by_adding(total, entering, moved)
