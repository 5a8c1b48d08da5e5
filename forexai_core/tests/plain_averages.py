"""Averages and statistics that TA-Lib lacks, in plain Python: row by row, each from its definition."""

from __future__ import annotations

import math
from itertools import pairwise

from plain_indicators import NAN, ema, rolling, sma, standard_deviation, wma


def after(first, values, function):
    """Apply a function of a series to what follows the first rows, which give nothing."""
    return [NAN] * min(first, len(values)) + list(function(values[first:]))


def smma(values, period):
    return ema(values, period, 1.0 / period)


def hma(values, period):
    half, whole = wma(values, period // 2), wma(values, period)
    steps = [2 * fast - slow for fast, slow in zip(half, whole, strict=True)]
    return after(period - 1, steps, lambda rest: wma(rest, math.isqrt(period)))


def zlema(values, period):
    lag = (period - 1) // 2
    ahead = [2 * values[i] - values[i - lag] for i in range(lag, len(values))]
    return [NAN] * min(lag, len(values)) + ema(ahead, period)


def alma(values, period, offset, sigma):
    top, width = offset * (period - 1), period / sigma
    weights = [math.exp(-((k - top) ** 2) / (2 * width**2)) for k in range(period)]
    return rolling(
        values, period, lambda w: math.fsum(a * b for a, b in zip(weights, w, strict=True)) / math.fsum(weights)
    )


def vwma(close, volume, period):
    rows = list(zip(close, volume, strict=True))
    return rolling(rows, period, lambda w: math.fsum(c * v for c, v in w) / math.fsum(v for _, v in w))


def vidya(values, period, smoothing):
    out, average = [NAN] * min(period, len(values)), NAN
    for i in range(period, len(values)):
        moves = [values[k] - values[k - 1] for k in range(i - period + 1, i + 1)]
        way = math.fsum(map(abs, moves))
        weight = 2 / (smoothing + 1) * (abs(math.fsum(moves)) / way if way > 0 else 0.0)
        before = values[i - 1] if i == period else average
        average = before + weight * (values[i] - before)
        out.append(average)
    return out


def envelopes(values, period, percent):
    middle = sma(values, period)
    return [m * (1 + percent / 100) for m in middle], middle, [m * (1 - percent / 100) for m in middle]


def z_score(values, period):
    rows = zip(values, sma(values, period), standard_deviation(values, period), strict=True)
    return [0.0 if spread == 0 else (value - mean) / spread for value, mean, spread in rows]


def percent_rank(values, period):
    return [
        NAN if i < period else 100 * sum(old <= values[i] for old in values[i - period : i]) / period
        for i in range(len(values))
    ]


def dpo(values, period):
    mean, back = sma(values, period), period // 2 + 1
    return [NAN if i < back else values[i - back] - mean[i] for i in range(len(values))]


def kst(values, *settings):
    first, second, third, fourth, smoothing, last_smoothing, signal = settings
    lengths = (smoothing, smoothing, smoothing, last_smoothing)
    lines = []
    for distance, length in zip((first, second, third, fourth), lengths, strict=True):
        rates = [(values[i] / values[i - distance] - 1) * 100 for i in range(distance, len(values))]
        lines.append([NAN] * min(distance, len(values)) + sma(rates, length))
    sums = [a + 2 * b + 3 * c + 4 * d for a, b, c, d in zip(*lines, strict=True)]
    start = sum(math.isnan(value) for value in sums)
    signals = after(start, sums, lambda rest: sma(rest, signal))
    return [NAN if math.isnan(s) else line for line, s in zip(sums, signals, strict=True)], signals


def wilder_rsi(values, period):
    moves = [b - a for a, b in pairwise(values)]
    gain, loss = smma([max(m, 0.0) for m in moves], period), smma([max(-m, 0.0) for m in moves], period)
    shares = [0.0 if g + x < 1e-14 else 100 * g / (g + x) for g, x in zip(gain, loss, strict=True)]
    return ([NAN, *shares])[: len(values)]


def connors_rsi(values, period, streak_period, rank_period):
    streaks, changes = [], []
    for i, value in enumerate(values):
        if i == 0:
            streaks.append(0.0)
            continue
        last, streak = values[i - 1], streaks[-1]
        changes.append((value / last - 1) * 100)
        streaks.append(0.0 if value == last else max(streak, 0) + 1 if value > last else min(streak, 0) - 1)
    ranks = ([NAN, *percent_rank(changes, rank_period)])[: len(values)]
    rows = zip(wilder_rsi(values, period), wilder_rsi(streaks, streak_period), ranks, strict=True)
    return [sum(row) / 3 for row in rows]
