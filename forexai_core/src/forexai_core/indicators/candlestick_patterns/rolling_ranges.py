"""Averages of candle ranges, kept exactly as TA-Lib keeps them.

TA-Lib judges a body or a shadow by an average of the candles before it. The average is a rolling sum that starts
where the pattern's look-back ends, gains the newest range and loses the oldest at every bar, and so carries its own
rounding errors along. Patterns compare with ``<`` and ``<=``, so where a range equals its average those errors
decide. Hence the sums here take the same steps in the same order: one sum for every candle of a pattern that is
judged, not one for all.
"""

from __future__ import annotations

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import Prices, body, candle, lower_shadow, upper_shadow
from forexai_core.indicators.inputs import Floats, Records

__all__ = [
    "BLOCK",
    "HIGH_LOW",
    "MEAN",
    "MEANS",
    "REAL_BODY",
    "ROW",
    "SHADOWS",
    "SUM",
    "SUMS",
    "begin_sums",
    "fill_means",
]

REAL_BODY, HIGH_LOW, SHADOWS = 0, 1, 2
"""Kinds of range: of the real body, of the whole candle, of both shadows together."""

BLOCK = 64
"""Bars that are worked on at a time: few enough that the processor begins the next while it still sums up these."""

ROW = BLOCK + 8
"""Numbers from one row of such a block to the next: no power of 2, so that rows spread over the cache."""

MEANS = 9
"""Most thresholds that one pattern asks for."""

SUMS = 12
"""Room for the sums that these take; divisible by 4, because sums are moved on by fours."""

SUM = np.dtype(
    [
        ("kind", np.int64),
        ("period", np.int64),  # ranges summed up
        ("offset", np.int64),  # of the judged candle, in bars before the newest
        ("lead", np.int64),  # bars before the look-back's end at which the sum starts
        ("total", np.float64),
    ]
)
"""A rolling sum of the ranges before a candle."""

MEAN = np.dtype(
    [
        ("kind", np.int64),
        ("period", np.int64),  # 0 takes the judged candle's own range
        ("offset", np.int64),
        ("factor", np.float64),
        ("source", np.int64),  # the sum that it is taken of, where the period is not 0
    ]
)
"""A threshold: a factor times an average."""


@kernel(forceinline=True)
def _range(prices: Prices, kind: int, i: int) -> float:
    bar = candle(prices, i)
    if kind == REAL_BODY:
        return body(bar)
    if kind == HIGH_LOW:
        return bar.high - bar.low
    return upper_shadow(bar) + lower_shadow(bar)


@kernel
def begin_sums(open_: Floats, high: Floats, low: Floats, close: Floats, sums: Records, count: int, start: int) -> None:
    """Sum up the ranges of before the first bar that is judged.

    Parameters
    ----------
    open_, high, low, close : (rows,) float64
        Bars.
    sums : (SUMS,) records of ``SUM``
        Their totals are set.
    count : int
        How many of them are in use.
    start : int
        Position of the first bar that the pattern is looked for at.
    """
    prices = Prices(open_, high, low, close)
    for k in range(count):
        each = sums[k]
        kind, period = each["kind"], each["period"]
        first = start - each["lead"] - each["offset"]
        total = 0.0
        for i in range(first - period, first):
            total += _range(prices, kind, i)
        for i in range(first, start - each["offset"]):
            total += _range(prices, kind, i) - _range(prices, kind, i - period)
        each["total"] = total


@kernel(forceinline=True)
def _measure(prices: Prices, kind: int, period: int, begin: int, end: int, changes: Floats, place: int) -> None:
    for i in range(begin, end):
        changes[np.uint64(place + i - begin)] = _range(prices, kind, i) - _range(prices, kind, i - period)


@kernel(forceinline=True)
def _roll(prices: Prices, kind: int, period: int, begin: int, end: int, total: float, totals: Floats) -> float:
    for i in range(begin, end):
        totals[np.uint64(i - begin)] = total
        total += _range(prices, kind, i) - _range(prices, kind, i - period)
    return total


@kernel(forceinline=True)
def _roll_two(changes: Floats, sums: Records, first: int, count: int, totals: Floats) -> None:
    a, b = sums[first], sums[first + 1]
    total_a, total_b = a["total"], b["total"]
    place = first * ROW
    for i in range(place, place + count):
        in_a, in_b = np.uint64(i), np.uint64(i + ROW)
        totals[in_a], totals[in_b] = total_a, total_b
        total_a += changes[in_a]
        total_b += changes[in_b]
    a["total"], b["total"] = total_a, total_b


