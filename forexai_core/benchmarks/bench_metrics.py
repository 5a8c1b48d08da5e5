"""Time of the metrics over a million rows.

Run with ``pytest forexai_core/benchmarks/bench_metrics.py --benchmark-enable -s``; the ratio to empyrical on the same
returns is printed and stored as ``ratio_to_empyrical``.
"""

import time
import warnings

import numpy as np
import pytest

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.metrics import MarketHours, compute, return_ratios

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's own imports, not ours
    import empyrical

ROWS = 1_000_000
MINUTES = 365 * 24 * 60
RETURNS = np.random.default_rng(7).normal(1e-6, 8e-5, ROWS)


def _peer():
    for ratio in (empyrical.sharpe_ratio, empyrical.sortino_ratio, empyrical.calmar_ratio):
        ratio(RETURNS, annualization=MINUTES)
    empyrical.max_drawdown(RETURNS)


def test_four_ratios_in_one_pass(benchmark):
    return_ratios(RETURNS, periods_per_year=MINUTES)  # compile outside the clock
    start = time.perf_counter()
    _peer()
    peer = time.perf_counter() - start
    benchmark(return_ratios, RETURNS, periods_per_year=MINUTES)
    if benchmark.enabled:
        benchmark.extra_info["ratio_to_empyrical"] = benchmark.stats.stats.median / peer
        print(f"\nfour ratios: {benchmark.stats.stats.median / peer:.3f} of empyrical's time")


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
