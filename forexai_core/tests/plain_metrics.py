"""The metrics once more, slowly and in plain Python: the specification that the fast ones must meet."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
NS = 1_000_000_000


def trading_day(time_ns: int, *, weekends: bool) -> date:
    """Name the trading day of a moment: it ends, inclusively, at 17:00 New York."""
    seconds, rest = divmod(time_ns, NS)
    local = datetime.fromtimestamp(seconds, UTC).astimezone(NEW_YORK)
    past_close = (local.hour, local.minute, local.second, rest) > (17, 0, 0, 0)
    day = local.date() + timedelta(days=1) if past_close else local.date()
    while not weekends and day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def daily(times: list[int], values: list[float], *, weekends: bool) -> dict[date, float]:
    """Give the last value of each day from the first to the last, carried over empty days."""
    last: dict[date, float] = {}
    for time_ns, value in zip(times, values, strict=True):
        last[trading_day(time_ns, weekends=weekends)] = value
    days = sorted(last)
    filled: dict[date, float] = {}
    day, value = days[0], last[days[0]]
    while day <= days[-1]:
        value = last.get(day, value)
        if weekends or day.weekday() < 5:
            filled[day] = value
        day += timedelta(days=1)
    return filled


def returns(values: list[float], initial: float) -> list[float]:
    """Give simple returns, the first on the initial balance."""
    return [now / before - 1 for before, now in zip([initial, *values], values, strict=False)]


def sharpe(rows: list[float], per_year: int) -> float | None:
    """mean / standard deviation (n - 1), annualised."""
    if len(rows) < 2 or statistics.stdev(rows) < 1e-14:
        return None
    return statistics.fmean(rows) / statistics.stdev(rows) * math.sqrt(per_year)


def sortino(rows: list[float], per_year: int) -> float | None:
    """mean / root mean square of the losses over all days, annualised."""
    down = math.fsum(min(row, 0.0) ** 2 for row in rows)
    return statistics.fmean(rows) * math.sqrt(per_year) / math.sqrt(down / len(rows)) if down > 0 else None


def falls(values: list[float], initial: float, lows: list[float] | None = None) -> tuple[float, float]:
    """Give the largest fall from an earlier peak, in money and as a fraction."""
    peak, money, fraction = initial, 0.0, 0.0
    for at, value in enumerate(values):
        reached = value if lows is None else min(value, lows[at])
        money, fraction = max(money, peak - reached), max(fraction, 1 - reached / peak)
        peak = max(peak, value)
    return money, fraction


def streak(marks: list[bool]) -> int:
    """Count the longest run of true."""
    best = run = 0
    for mark in marks:
        run = run + 1 if mark else 0
        best = max(best, run)
    return best


def held_share(bars: list[tuple[int, int]], trades: list[tuple[int, int, bool]]) -> float | None:
    """Count nanosecond by nanosecond (small numbers only)."""
    moments = {moment for start, stop in bars for moment in range(start, stop)}
    held = set()
    for opened, closed, intrabar in trades:
        ends = [stop for start, stop in bars if start <= closed < stop] if intrabar else []
        held |= set(range(opened, max([closed, *ends])))
    return len(held & moments) / len(moments) if moments else None
