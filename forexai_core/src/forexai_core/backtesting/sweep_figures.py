"""The figures that a sweep keeps of each set, straight from the ledger's columns."""

from __future__ import annotations

import attrs
import numpy as np

from forexai_core.backtesting.shared import Shared
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.trades import trade_sums
from forexai_core.metrics.equity import annual_growth, daily_figures, drawdowns
from forexai_core.values.accounts import Account
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["FIGURES", "figures_of_run"]

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


def figures_of_run(ledger: Ledger, account: Account, shared: Shared) -> tuple[float, ...]:
    """Compute the figures of a run, by the definitions of :data:`forexai_core.metrics.METRICS`.

    Parameters
    ----------
    ledger : Ledger
        After its last event.
    account : Account
        As the run began.
    shared : Shared
        What the runs of the sweep share.

    Returns
    -------
    tuple of float
        In the order of :data:`FIGURES`; NaN where undefined.
    """
    trades, days, balance = _trades_of(ledger, 10.0**account.digits), shared.days, account.balance
    times, equity = ledger.equity_times, ledger.equity_values
    falls = drawdowns(times, equity, initial_balance=balance, money_digits=account.digits)
    years = (int(times[-1]) - shared.start_ns) / NS_PER_DAY / _DAYS_PER_YEAR
    growth = annual_growth(float(equity[-1]) / balance, years=years)
    daily = days.equity(times, equity).equity
    ratios = daily_figures(daily, initial_balance=balance, days_per_year=365 if days.at_weekends else 252)
    yearly = np.nan if growth is None else growth
    row = (
        trades.net,
        float(trades.count),
        _over(trades.wins, trades.count),
        _over(trades.gains, trades.losses),
        _over(trades.net, trades.count),
        falls.money,
        falls.percent,
        ratios["sharpe"],
        ratios["sortino"],
        yearly,
        _over(yearly, falls.percent / 100.0),
        _over(trades.net, falls.money),
    )
    return tuple(np.nan if value is None else float(value) for value in row)


def _trades_of(ledger: Ledger, scale: float) -> _Trades:
    count, wins, gains, losses = trade_sums(ledger.deals, scale)
    return _Trades(int(count), int(wins), gains / scale, losses / scale)
