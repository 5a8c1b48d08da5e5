"""Equity day by day and month by month.

A trading day of the currency market ends at 17:00 in New York. With New York's clock plus seven
hours that is midnight, so a row that holds at midnight is the last of the day that ends then.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.values.clocks import NEW_YORK_CLOSE
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["DailyEquity", "MonthlyReturn", "daily_equity", "daily_rows", "monthly_returns"]

_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday; Monday is 0


@attrs.frozen(eq=False)
class DailyEquity:
    """Equity at the end of each trading day.

    Attributes
    ----------
    day : (days,) datetime64[D]
        The trading day, by the date in New York at its end.
    equity : (days,) float64
        Floating profit included; money.
    """

    day: NDArray[np.datetime64]
    equity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.day)


@attrs.frozen
class MonthlyReturn:
    """What one month made of the equity it began with.

    Attributes
    ----------
    year, month : int
        Of the trading days at their end in New York.
    profit : float
        Money, floating profit included.
    fraction : float or None
        ``profit`` / equity at the end of the month before; None if that was not above 0.
    """

    year: int
    month: int
    profit: float
    fraction: float | None


def daily_equity(
    time_ns: NDArray[np.int64], equity: NDArray[np.float64], *, trades_at_weekends: bool = False
) -> DailyEquity:
    """Sample an equity curve at 17:00 New York.

    Every day between the first and the last row counts, also one without a position or a price:
    its value is that of the last row at or before its end. Rows of Saturday and Sunday belong to
    Monday unless the market trades at weekends.

    Parameters
    ----------
    time_ns : (rows,) int64
        When each row holds, nanoseconds UTC, never falling.
    equity : (rows,) float64
        Equity at that time.
    trades_at_weekends : bool
        Whether Saturday and Sunday are days of their own.

    Returns
    -------
    DailyEquity
        Empty without rows.
    """
    if time_ns.size == 0:
        return DailyEquity(np.empty(0, "datetime64[D]"), np.empty(0, np.float64))
    days, rows = daily_rows(time_ns, trades_at_weekends=trades_at_weekends)
    return DailyEquity(days, np.asarray(equity[rows], np.float64))


def daily_rows(
    time_ns: NDArray[np.int64], *, trades_at_weekends: bool
) -> tuple[NDArray[np.datetime64], NDArray[np.intp]]:
    """Find which row of a curve holds at the end of each trading day; parameters as :func:`daily_equity` takes them.

    Returns
    -------
    days : (days,) datetime64[D]
    rows : (days,) int
    """
    edges = (NEW_YORK_CLOSE.to_wall_ns(time_ns[[0, -1]]) - 1) // NS_PER_DAY
    first, last = (int(edge) for edge in edges)
    if not trades_at_weekends:
        first, last = _or_monday(first), _or_monday(last)
    days = np.arange(first, last + 1, dtype=np.int64)
    if not trades_at_weekends:
        days = days[(days + _EPOCH_WEEKDAY) % 7 < 5]
    ends = NEW_YORK_CLOSE.to_utc_ns((days + 1) * NS_PER_DAY)
    rows = np.searchsorted(time_ns, ends, side="right") - 1
    return days.astype("datetime64[D]"), rows


def _or_monday(day: int) -> int:
    weekday = (day + _EPOCH_WEEKDAY) % 7
    return day + max(0, 7 - weekday) if weekday >= 5 else day


def monthly_returns(daily: DailyEquity, *, initial_balance: float) -> Sequence[MonthlyReturn]:
    """Give the return of each calendar month, from daily equity.

    Parameters
    ----------
    daily : DailyEquity
        The curve.
    initial_balance : float
        Equity before the first month.

    Returns
    -------
    sequence of MonthlyReturn
        Ascending; the first and the last month may be parts.
    """
    if not len(daily):
        return ()
    months = daily.day.astype("datetime64[M]").astype(np.int64)
    ends = np.append(np.flatnonzero(np.diff(months)), len(daily) - 1)
    rows, before = [], initial_balance
    for end in ends:
        now = float(daily.equity[end])
        year, month = divmod(int(months[end]), 12)
        rows.append(MonthlyReturn(1970 + year, month + 1, now - before, now / before - 1 if before > 0 else None))
        before = now
    return tuple(rows)
