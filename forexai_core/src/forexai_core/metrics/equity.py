"""Figures of equity curves and of series of returns."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError

__all__ = [
    "DrawdownSpell",
    "Drawdowns",
    "annual_growth",
    "daily_figures",
    "drawdown_spells",
    "drawdowns",
    "return_ratios",
    "rounded_money",
    "ulcer_index",
]

Floats = NDArray[np.float64]

_NOISE = 8.0 * float(np.finfo(np.float64).eps)
"""A spread of returns below this is the rounding of divisions near 1, not risk."""


@attrs.frozen
class Drawdowns:
    """The deepest falls of an equity curve, positive; inside bars where that is known.

    Attributes
    ----------
    money, percent : float
        At bar closes; each is the largest of its kind, not necessarily at the same time.
    inner_money, inner_percent : float or None
        Against the lowest equity inside each bar.
    """

    money: float
    percent: float
    inner_money: float | None
    inner_percent: float | None


def drawdowns(
    time_ns: NDArray[np.int64],
    equity: Floats,
    *,
    initial_balance: float,
    lowest: Floats | None = None,
    money_digits: int | None = None,
) -> Drawdowns:
    """Find the maximal drawdowns of an equity curve.

    Parameters
    ----------
    time_ns : (rows,) int64
        When each row holds.
    equity : (rows,) float64
        Equity at bar closes.
    initial_balance : float
        The first peak.
    lowest : (rows,) float64, optional
        Lowest equity inside each bar.
    money_digits : int, optional
        Decimals of the money: to them its differences are rounded, which binary fractions leave a little off. The
        percentages are not rounded.

    Raises
    ------
    DataShapeError
        If a row is not finite or goes back in time, or ``lowest`` has another length.
    """
    from forexai_core.metrics.kernels import plain_column, scan_equity  # numba is slow to load

    if lowest is not None and lowest.shape != equity.shape:
        raise DataShapeError(f"There are {lowest.size} lowest equities for {equity.size} rows; give one each.")
    low = np.empty(0, np.float64) if lowest is None else lowest
    bad, money, fraction, inner, inner_fraction = scan_equity(
        plain_column(time_ns), plain_column(equity), plain_column(low), float(initial_balance)
    )
    if bad >= 0:
        raise DataShapeError(
            f"Row {bad} of the equity is not sound: equity {equity[bad]} at {time_ns[bad]}. Every value must be a "
            "finite number, and no row may hold before the one ahead of it."
        )
    known = lowest is not None
    return Drawdowns(
        money=rounded_money(float(money), money_digits),
        percent=100.0 * float(fraction),
        inner_money=rounded_money(float(inner), money_digits) if known else None,
        inner_percent=100.0 * float(inner_fraction) if known else None,
    )


def rounded_money(amount: float, digits: int | None) -> float:
    """Round a difference of money to a currency's decimals; None leaves it as it is."""
    return amount if digits is None else round(amount, digits)


def return_ratios(returns: Floats, *, periods_per_year: float) -> Mapping[str, float | None]:
    """Compute Sharpe, Sortino, drawdown, CAGR and Calmar of a series of returns in one pass.

    Parameters
    ----------
    returns : (n,) float64
        Simple returns of equal periods.
    periods_per_year : float
        How many such periods a year has: 252 for days of a market closed at weekends, 365 else.

    Returns
    -------
    mapping of str to float or None
        ``sharpe, sortino, max_drawdown_pct, cagr, calmar``; None where undefined (fewer than two
        returns, no spread, no loss, a total loss before the end). Years are counted in periods here.

    Raises
    ------
    DataShapeError
        If a return is not finite.
    """
    from forexai_core.metrics.kernels import LANES, scan_returns  # numba is slow to load

    return _ratios(returns, scan_returns(returns, np.zeros((3, LANES))), periods_per_year)


def _ratios(
    returns: Floats, scan: tuple[int, float, float, float, float, float], periods_per_year: float
) -> dict[str, float | None]:
    """Make ratios of what one pass over returns has found."""
    bad, total, squares, downside, growth, fall = scan
    if bad >= 0:
        raise DataShapeError(f"Return {bad} is {returns[bad]}; every return must be a finite number.")
    count = returns.size
    figures: dict[str, float | None] = dict.fromkeys(("sharpe", "sortino", "max_drawdown_pct", "cagr", "calmar"))
    if count == 0:
        return figures
    mean = float(returns[0]) + total / count
    year = math.sqrt(periods_per_year)
    if count > 1:
        deviation = math.sqrt(max(squares - total * total / count, 0.0) / (count - 1))
        if deviation > _NOISE * (1.0 + abs(mean)):
            figures["sharpe"] = mean / deviation * year
    if downside > 0.0:
        figures["sortino"] = mean * year / math.sqrt(downside / count)
    figures["max_drawdown_pct"] = 100.0 * fall
    figures["cagr"] = annual_growth(growth, years=count / periods_per_year)
    if figures["cagr"] is not None and fall > 0.0:
        figures["calmar"] = figures["cagr"] / fall
    return figures


