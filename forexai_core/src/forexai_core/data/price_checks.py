"""What deserves a look in sound prices: outliers, stale runs, gaps, odd spreads, closed hours."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.data.gaps import find_gaps
from forexai_core.data.market_hours import MarketHours
from forexai_core.data.validation_report import Finding, Gap, Severity
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.price_ranges import usual_prices
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["inspect_bars", "inspect_ticks"]

OUTLIER_MADS = 40.0
"""Moves beyond so many robust standard deviations are reported. Real news makes 20 to 30."""

_TO_SIGMA = 1.4826  # the median absolute deviation of a normal distribution, as a standard deviation
_STALE_MINUTES = 120
_STALE_BARS = 12
_WIDE_SPREAD = 30.0  # times the median
_FEW = 20
_MANY_MISSING = 0.01  # of the bars; fewer missing are the rule in every feed


def _finding(
    check: str, severity: Severity, where: NDArray[np.bool_], time_ns: NDArray[np.int64], message: str
) -> list[Finding]:
    count = int(where.sum())
    if count == 0:
        return []
    first = int(time_ns[np.argmax(where)])
    return [
        Finding(check=check, severity=severity, count=count, message=message.format(count=count), first_time_ns=first)
    ]


def inspect_bars(bars: Bars) -> tuple[tuple[Finding, ...], tuple[Gap, ...]]:
    """Look at sound bars; nothing is changed.

    Returns
    -------
    findings, gaps
        Outliers (robust score of logarithmic close-to-close and close-to-extreme moves), prices of another
        magnitude than the symbol's, bars in the future, runs of bars without a move, odd spreads, bars outside market
        hours or off the timeframe's grid, gaps.
    """
    if not len(bars):
        return (), ()
    found = (
        _outliers(bars)
        + _scale(bars.symbol, bars.close, bars.time_ns)
        + _future(bars.time_ns)
        + _stale(bars)
        + _bar_spreads(bars)
        + _hours(bars)
        + _grid(bars)
    )
    gaps = find_gaps(bars)
    return (*found, *_gap_findings(gaps, len(bars))), gaps


def _outliers(bars: Bars) -> list[Finding]:
    if len(bars) < _FEW:
        return []
    close = np.log(bars.close)
    move = np.concatenate(([0.0], np.diff(close)))
    scale = _robust_scale(move[1:])
    body_top, body_low = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    wick = np.maximum(np.log(bars.high / body_top), np.log(body_low / bars.low))
    score = np.maximum(np.abs(move), wick) / scale
    wild = score > OUTLIER_MADS
    worst = int(np.argmax(score))
    message = (
        f"{{count:,}} bars move more than {OUTLIER_MADS:g} robust standard deviations, the farthest "
        f"{score[worst]:,.0f} at {format_time_ns(bars.time_ns[worst])}."
    )
    return _finding("outlier", "warning", wild, bars.time_ns, message)


def _robust_scale(moves: NDArray[np.float64]) -> float:
    """Give the standard deviation as the median absolute deviation sees it; flat prices give 1 point's worth."""
    moving = moves[moves != 0.0]
    if not moving.size:
        return 1.0
    deviation = _median(np.abs(moving - _median(moving)))
    return max(_TO_SIGMA * deviation, _median(np.abs(moving)) * 0.1, 1e-9)


