"""All figures of one result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.errors import DataShapeError
from forexai_core.metrics.daily import DailyEquity, daily_equity
from forexai_core.metrics.definitions import METRICS
from forexai_core.metrics.equity import (
    Drawdowns,
    annual_growth,
    daily_figures,
    drawdowns,
    rounded_money,
)
from forexai_core.metrics.exposure import MarketHours, exposure
from forexai_core.metrics.trades import trade_figures
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["Figures", "compute", "compute_from_columns", "daily_returns"]

Figures = Mapping[str, float | int | None]
"""Metrics by name; None where a figure is undefined, never NaN or infinity."""

_DAYS_PER_YEAR = 365.25


def compute(
    trades: NDArray[np.void],
    equity: NDArray[np.void],
    *,
    initial_balance: float,
    trades_at_weekends: bool = False,
    start_ns: int | None = None,
    lowest_equity: NDArray[np.float64] | None = None,
    initial_risk: NDArray[np.float64] | None = None,
    hours: MarketHours | None = None,
    money_digits: int | None = None,
) -> Figures:
    """Compute every figure of :data:`~forexai_core.metrics.METRICS`.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.
    equity : (rows,) EQUITY
        The account after each bar.
    initial_balance : float
        Money before the first bar, account currency.
    trades_at_weekends : bool
        Whether any of the markets does: 365 days a year instead of 252, Saturday and Sunday days
        of their own.
    start_ns : int, optional
        When the run began: the opening of its first bar. Default: the first row of the equity.
    lowest_equity : (rows,) float64, optional
        Lowest equity inside each bar; without it the drawdown inside bars is None.
    initial_risk : (trades,) float64, optional
        Money at risk at each trade's initial stop, 0 or NaN where there was none; for ``sqn``.
    hours : MarketHours, optional
        When the market was open; for ``exposure``.
    money_digits : int, optional
        Decimals of the account's money, to which drawdowns and the final equity are rounded.

    Returns
    -------
    mapping of str to float, int or None
        In the order of the definitions.

    Raises
    ------
    DataShapeError
        If an array has another dtype or length, or holds what is no finite number.
    """
    _check(equity, EQUITY, "equity")
    return compute_from_columns(
        trades,
        equity["time_ns"],
        equity["equity"],
        initial_balance=initial_balance,
        trades_at_weekends=trades_at_weekends,
        start_ns=start_ns,
        lowest_equity=lowest_equity,
        initial_risk=initial_risk,
        hours=hours,
        money_digits=money_digits,
    )


def compute_from_columns(
    trades: NDArray[np.void],
    time_ns: NDArray[np.int64],
    equity: NDArray[np.float64],
    *,
    initial_balance: float,
    trades_at_weekends: bool = False,
    start_ns: int | None = None,
    lowest_equity: NDArray[np.float64] | None = None,
    initial_risk: NDArray[np.float64] | None = None,
    hours: MarketHours | None = None,
    money_digits: int | None = None,
    daily: DailyEquity | None = None,
) -> Figures:
    """Compute every figure from two columns of the equity, which need not be laid out as rows for it.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.
    time_ns : (rows,) int64
        When each row of the equity holds, nanoseconds UTC.
    equity : (rows,) float64
        The account's equity then.
    initial_balance, trades_at_weekends, start_ns, lowest_equity, initial_risk, hours, money_digits
        As in :func:`compute`.
    daily : DailyEquity, optional
        The same curve day by day, where it is known already.

    Returns
    -------
    mapping of str to float, int or None
        As :func:`compute` gives it.

    Raises
    ------
    DataShapeError
        As :func:`compute` does.
    """
    _check(trades, TRADE, "trades")
    if not 0 < initial_balance < float("inf"):
        raise DataShapeError(f"The initial balance must be a finite amount above 0, not {initial_balance}.")
    figures: dict[str, float | int | None] = dict.fromkeys(METRICS)
    figures |= trade_figures(trades, initial_risk)
    figures["initial_balance"] = float(initial_balance)
    figures["exposure"] = None if hours is None else exposure(trades, hours)
    falls = drawdowns(time_ns, equity, initial_balance=initial_balance, lowest=lowest_equity, money_digits=money_digits)
    figures |= _curve_figures(time_ns, equity, falls, initial_balance, start_ns)
    figures["final_equity"] = rounded_money(float(figures["final_equity"] or 0.0), money_digits)
    if len(equity):
        daily = daily or daily_equity(time_ns, equity, trades_at_weekends=trades_at_weekends)
        figures |= daily_figures(
            daily.equity, initial_balance=initial_balance, days_per_year=365 if trades_at_weekends else 252
        )
    figures["calmar"] = _over(figures["cagr"], figures["max_drawdown_pct"], 100.0)
    figures["recovery_factor"] = _over(figures["net_profit"], figures["max_drawdown"])
    return MappingProxyType(figures)


def _check(array: NDArray[np.void], dtype: np.dtype[np.void], name: str) -> None:
    if (array.dtype is not dtype and array.dtype != dtype) or array.ndim != 1:
        raise DataShapeError(
            f"The {name} must be a one-dimensional array of dtype forexai_core.arrays.{name.upper().rstrip('S')}, "
            f"not of shape {array.shape} and dtype {array.dtype}."
        )


def _curve_figures(
    time_ns: NDArray[np.int64],
    equity: NDArray[np.float64],
    falls: Drawdowns,
    initial_balance: float,
    start_ns: int | None,
) -> Figures:
    last = float(equity[-1]) if len(equity) else initial_balance
    days = 0.0
    if len(equity):
        first_ns = int(time_ns[0]) if start_ns is None else start_ns
        days = (int(time_ns[-1]) - first_ns) / NS_PER_DAY
    return {
        "final_equity": last,
        "return_pct": 100.0 * (last / initial_balance - 1.0),
        "max_drawdown": falls.money,
        "max_drawdown_pct": falls.percent,
        "max_drawdown_intrabar": falls.inner_money,
        "max_drawdown_intrabar_pct": falls.inner_percent,
        "cagr": annual_growth(last / initial_balance, years=days / _DAYS_PER_YEAR),
    }


def daily_returns(daily: DailyEquity, *, initial_balance: float) -> NDArray[np.float64] | None:
    """Give each day's return on the equity of the day before.

    Parameters
    ----------
    daily : DailyEquity
        The curve.
    initial_balance : float
        Equity before the first day.

    Returns
    -------
    (days,) float64 or None
        None when a day began with nothing, or less: then no return is defined.
    """
    before = np.concatenate(([initial_balance], daily.equity[:-1]))
    if len(daily) == 0 or not np.all(before > 0):
        return None
    return np.asarray(daily.equity / before - 1.0, np.float64)


def _over(value: float | None, fall: float | None, scale: float = 1.0) -> float | None:
    if value is None or fall is None or fall <= 0.0:
        return None
    return value / (fall / scale)
