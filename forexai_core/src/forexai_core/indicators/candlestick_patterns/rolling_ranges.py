"""Averages of candle ranges, kept exactly as TA-Lib keeps them.

TA-Lib judges a body or a shadow by an average of the candles before it. The average is a rolling sum that starts
where the pattern's look-back ends, gains the newest range and loses the oldest at every bar, and so carries its own
rounding errors along. Patterns compare with ``<`` and ``<=``, so where a range equals its average those errors
decide. Hence the sums here take the same steps in the same order: one sum for every candle of a pattern that is
judged (a *lane*), not one for all.
"""

from __future__ import annotations

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import Prices, body, candle, lower_shadow, upper_shadow
from forexai_core.indicators.inputs import Floats, Records

__all__ = ["BLOCK", "HIGH_LOW", "LANE", "LANES", "REAL_BODY", "SHADOWS", "begin_lanes", "fill_lanes"]

REAL_BODY, HIGH_LOW, SHADOWS = 0, 1, 2
"""Kinds of range: of the real body, of the whole candle, of both shadows together."""

BLOCK = 128
"""Bars that are worked on at a time: few enough that the processor begins the next while it still sums up these."""

LANES = 12
"""Room for the averages of one pattern, of which none needs more than 9; lanes are summed up by fours."""

LANE = np.dtype(
    [
        ("kind", np.int64),
        ("period", np.int64),  # bars averaged; 0 takes the judged candle's own range
        ("factor", np.float64),
        ("offset", np.int64),  # of the judged candle, in bars before the newest
        ("lead", np.int64),  # bars before the look-back's end at which the sum starts
        ("total", np.float64),
    ]
)
"""An average of candle ranges: what it is of, and its sum so far."""


@kernel(forceinline=True)
def _range(prices: Prices, kind: int, i: int) -> float:
    bar = candle(prices, i)
    if kind == REAL_BODY:
        return body(bar)
    if kind == HIGH_LOW:
        return bar.high - bar.low
    return upper_shadow(bar) + lower_shadow(bar)


@kernel
def begin_lanes(
    open_: Floats, high: Floats, low: Floats, close: Floats, lanes: Records, count: int, start: int
) -> None:
    """Sum up the ranges of before the first bar that is judged.

    Parameters
    ----------
    open_, high, low, close : (rows,) float64
        Bars.
    lanes : (LANES,) records of ``LANE``
        Their totals are set.
    count : int
        How many of them are in use.
    start : int
        Position of the first bar that the pattern is looked for at.
    """
    prices = Prices(open_, high, low, close)
    for k in range(count):
        lane = lanes[k]
        kind, period = lane["kind"], lane["period"]
        first = start - lane["lead"] - lane["offset"]
        total = 0.0
        for i in range(first - period, first):
            total += _range(prices, kind, i)
        for i in range(first, start - lane["offset"]):
            total += _range(prices, kind, i) - _range(prices, kind, i - period)
        lane["total"] = total


@kernel(forceinline=True)
def _roll(prices: Prices, kind: int, period: int, begin: int, end: int, total: float, sums: Floats) -> float:
    for i in range(begin, end):
        sums[np.uint64(i - begin)] = total
        total += _range(prices, kind, i) - _range(prices, kind, i - period)
    return total


@kernel(forceinline=True)
def _measure(prices: Prices, kind: int, period: int, begin: int, end: int, changes: Floats, place: int) -> None:
    if period == 0:
        for i in range(begin, end):
            changes[np.uint64(place + i - begin)] = _range(prices, kind, i)
    else:
        for i in range(begin, end):
            changes[np.uint64(place + i - begin)] = _range(prices, kind, i) - _range(prices, kind, i - period)


@kernel(forceinline=True)
def _roll_four(changes: Floats, lanes: Records, first: int, count: int, sums: Floats) -> None:
    a, b, c, d = lanes[first], lanes[first + 1], lanes[first + 2], lanes[first + 3]
    total_a, total_b, total_c, total_d = a["total"], b["total"], c["total"], d["total"]
    place = first * BLOCK
    for i in range(place, place + count):
        in_a, in_b = np.uint64(i), np.uint64(i + BLOCK)
        in_c, in_d = np.uint64(i + 2 * BLOCK), np.uint64(i + 3 * BLOCK)
        sums[in_a], sums[in_b], sums[in_c], sums[in_d] = total_a, total_b, total_c, total_d
        total_a += changes[in_a]
        total_b += changes[in_b]
        total_c += changes[in_c]
        total_d += changes[in_d]
    a["total"], b["total"], c["total"], d["total"] = total_a, total_b, total_c, total_d


@kernel(forceinline=True)
def _fill_one(prices: Prices, lanes: Records, begin: int, end: int, sums: Floats) -> None:
    # Measured and summed up in one go: adding is what takes the time, and measuring hides behind it.
    lane = lanes[0]
    period, offset = lane["period"], lane["offset"]
    if lane["kind"] == REAL_BODY:
        lane["total"] = _roll(prices, REAL_BODY, period, begin - offset, end - offset, lane["total"], sums)
    else:
        lane["total"] = _roll(prices, HIGH_LOW, period, begin - offset, end - offset, lane["total"], sums)


@kernel(forceinline=True)
def _fill_many(prices: Prices, lanes: Records, count: int, begin: int, end: int, changes: Floats, sums: Floats) -> None:
    # Measured one lane after another, several bars at once, then summed up four lanes at once.
    for k in range(count):
        lane = lanes[k]
        kind, period, offset = lane["kind"], lane["period"], lane["offset"]
        if kind == REAL_BODY:
            _measure(prices, REAL_BODY, period, begin - offset, end - offset, changes, k * BLOCK)
        elif kind == HIGH_LOW:
            _measure(prices, HIGH_LOW, period, begin - offset, end - offset, changes, k * BLOCK)
        else:
            _measure(prices, SHADOWS, period, begin - offset, end - offset, changes, k * BLOCK)
    for first in range(0, count, 4):
        _roll_four(changes, lanes, first, end - begin, sums)
    for k in range(count):
        if lanes[k]["period"] == 0:
            for i in range(k * BLOCK, k * BLOCK + end - begin):
                sums[np.uint64(i)] = changes[np.uint64(i)]


@kernel
def fill_lanes(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    lanes: Records,
    count: int,
    begin: int,
    end: int,
    changes: Floats,
    sums: Floats,
) -> None:
    """Write the sums that every bar of a block is judged by, and move them on.

    Parameters
    ----------
    open_, high, low, close : (rows,) float64
        Bars.
    lanes : (LANES,) records of ``LANE``
        Their totals stand at ``begin`` and are moved to ``end``.
    count : int
        How many of them are in use.
    begin, end : int
        The block, at most ``BLOCK`` bars.
    changes : (LANES * BLOCK,) float64
        Room to work in.
    sums : (LANES * BLOCK,) float64
        Lane ``k`` of the bar at ``i`` is written to ``k * BLOCK + i - begin``: the sum of ``period`` ranges before the
        judged candle, or that candle's own range where the period is 0.
    """
    prices = Prices(open_, high, low, close)
    if count == 1 and lanes[0]["kind"] != SHADOWS and lanes[0]["period"] > 0:
        _fill_one(prices, lanes, begin, end, sums)
    else:
        _fill_many(prices, lanes, count, begin, end, changes, sums)