def _median(values: NDArray[Any]) -> float:
    """Give what ``np.median`` gives, which loads numpy's masked arrays: that takes longer than these checks."""
    ordered = np.sort(values)
    upper = ordered[len(ordered) // 2]
    lower = ordered[(len(ordered) - 1) // 2]
    return float(ordered[-1] if np.isnan(ordered[-1]) else (lower + upper) / 2)


def _scale(symbol: str, price: NDArray[np.float64], time_ns: NDArray[np.int64]) -> list[Finding]:
    """Compare the magnitude of prices with the one that the symbol has had for decades."""
    usual = usual_prices(symbol)
    if usual is None:
        return []
    low, high = usual
    odd = (price < low) | (price > high)
    message = (
        f"{{count:,}} of {len(price):,} prices (such as {price[np.argmax(odd)]:g}) lie beyond {low:g} to {high:g}, "
        f"where {symbol} may be expected: another symbol's, or of another unit?"
    )
    return _finding("scale", "warning", odd, time_ns, message)


def _future(time_ns: NDArray[np.int64]) -> list[Finding]:
    late = time_ns > time.time_ns() + NS_PER_DAY
    message = (
        f"{{count:,}} rows lie in the future, up to {format_time_ns(time_ns[-1])}: is the file's clock understood?"
    )
    return _finding("future", "warning", late, time_ns, message)


def _stale(bars: Bars) -> list[Finding]:
    if not bars.timeframe.intraday:
        return []
    minutes = bars.timeframe.nominal_ns // NS_PER_MINUTE
    least = max(_STALE_BARS, -(-_STALE_MINUTES // minutes))
    flat = bars.high == bars.low
    same = flat & np.concatenate(([False], flat[:-1] & (bars.close[1:] == bars.close[:-1])))
    start, stop = _runs(same)
    long = stop - start + 1 >= least
    if not long.any():
        return []
    longest = int(np.argmax(stop - start))
    since = format_time_ns(bars.time_ns[start[longest] - 1])
    length = stop[longest] - start[longest] + 1
    message = f"{{count:,}} runs of {least} or more bars without any move, the longest of {length:,} from {since}."
    where = np.zeros(len(bars), np.bool_)
    where[start[long] - 1] = True
    return _finding("stale", "warning", where, bars.time_ns, message)


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _bar_spreads(bars: Bars) -> list[Finding]:
    if bars.ask is not None:
        spread = (bars.ask["open"] - bars.open) / bars.instrument.point
    elif bars.spread_points is not None:
        spread = bars.spread_points
    else:
        return []
    return _spreads(spread, bars.time_ns)


def _spreads(spread: NDArray[np.float64], time_ns: NDArray[np.int64]) -> list[Finding]:
    median = _median(spread)
    if not np.any(spread > 0):
        message = "the spread is zero in all {count:,} rows: the source does not know it."
        return _finding("spread", "warning", np.ones(len(spread), np.bool_), time_ns, message)
    wide = spread > max(median * _WIDE_SPREAD, 1.0)
    message = f"{{count:,}} spreads are more than {_WIDE_SPREAD:g} times the usual {median:.1f} points."
    return _finding("spread", "warning", wide, time_ns, message)


def _hours(bars: Bars) -> list[Finding]:
    hours = MarketHours.of(bars.instrument)
    # A bar of a day or more may begin in closed hours; it counts when it is closed throughout.
    if bars.timeframe.intraday:
        closed = ~hours.holds(bars.time_ns) & ~hours.holds(bars.time_ns + bars.timeframe.nominal_ns - 1)
    else:
        closed = hours.open_minutes(bars.time_ns, bars.time_ns + bars.timeframe.nominal_ns) == 0
    share = float(closed.mean())
    hint = " Is the timezone right?" if share > 0.001 else ""
    message = f"{{count:,}} bars lie in hours in which the market is closed.{hint}"
    return _finding("closed-hours", "warning" if hint else "note", closed, bars.time_ns, message)


def _grid(bars: Bars) -> list[Finding]:
    if not bars.timeframe.intraday:
        return []
    step = min(bars.timeframe.nominal_ns, 60 * NS_PER_MINUTE)
    phase = bars.time_ns % step
    off = phase != (0 if step < 60 * NS_PER_MINUTE else _median(phase) // (15 * NS_PER_MINUTE) * (15 * NS_PER_MINUTE))
    message = f"{{count:,}} bars do not open on the grid of {bars.timeframe}; a bar's time must be its opening time."
    return _finding("grid", "warning", off, bars.time_ns, message)


def _gap_findings(gaps: tuple[Gap, ...], bars: int) -> list[Finding]:
    found: list[Finding] = []
    for holiday in (False, True):
        group = [gap for gap in gaps if gap.holiday is holiday]
        if not group:
            continue
        worst = max(group, key=lambda gap: gap.missing)
        what = "around holidays " if holiday else ""
        missing = sum(gap.missing for gap in group)
        message = (
            f"{missing:,} bars are missing {what}in {len(group):,} gaps, the largest of "
            f"{worst.missing:,} after {format_time_ns(worst.after_ns)}."
        )
        check = "holiday-gaps" if holiday else "gaps"
        level: Severity = "warning" if not holiday and missing > _MANY_MISSING * bars else "note"
        found.append(
            Finding(check=check, severity=level, count=len(group), message=message, first_time_ns=group[0].after_ns)
        )
    return found


def inspect_ticks(ticks: Ticks) -> tuple[Finding, ...]:
    """Look at sound ticks: repeated rows, outliers, odd spreads, closed hours; nothing is changed."""
    if len(ticks) < 2:
        return ()
    time_ns, bid, ask = ticks.time_ns, ticks.bid, ticks.ask
    repeated = np.concatenate(([False], ticks.data[1:] == ticks.data[:-1]))
    found = _finding("repeated", "note", repeated, time_ns, "{count:,} ticks repeat the one before them.")
    if len(ticks) >= _FEW:
        move = np.concatenate(([0.0], np.abs(np.diff(np.log((bid + ask) / 2)))))
        wild = move > 4 * OUTLIER_MADS * _robust_scale(move[1:])
        found += _finding("outlier", "warning", wild, time_ns, "{count:,} ticks jump far from the one before them.")
    found += _scale(ticks.symbol, bid, time_ns) + _future(time_ns)
    found += _spreads((ask - bid) / ticks.instrument.point, time_ns)
    closed = ~MarketHours.of(ticks.instrument).holds(time_ns)
    found += _finding(
        "closed-hours", "warning", closed, time_ns, "{count:,} ticks lie in hours in which the market is closed."
    )
    return tuple(found)
