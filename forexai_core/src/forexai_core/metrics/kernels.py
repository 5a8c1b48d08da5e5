"""The passes over whole equity curves and return series, compiled.

Imported when something is computed, so that ``import forexai_core.metrics`` does not load numba.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from forexai_core._jit import kernel

__all__ = ["open_and_held", "scan_equity", "scan_returns"]


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
    peak = initial
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
            lowest = min(lowest, value)
            inner = max(inner, peak - lowest)
            inner_fraction = max(inner_fraction, 1.0 - lowest / peak)
        if value > peak:
            peak = value
        elif value < peak:
            fall = max(fall, peak - value)
            fraction = max(fraction, 1.0 - value / peak)
    return -1, fall, fraction, inner, inner_fraction


@kernel
def scan_returns(returns: NDArray[Any]) -> tuple[int, float, float, float, float, float]:
    """Gather in one pass what the ratios of a series of returns need.

    Sums run over differences from the first return, in two interleaved lanes: exact enough for a
    variance in one pass, and short chains of dependent additions.

    Parameters
    ----------
    returns : (n,) float64
        Simple returns of equal periods.

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
    total_a = total_b = squares_a = squares_b = downside_a = downside_b = 0.0
    growth = peak = 1.0
    fall = 0.0
    pairs = size - size % 2
    for row in range(0, pairs, 2):
        one, two = returns[row], returns[row + 1]
        from_one, from_two = one - first, two - first
        total_a += from_one
        total_b += from_two
        squares_a += from_one * from_one
        squares_b += from_two * from_two
        down_one, down_two = min(one, 0.0), min(two, 0.0)
        downside_a += down_one * down_one
        downside_b += down_two * down_two
        middle = growth * (1.0 + one)
        growth = growth * ((1.0 + one) * (1.0 + two))
        peak = max(peak, middle)
        fall = max(fall, 1.0 - middle / peak)
        peak = max(peak, growth)
        fall = max(fall, 1.0 - growth / peak)
    if pairs < size:
        one = returns[pairs]
        total_a += one - first
        squares_a += (one - first) * (one - first)
        downside_a += min(one, 0.0) * min(one, 0.0)
        growth *= 1.0 + one
        peak = max(peak, growth)
        fall = max(fall, 1.0 - growth / peak)
    total, squares = total_a + total_b, squares_a + squares_b
    bad = -1
    if not (math.isfinite(total) and math.isfinite(squares)):
        for row in range(size):
            if not math.isfinite(returns[row]):
                bad = row
                break
    return bad, total, squares, downside_a + downside_b, growth, fall


@kernel
def open_and_held(
    open_ns: NDArray[Any], close_ns: NDArray[Any], from_ns: NDArray[Any], to_ns: NDArray[Any]
) -> tuple[int, int]:
    """Measure how long the market was open, and how much of that a position was held.

    Parameters
    ----------
    open_ns, close_ns : (spans,) int64
        When the market was open: ascending, without overlap.
    from_ns, to_ns : (times,) int64
        When a position was held: ascending, without overlap.

    Returns
    -------
    open_time, held_time : int
        Nanoseconds.
    """
    open_time = held_time = 0
    first = 0
    for span in range(open_ns.size):
        start, stop = open_ns[span], close_ns[span]
        open_time += stop - start
        while first < from_ns.size and to_ns[first] <= start:
            first += 1
        at = first
        while at < from_ns.size and from_ns[at] < stop:
            held_time += min(stop, to_ns[at]) - max(start, from_ns[at])
            at += 1
    return open_time, held_time
