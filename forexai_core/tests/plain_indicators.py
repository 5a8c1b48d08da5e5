"""Indicators in plain Python: slow, window by window, with exact sums; the truth that kernels are compared with."""

from __future__ import annotations

import math
from fractions import Fraction

NAN = math.nan


def exact_mean(window):
    return float(sum(map(Fraction, window)) / len(window))


def exact_deviation(window):
    exact = [Fraction(value) for value in window]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    # An integer square root keeps digits that float(variance) would lose only far below what is compared.
    return math.sqrt(variance)


def rolling(values, period, function):
    return [NAN if i + 1 < period else function(list(values[i + 1 - period : i + 1])) for i in range(len(values))]


def sma(values, period):
    return rolling(values, period, exact_mean)


def standard_deviation(values, period):
    return rolling(values, period, exact_deviation)


def wma(values, period):
    weights = range(1, period + 1)
    return rolling(
        values,
        period,
        lambda window: float(
            sum(weight * Fraction(value) for weight, value in zip(weights, window, strict=True)) / sum(weights)
        ),
    )


def highest(values, period):
    return rolling(values, period, max)


def lowest(values, period):
    return rolling(values, period, min)


def ema(values, period, weight=None):
    weight = 2.0 / (period + 1) if weight is None else weight
    out, average = [], NAN
    for i, value in enumerate(values):
        if i + 1 == period:
            average = math.fsum(values[:period]) / period
        elif i + 1 > period:
            average += (value - average) * weight
        out.append(average)
    return out


def true_range(high, low, close):
    return [NAN] + [
        max(high[i] - low[i], abs(high[i] - close[i - 1]), abs(low[i] - close[i - 1])) for i in range(1, len(high))
    ]


def atr(high, low, close, period):
    return [NAN, *ema(true_range(high, low, close)[1:], period, 1.0 / period)][: len(high)]


def keltner(bars, period, ranges, atr_period):
    high, low, close = bars
    rows = zip(ema(close, period), atr(high, low, close, atr_period), strict=True)
    lines = [(middle + ranges * width, middle, middle - ranges * width) for middle, width in rows]
    return [line if not math.isnan(line[0]) else (NAN, NAN, NAN) for line in lines]


def donchian(high, low, period):
    rows = zip(highest(high, period), lowest(low, period), strict=True)
    return [(upper, (upper + lower) / 2, lower) for upper, lower in rows]


def floor_pivots(high, low, close, day):
    out = []
    for i, today in enumerate(day):
        earlier = [k for k in range(i) if day[k] != today]
        if not earlier:
            out.append((NAN,) * 7)
            continue
        last = [k for k in earlier if day[k] == day[earlier[-1]]]
        top, bottom, end = max(high[k] for k in last), min(low[k] for k in last), close[last[-1]]
        pivot = (top + bottom + end) / 3
        out.append(
            (
                pivot,
                2 * pivot - bottom,
                pivot + (top - bottom),
                top + 2 * (pivot - bottom),
                2 * pivot - top,
                pivot - (top - bottom),
                bottom - 2 * (top - pivot),
            )
        )
    return out


def _swing(values, peak, left, right, better):
    before, after = values[peak - left : peak], values[peak + 1 : peak + right + 1]
    return all(better(values[peak], value) for value in before) and not any(
        better(value, values[peak]) for value in after
    )


def swing_pivots(high, low, left, right):
    out = []
    for i in range(len(high)):
        peaks = range(left, i - right + 1)
        highs = [k for k in peaks if _swing(high, k, left, right, lambda a, b: a > b)]
        lows = [k for k in peaks if _swing(low, k, left, right, lambda a, b: a < b)]
        out.append(
            (
                high[highs[-1]] if highs else NAN,
                low[lows[-1]] if lows else NAN,
                float(i - highs[-1]) if highs else NAN,
                float(i - lows[-1]) if lows else NAN,
            )
        )
    return out
