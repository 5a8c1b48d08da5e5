"""Studies of bars that TA-Lib lacks, in plain Python: row by row, each from its definition."""

from __future__ import annotations

import math
from itertools import pairwise

from plain_averages import after, smma
from plain_indicators import NAN, atr, ema, highest, lowest, rolling, sma, true_range


def medians(high, low):
    return [(a + b) / 2 for a, b in zip(high, low, strict=True)]


def demarker(high, low, period):
    up = [max(b - a, 0.0) for a, b in pairwise(high)]
    down = [max(a - b, 0.0) for a, b in pairwise(low)]
    rows = zip(sma(up, period), sma(down, period), strict=True)
    return ([NAN, *(0.0 if a + b < 1e-14 else a / (a + b) for a, b in rows)])[: len(high)]


def awesome(high, low, fast, slow):
    middle = medians(high, low)
    return [a - b for a, b in zip(sma(middle, fast), sma(middle, slow), strict=True)]


def accelerator(high, low, fast, slow, smoothing):
    leads = awesome(high, low, fast, slow)
    means = after(max(fast, slow) - 1, leads, lambda rest: sma(rest, smoothing))
    return [lead - mean for lead, mean in zip(leads, means, strict=True)]


def elder_ray(high, low, close, period):
    middle = ema(close, period)
    return [h - m for h, m in zip(high, middle, strict=True)], [x - m for x, m in zip(low, middle, strict=True)]


def fisher(high, low, period):
    middle = medians(high, low)
    lines, triggers, value, line = [], [], 0.0, 0.0
    for i in range(len(middle)):
        if i < period - 1:
            lines.append(NAN)
            triggers.append(NAN)
            continue
        window = middle[i - period + 1 : i + 1]
        width = max(window) - min(window)
        place = (middle[i] - min(window)) / width - 0.5 if width else 0.0
        value = min(max(0.33 * 2 * place + 0.67 * value, -0.999), 0.999)
        triggers.append(line)
        line = 0.5 * math.log((1 + value) / (1 - value)) + 0.5 * line
        lines.append(line)
    return lines, triggers


def supertrend(high, low, close, period, ranges):
    widths, middle = atr(high, low, close, period), medians(high, low)
    lines, directions, upper, lower, direction = [], [], NAN, NAN, 0
    for i, width in enumerate(widths):
        if i < period:
            lines.append(NAN)
            directions.append(NAN)
            continue
        top, bottom = middle[i] + ranges * width, middle[i] - ranges * width
        if direction == 0:
            upper, lower, direction = top, bottom, -1
        else:
            upper = top if top < upper or close[i - 1] > upper else upper
            lower = bottom if bottom > lower or close[i - 1] < lower else lower
            if direction == 1 and close[i] < lower:
                direction = -1
            elif direction == -1 and close[i] > upper:
                direction = 1
        lines.append(lower if direction == 1 else upper)
        directions.append(direction)
    return lines, directions


def ichimoku(high, low, *settings):
    tenkan, kijun, senkou, displacement = settings

    def middle(period):
        return [(a + b) / 2 for a, b in zip(highest(high, period), lowest(low, period), strict=True)]

    def late(line):
        return ([NAN] * displacement + line)[: len(line)]

    short, long = middle(tenkan), middle(kijun)
    return short, long, late([(a + b) / 2 for a, b in zip(short, long, strict=True)]), late(middle(senkou))


def vortex(high, low, close, period):
    plus = [abs(high[i] - low[i - 1]) for i in range(1, len(high))]
    minus = [abs(low[i] - high[i - 1]) for i in range(1, len(high))]
    whole = rolling(true_range(high, low, close)[1:], period, math.fsum)
    return tuple(
        ([NAN, *(0.0 if w < 1e-14 else m / w for m, w in zip(rolling(line, period, math.fsum), whole, strict=True))])[
            : len(high)
        ]
        for line in (plus, minus)
    )


def alligator(high, low, *settings):
    middle = medians(high, low)
    pairs = zip(settings[::2], settings[1::2], strict=True)
    return tuple(([NAN] * shift + smma(middle, length))[: len(middle)] for length, shift in pairs)


def atr_bands(high, low, close, period, ranges):
    widths = atr(high, low, close, period)
    rows = list(zip(close, widths, strict=True))
    return (
        [c + ranges * w for c, w in rows],
        [NAN if math.isnan(w) else c for c, w in rows],
        [c - ranges * w for c, w in rows],
    )


def choppiness(high, low, close, period):
    way = [NAN, *rolling(true_range(high, low, close)[1:], period, math.fsum)][: len(high)]
    out = []
    for total, top, bottom in zip(way, highest(high, period), lowest(low, period), strict=True):
        known = not math.isnan(total)
        out.append(100 * math.log10(total / (top - bottom)) / math.log10(period) if known else NAN)
    return out


def mass_index(high, low, period, smoothing):
    widths = [a - b for a, b in zip(high, low, strict=True)]
    once = ema(widths, smoothing)
    twice = after(smoothing - 1, once, lambda rest: ema(rest, smoothing))
    ratios = [a / b for a, b in zip(once, twice, strict=True)]
    return after(2 * (smoothing - 1), ratios, lambda rest: rolling(rest, period, math.fsum))


def cmf(high, low, close, volume, period):
    rows = [
        (((c - b) - (a - c)) / (a - b) * v if a > b else 0.0, v)
        for a, b, c, v in zip(high, low, close, volume, strict=True)
    ]
    return rolling(rows, period, lambda w: math.fsum(f for f, _ in w) / math.fsum(v for _, v in w))


def force_index(close, volume, period):
    forces = [(close[i] - close[i - 1]) * volume[i] for i in range(1, len(close))]
    return ([NAN, *ema(forces, period)])[: len(close)]


def heikin_ashi(opened, high, low, close):
    bars, begun, ended = [], NAN, NAN
    for i, (o, h, x, c) in enumerate(zip(opened, high, low, close, strict=True)):
        begun = (o + c) / 2 if i == 0 else (begun + ended) / 2
        ended = (o + h + x + c) / 4
        bars.append((begun, max(h, begun, ended), min(x, begun, ended), ended))
    return tuple(zip(*bars, strict=True))


def vwap(high, low, close, volume, day):
    typical = [(a + b + c) / 3 for a, b, c in zip(high, low, close, strict=True)]
    out = []
    for i in range(len(day)):
        rows = [k for k in range(i + 1) if day[k] == day[i]]
        out.append(math.fsum(typical[k] * volume[k] for k in rows) / math.fsum(volume[k] for k in rows))
    return out


def hurst(values, period):
    lags = [2**k for k in range(20) if 2**k <= period // 4]

    def exponent(window):
        squares = [
            math.fsum((new - old) ** 2 for old, new in zip(window, window[lag:], strict=False)) / (period - lag)
            for lag in lags
        ]
        if not all(squares):
            return 0.5
        places, heights = [math.log(lag) for lag in lags], [math.log(square) for square in squares]
        middle, level = math.fsum(places) / len(lags), math.fsum(heights) / len(lags)
        rise = math.fsum((x - middle) * (y - level) for x, y in zip(places, heights, strict=True))
        return 0.5 * rise / math.fsum((x - middle) ** 2 for x in places)

    return rolling(values, period, exponent)
