"""The figures that a sweep keeps of each set, straight from the ledger's columns."""

from __future__ import annotations

from threading import Lock
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.inputs import Inputs
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.trades import trade_sums
from forexai_core.metrics import DailyEquity, daily_returns, daily_rows, drawdowns, return_ratios
from forexai_core.metrics.equity import annual_growth
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["FIGURES", "Days", "figures_of_run"]

FIGURES = (
    "net_profit",
    "total_trades",
    "win_rate",
    "profit_factor",
    "expectancy",
    "max_drawdown",
    "max_drawdown_pct",
    "sharpe",
    "sortino",
    "cagr",
    "calmar",
    "recovery_factor",
)
"""Names of the figures, in the order in which :func:`figures_of_run` gives them."""

_DAYS_PER_YEAR = 365.25


class Days:
    """Which rows of the equity curve end a trading day: the same for every set, so found once."""

    def __init__(self, inputs: Inputs) -> None:
        self.balance = inputs.account.balance
        self.money_scale = 10.0**inputs.account.digits
        self.start_ns = min(int(item.time_ns[0]) for item in inputs.prices.values())
        self.at_weekends = any(item.instrument.trades_at_weekends for item in inputs.prices.values())
        self._found: tuple[NDArray[Any], NDArray[Any]] | None = None
        self._lock = Lock()

    def equity(self, times: NDArray[np.int64], values: NDArray[np.float64]) -> DailyEquity:
        """Sample a curve."""
        with self._lock:
            if self._found is None:
                self._found = daily_rows(times, trades_at_weekends=self.at_weekends)
        days, rows = self._found
        return DailyEquity(days, values[rows])


@attrs.frozen
class _Trades:
    """Sums of the money of all trades, account currency."""

    count: int
    wins: int
    gains: float
    losses: float

    @property
    def net(self) -> float:
        """Everything that trades brought."""
        return self.gains - self.losses


def _over(value: float, divisor: float) -> float:
    return value / divisor if divisor > 0.0 else np.nan


def figures_of_run(ledger: Ledger, days: Days) -> tuple[float, ...]:
    """Compute the figures of a run, by the definitions of :data:`forexai_core.metrics.METRICS`.

    Returns
    -------
    tuple of float
        In the order of :data:`FIGURES`; NaN where undefined.
    """
    trades = _trades_of(ledger, days.money_scale)
    times, equity = ledger.equity_times, ledger.equity_values
    falls = drawdowns(times, equity, initial_balance=days.balance)
    years = (int(times[-1]) - days.start_ns) / NS_PER_DAY / _DAYS_PER_YEAR
    growth = annual_growth(float(equity[-1]) / days.balance, years=years)
    returns = daily_returns(days.equity(times, equity), initial_balance=days.balance)
    ratios = {} if returns is None else return_ratios(returns, periods_per_year=365 if days.at_weekends else 252)
    yearly = np.nan if growth is None else growth
    row = (
        trades.net,
        float(trades.count),
        _over(trades.wins, trades.count),
        _over(trades.gains, trades.losses),
        _over(trades.net, trades.count),
        falls.money,
        falls.percent,
        ratios.get("sharpe"),
        ratios.get("sortino"),
        yearly,
        _over(yearly, falls.percent / 100.0),
        _over(trades.net, falls.money),
    )
    return tuple(np.nan if value is None else float(value) for value in row)


def _trades_of(ledger: Ledger, scale: float) -> _Trades:
    count, wins, gains, losses = trade_sums(ledger.deals, scale)
    return _Trades(int(count), int(wins), gains / scale, losses / scale)