@kernel(forceinline=True)
def _roll_four(changes: Floats, sums: Records, first: int, count: int, totals: Floats) -> None:
    a, b, c, d = sums[first], sums[first + 1], sums[first + 2], sums[first + 3]
    total_a, total_b, total_c, total_d = a["total"], b["total"], c["total"], d["total"]
    place = first * ROW
    for i in range(place, place + count):
        in_a, in_b = np.uint64(i), np.uint64(i + ROW)
        in_c, in_d = np.uint64(i + 2 * ROW), np.uint64(i + 3 * ROW)
        totals[in_a], totals[in_b], totals[in_c], totals[in_d] = total_a, total_b, total_c, total_d
        total_a += changes[in_a]
        total_b += changes[in_b]
        total_c += changes[in_c]
        total_d += changes[in_d]
    a["total"], b["total"], c["total"], d["total"] = total_a, total_b, total_c, total_d


@kernel(forceinline=True)
def _move_one(prices: Prices, sums: Records, begin: int, end: int, totals: Floats) -> None:
    # Measured and summed up in one go: adding is what takes the time, and measuring hides behind it.
    each = sums[0]
    period, offset = each["period"], each["offset"]
    if each["kind"] == REAL_BODY:
        each["total"] = _roll(prices, REAL_BODY, period, begin - offset, end - offset, each["total"], totals)
    else:
        each["total"] = _roll(prices, HIGH_LOW, period, begin - offset, end - offset, each["total"], totals)


@kernel(forceinline=True)
def _move_many(
    prices: Prices, sums: Records, count: int, begin: int, end: int, changes: Floats, totals: Floats
) -> None:
    # Measured one after another, several bars at once; then moved on together, because each addition waits for the
    # one before it and not for those of other sums.
    for k in range(count):
        each = sums[k]
        period, offset = each["period"], each["offset"]
        if each["kind"] == REAL_BODY:
            _measure(prices, REAL_BODY, period, begin - offset, end - offset, changes, k * ROW)
        elif each["kind"] == HIGH_LOW:
            _measure(prices, HIGH_LOW, period, begin - offset, end - offset, changes, k * ROW)
        else:
            _measure(prices, SHADOWS, period, begin - offset, end - offset, changes, k * ROW)
    for first in range(0, count, 4):
        if count - first > 2:
            _roll_four(changes, sums, first, end - begin, totals)
        else:
            _roll_two(changes, sums, first, end - begin, totals)


@kernel(forceinline=True)
def _own_ranges(
    prices: Prices, kind: int, begin: int, end: int, factor: float, half: float, means: Floats, place: int
) -> None:
    for i in range(begin, end):
        means[np.uint64(place + i - begin)] = factor * _range(prices, kind, i) * half


@kernel(forceinline=True)
def _scale(prices: Prices, thresholds: Records, k: int, begin: int, end: int, totals: Floats, means: Floats) -> None:
    mean, place = thresholds[k], k * ROW
    # In TA-Lib's order of operations, which decides where a range equals its average. It divides by 2 where both
    # shadows were measured; taking half gives the same bits sooner.
    kind, offset, factor = mean["kind"], mean["offset"], mean["factor"]
    half = 0.5 if kind == SHADOWS else 1.0
    if mean["period"] > 0:
        period, source = float(mean["period"]), mean["source"] * ROW
        for i in range(end - begin):
            means[np.uint64(place + i)] = factor * (totals[np.uint64(source + i)] / period) * half
    elif kind == REAL_BODY:
        _own_ranges(prices, REAL_BODY, begin - offset, end - offset, factor, half, means, place)
    elif kind == HIGH_LOW:
        _own_ranges(prices, HIGH_LOW, begin - offset, end - offset, factor, half, means, place)
    else:
        _own_ranges(prices, SHADOWS, begin - offset, end - offset, factor, half, means, place)


@kernel
def fill_means(
    open_: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    sums: Records,
    sum_count: int,
    thresholds: Records,
    count: int,
    begin: int,
    end: int,
    room: Floats,
    means: Floats,
) -> None:
    """Write the thresholds that every bar of a block is judged by, and move the sums on.

    Parameters
    ----------
    open_, high, low, close : (rows,) float64
        Bars.
    sums : (SUMS,) records of ``SUM``
        Their totals stand at ``begin`` and are moved to ``end``.
    sum_count : int
        How many of them are in use.
    thresholds : (MEANS,) records of ``MEAN``
        What is written.
    count : int
        How many of them are in use.
    begin, end : int
        The block, at most ``BLOCK`` bars.
    room : (2, SUMS * ROW) float64
        To work in.
    means : (MEANS * ROW,) float64
        Threshold ``k`` of the bar at ``i`` is written to ``k * ROW + i - begin``.
    """
    prices = Prices(open_, high, low, close)
    if sum_count == 1 and sums[0]["kind"] != SHADOWS:
        _move_one(prices, sums, begin, end, room[1])
    elif sum_count > 0:
        _move_many(prices, sums, sum_count, begin, end, room[0], room[1])
    for k in range(count):
        _scale(prices, thresholds, k, begin, end, room[1], means)
