"""The passes over whole equity curves and return series, compiled.

Imported when something is computed, so that ``import forexai_core.metrics`` does not load numba.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel

__all__ = [
    "LANES",
    "bar_of",
    "decimals_of",
    "extend_to_ends",
    "held_time",
    "plain_column",
    "scan_days",
    "scan_equity",
    "scan_returns",
    "sum_exactly",
]

LANES = 64
"""Sums that :func:`scan_returns` runs side by side."""


@kernel
def scan_equity(
    time_ns: NDArray[Any], equity: NDArray[Any], low: NDArray[Any], initial: float
) -> tuple[int, float, float, float, float]:
    """Find the deepest falls of an equity curve from its peaks.

    Parameters
    ----------
    time_ns : (rows,) int64
        When each row holds; checked for order.
    equity : (rows,) float64
        Equity at the close of each bar, money.
    low : (rows,) float64 or (0,) float64
        Lowest equity inside each bar; empty when unknown.
    initial : float
        Balance at the start: the first peak.

    Returns
    -------
    bad : int
        First row that is not finite or goes back in time; -1 when all are sound.
    fall, fall_fraction : float
        Largest ``peak - equity`` and largest ``1 - equity / peak``, each by itself.
    inner, inner_fraction : float
        The same against the lows inside the bars, from peaks of earlier closes.
    """
    # From one peak the deepest trough falls farthest, in money and in percent: one division a peak, not one a row.
    peak = trough = inner_trough = initial
    fall = fraction = inner = inner_fraction = 0.0
    inside = low.size > 0
    before = time_ns[0] if time_ns.size else 0
    for row in range(equity.size):
        value = equity[row]
        if not math.isfinite(value) or time_ns[row] < before:
            return row, fall, fraction, inner, inner_fraction
        before = time_ns[row]
        if inside:
            lowest = low[row]
            if not math.isfinite(lowest):
                return row, fall, fraction, inner, inner_fraction
            inner_trough = min(inner_trough, lowest, value)
        if value > peak:
            fall, fraction = max(fall, peak - trough), max(fraction, 1.0 - trough / peak)
            inner, inner_fraction = max(inner, peak - inner_trough), max(inner_fraction, 1.0 - inner_trough / peak)
            peak = trough = inner_trough = value
        else:
            trough = min(trough, value)
    fall, fraction = max(fall, peak - trough), max(fraction, 1.0 - trough / peak)
    inner, inner_fraction = max(inner, peak - inner_trough), max(inner_fraction, 1.0 - inner_trough / peak)
    return -1, fall, fraction, inner, inner_fraction


@kernel
def _compound(
    so_far: tuple[float, float, float, float], one: float, two: float, three: float, four: float
) -> tuple[float, float, float, float]:
    """Go four returns further: the product of ``1 + return``, its peak, the lowest since then, the deepest fall.

    The products of the four are made beside the long chain, and rows below the peak only lower the trough: one division
    a peak instead of one a row.
    """
    growth, peak, trough, fall = so_far
    first = 1.0 + one
    second = first * (1.0 + two)
    third = second * (1.0 + three)
    fourth = second * ((1.0 + three) * (1.0 + four))
    highest = max(first, second, third, fourth)
    lowest = min(first, second, third, fourth)
    if growth > 0.0 and growth * highest <= peak:
        return growth * fourth, peak, min(trough, growth * lowest), fall
    for product in (first, second, third, fourth):
        value = growth * product
        if value > peak:
            fall = max(fall, 1.0 - trough / peak)
            peak = trough = value
        else:
            trough = min(trough, value)
    return growth * fourth, peak, trough, fall


@kernel
def scan_returns(returns: NDArray[Any], sums: NDArray[Any]) -> tuple[int, float, float, float, float, float]:
    """Gather in one pass what the ratios of a series of returns need.

    Sums run over differences from the first return, and in lanes: exact enough for a variance in one pass, and added by
    vector instructions in an order that is the same on every machine.

    Parameters
    ----------
    returns : (n,) float64
        Simple returns of equal periods.
    sums : (3, LANES) float64
        Zeros; overwritten.

    Returns
    -------
    bad : int
        First return that is not finite; -1 when all are.
    total, squares : float
        Sum of the differences from the first return, and of their squares.
    downside : float
        Sum of the squares of the negative returns.
    growth : float
        Product of ``1 + return``.
    fall : float
        Largest fall of that product from its peak, as a fraction; the start is the first peak.
    """
    size = returns.size
    first = returns[0] if size else 0.0
    totals, squares, downsides = sums[0], sums[1], sums[2]
    compounded = (1.0, 1.0, 1.0, 0.0)
    whole = size - size % LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            value = returns[start + lane]
            loss = value if value < 0.0 else 0.0  # noqa: FURB136 - min() is not turned into vector instructions
            totals[lane] += value - first
            squares[lane] += (value - first) * (value - first)
            downsides[lane] += loss * loss
        for row in range(start, start + LANES, 4):
            compounded = _compound(compounded, returns[row], returns[row + 1], returns[row + 2], returns[row + 3])
    for row in range(whole, size):
        value = returns[row]
        loss = min(value, 0.0)
        totals[row - whole] += value - first
        squares[row - whole] += (value - first) * (value - first)
        downsides[row - whole] += loss * loss
        compounded = _compound(compounded, value, 0.0, 0.0, 0.0)
    growth, peak, trough, fall = compounded
    total = square = downside = 0.0
    for lane in range(LANES):
        total += totals[lane]
        square += squares[lane]
        downside += downsides[lane]
    bad = _first_not_finite(returns, total + square)
    return bad, total, square, downside, growth, max(fall, 1.0 - trough / peak)


@kernel
def scan_days(
    daily: NDArray[Any], initial: float, returns: NDArray[Any], sums: NDArray[Any]
) -> tuple[bool, float, tuple[int, float, float, float, float, float]]:
    """Gather what the figures of daily equity need.

    Parameters
    ----------
    daily : (days,) float64
        Equity at the end of each day.
    initial : float
        Equity before the first.
    returns : (days,) float64
        Overwritten with each day's return on the equity of the day before.
    sums : (3, LANES) float64
        Zeros; overwritten.

    Returns
    -------
    defined : bool
        Whether no day began with nothing, or less; else the returns mean nothing.
    squares : float
        Sum of the squared drawdowns, each a fraction of its peak.
    scan : tuple
        As :func:`scan_returns` gives it.
    """
    before = peak = initial
    squares, defined = 0.0, True
    for day in range(daily.size):
        value = daily[day]
        defined = defined and before > 0.0
        returns[day] = value / before - 1.0
        peak = max(peak, value)
        fall = 1.0 - value / peak
        squares += fall * fall
        before = value
    return defined, squares, scan_returns(returns, sums)


@kernel
def _first_not_finite(returns: NDArray[Any], witness: float) -> int:
    """Find the return that spoilt a sum; -1 when the sum is sound, which spares a look at every row."""
    if not math.isfinite(witness):
        for row in range(returns.size):
            if not math.isfinite(returns[row]):
                return row
    return -1


def plain_column(column: NDArray[Any]) -> NDArray[Any]:
    """Give a column in the one form that kernels are compiled for: contiguous and read-only; copied if need be."""
    plain = np.ascontiguousarray(column).view()
    plain.flags.writeable = False
    return plain


@kernel
def sum_exactly(values: NDArray[Any], partials: NDArray[Any], side: int) -> float:
    """Sum as ``math.fsum`` does, which is Shewchuk's algorithm: the float that is nearest to the true sum.

    Parameters
    ----------
    values : (n,) float64
        Finite.
    partials : (64,) float64
        Overwritten.
    side : int
        0 takes all values, +1 those above 0 only, -1 those below.

    Returns
    -------
    float
        NaN or infinite where a sum on the way is beyond any float.
    """
    count = 0
    for number in range(values.size):
        value = values[number]
        if (side > 0 and value <= 0.0) or (side < 0 and value >= 0.0):
            continue
        kept = 0
        for place in range(count):
            other = partials[place]
            large, small = (other, value) if abs(value) < abs(other) else (value, other)
            high = large + small
            low = small - (high - large)
            if low != 0.0:
                partials[kept] = low
                kept += 1
            value = high
        partials[kept] = value
        count = kept + 1
    if count == 0:
        return 0.0
    high, low = partials[count - 1], 0.0
    place = count - 2
    while place >= 0 and low == 0.0:
        large, small = high, partials[place]
        high = large + small
        low = small - (high - large)
        place -= 1
    # Half a unit in the last place, and the parts below say to which side: rounding to even was wrong.
    if place >= 0 and ((low < 0.0 and partials[place] < 0.0) or (low > 0.0 and partials[place] > 0.0)):
        doubled = low * 2.0
        nearer = high + doubled
        if doubled == nearer - high:
            high = nearer
    return high


@kernel
def decimals_of(values: NDArray[Any], most: int, relative_noise: float) -> int:
    """Find to how many decimals values were rounded, as ``np.round`` does it; -1 where to more than ``most``.

    Differences up to the noise, relative to the largest value, are none.
    """
    largest = 0.0
    for number in range(values.size):
        largest = max(largest, abs(values[number]))
    noise = relative_noise * largest
    for digits in range(most + 1):
        scale = 10.0**digits
        rounded = True
        for number in range(values.size):
            value = values[number]
            if not abs(value - np.rint(value * scale) / scale) <= noise:
                rounded = False
                break
        if rounded:
            return digits
    return -1


@kernel
def bar_of(open_ns: NDArray[Any], time_ns: int, near: int) -> int:
    """Find the last bar that opens at or before a time, the first where none does; fastest where it is near a guess."""
    bars = open_ns.size
    low, high, step = near, near + 1, 1  # the bar lies in [low, high)
    while low > 0 and open_ns[low] > time_ns:
        low = max(0, low - step)
        step *= 2
    step = 1
    while high < bars and open_ns[high] <= time_ns:
        high = min(bars, high + step)
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if open_ns[middle] <= time_ns:
            low = middle
        else:
            high = middle
    return low


@kernel
def extend_to_ends(open_ns: NDArray[Any], close_ns: NDArray[Any], inside: NDArray[Any], until_ns: NDArray[Any]) -> None:
    """Move times inside a bar to its end.

    Parameters
    ----------
    open_ns, close_ns : (bars,) int64
        Ascending.
    inside : (times,) bool
        Which times to move.
    until_ns : (times,) int64
        Changed in place. Fastest where they nearly ascend.
    """
    bar = 0
    for number in range(until_ns.size):
        if not inside[number]:
            continue
        time_ns = until_ns[number]
        bar = bar_of(open_ns, time_ns, bar)
        if open_ns[bar] <= time_ns:
            until_ns[number] = max(time_ns, close_ns[bar])


@kernel
def held_time(open_ns: NDArray[Any], close_ns: NDArray[Any], from_ns: NDArray[Any], to_ns: NDArray[Any]) -> int:
    """Measure for how much of the time in which the market was open a position was held.

    Parameters
    ----------
    open_ns, close_ns : (spans,) int64
        When the market was open: ascending, without overlap.
    from_ns, to_ns : (times,) int64
        When a position was held: ascending, without overlap.

    Returns
    -------
    int
        Nanoseconds.
    """
    total = span = 0
    spans = open_ns.size
    for held in range(from_ns.size):
        start, stop = from_ns[held], to_ns[held]
        while span < spans and close_ns[span] <= start:
            span += 1
        # Spans are added whole; what sticks out at both ends of the time is taken off again.
        first = span
        while span < spans and open_ns[span] < stop:
            total += close_ns[span] - open_ns[span]
            span += 1
        if span > first:
            total -= max(0, start - open_ns[first]) + max(0, close_ns[span - 1] - stop)
            span -= 1  # the next time may lie in the same span
    return total
