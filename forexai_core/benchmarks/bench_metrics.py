"""Time of all figures of a result over a million rows of equity; the four ratios of returns are row P8."""

import numpy as np
import pytest

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.metrics import MarketHours, compute

ROWS = 1_000_000
RETURNS = np.random.default_rng(7).normal(1e-6, 8e-5, ROWS)


@pytest.fixture(scope="module")
def run():
    equity = np.zeros(ROWS, EQUITY)
    equity["time_ns"] = 1_600_000_000_000_000_000 + 60_000_000_000 * np.arange(1, ROWS + 1)
    equity["equity"] = equity["balance"] = np.round(10_000 * np.cumprod(1 + RETURNS), 2)
    trades = np.zeros(2_000, TRADE)
    trades["open_time_ns"] = equity["time_ns"][100:ROWS:500]
    trades["close_time_ns"] = trades["open_time_ns"] + 6_000_000_000_000
    trades["net_profit"] = np.round(np.random.default_rng(8).normal(1, 50, 2_000), 2)
    opened = equity["time_ns"] - 60_000_000_000
    return trades, equity, MarketHours(opened, equity["time_ns"].copy()), equity["equity"] - 1.0


def test_all_metrics_of_a_million_rows(benchmark, run):
    trades, equity, hours, lowest = run
    settings = {"initial_balance": 10_000.0, "hours": hours, "lowest_equity": lowest}
    compute(trades, equity, **settings)
    benchmark(compute, trades, equity, **settings)