def daily_figures(daily: Floats, *, initial_balance: float, days_per_year: int) -> Mapping[str, float | None]:
    """Compute Sharpe, Sortino and the ulcer index of daily equity in one pass.

    Parameters
    ----------
    daily : (days,) float64
        Equity at the end of each day.
    initial_balance : float
        Equity before the first, and the first peak.
    days_per_year : int
        252, or 365 for markets that trade at weekends.

    Returns
    -------
    mapping of str to float or None
        ``sharpe, sortino, ulcer``; None where undefined. No ratio is, when a day began with nothing or less.

    Raises
    ------
    DataShapeError
        If an equity is not finite.
    """
    from forexai_core.metrics.kernels import LANES, scan_days  # numba is slow to load

    returns = np.empty(daily.size)
    defined, squares, scan = scan_days(daily, float(initial_balance), returns, np.zeros((3, LANES)))
    ratios = _ratios(returns, scan, days_per_year) if defined and daily.size else {}
    return {
        "sharpe": ratios.get("sharpe"),
        "sortino": ratios.get("sortino"),
        "ulcer": 100.0 * math.sqrt(squares / daily.size) if daily.size else None,
    }


@attrs.frozen
class DrawdownSpell:
    """One stay below a peak.

    Attributes
    ----------
    peak_ns, trough_ns : int
        When the peak and the deepest point stood; nanoseconds UTC.
    recovered_ns : int or None
        When the peak was reached again; None if it was not.
    money, percent : float
        Depth at the trough, positive.
    """

    peak_ns: int
    trough_ns: int
    recovered_ns: int | None
    money: float
    percent: float


def drawdown_spells(
    time_ns: NDArray[np.int64], equity: Floats, *, initial_balance: float, start_ns: int, at_most: int = 5
) -> tuple[DrawdownSpell, ...]:
    """List the stays below a peak that went deepest, in percent of the peak.

    Parameters
    ----------
    time_ns : (rows,) int64
        When each row holds.
    equity : (rows,) float64
        Equity at bar closes.
    initial_balance : float
        The first peak.
    start_ns : int
        When that peak stood.
    at_most : int
        How many.
    """
    values = np.concatenate(([initial_balance], equity))
    times = np.concatenate((np.array([start_ns], np.int64), time_ns))
    peaks = np.maximum.accumulate(values)
    below = np.concatenate(([False], values < peaks, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(below))
    spells = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        trough = int(first + np.argmin(values[first:after]))
        spells.append(
            DrawdownSpell(
                peak_ns=int(times[first - 1]),
                trough_ns=int(times[trough]),
                recovered_ns=int(times[after]) if after < len(times) else None,
                money=float(peaks[trough] - values[trough]),
                percent=float(100.0 * (1.0 - values[trough] / peaks[trough])),
            )
        )
    return tuple(sorted(spells, key=lambda spell: -spell.percent)[:at_most])


def annual_growth(ratio: float, *, years: float) -> float | None:
    """Turn a growth over some time into the rate of a year: ``ratio ** (1 / years) - 1``.

    Parameters
    ----------
    ratio : float
        Last value over first value.
    years : float
        Time between them.

    Returns
    -------
    float or None
        None without time, after a loss of more than everything, or beyond any finite number.
    """
    if years <= 0.0 or ratio < 0.0:
        return None
    try:
        rate = float(ratio) ** (1.0 / years) - 1.0
    except OverflowError:
        return None
    return rate if math.isfinite(rate) else None


def ulcer_index(daily: Floats, *, initial_balance: float) -> float | None:
    """Compute the ulcer index of Martin and McCann over daily equity, in percent.

    Parameters
    ----------
    daily : (days,) float64
        Equity at the end of each day.
    initial_balance : float
        The first peak.

    Returns
    -------
    float or None
        None without a day.
    """
    if daily.size == 0:
        return None
    peaks = np.maximum.accumulate(np.maximum(daily, initial_balance))
    percent = 100.0 * (1.0 - daily / peaks)
    return float(math.sqrt(float(np.mean(percent * percent))))
