"""The whole way from closes to a result, beside a bare kernel that does only what cannot be left out.

Run with ``pytest forexai_core/benchmarks/bench_backtest.py --benchmark-enable -s``; the ratio printed at
the end compares medians of the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import numpy as np
import pytest
from numba import njit

from forexai_core.backtesting.runner import backtest
from forexai_core.data import synthetic
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import SmaCross

BARS = 1_000_000
RUNS = 5


@njit
def bare(opened, high, low, close, fast, slow, spread, stop, target, units, equity):  # noqa: PLR0917 - a kernel
    """Averages, crossing, stop and target, spread, and equity: one pass, nothing recorded, nothing checked."""
    cash, side, entry, waiting, trades = 10_000.0, 0, 0.0, 0, 0
    fast_sum = slow_sum = 0.0
    above = False
    for row in range(len(close)):
        if waiting != 0:
            if side != 0:
                cash += side * units * ((opened[row] if side > 0 else opened[row] + spread) - entry)
                trades += 1
            side, waiting = waiting, 0
            entry = opened[row] + spread if side > 0 else opened[row]
        if side > 0 and (low[row] <= entry - stop or high[row] >= entry + target):
            cash += units * (-stop if low[row] <= entry - stop else target)
            side, trades = 0, trades + 1
        elif side < 0 and (high[row] + spread >= entry + stop or low[row] + spread <= entry - target):
            cash += units * (-stop if high[row] + spread >= entry + stop else target)
            side, trades = 0, trades + 1
        fast_sum += close[row]
        slow_sum += close[row]
        if row >= fast:
            fast_sum -= close[row - fast]
        if row >= slow:
            slow_sum -= close[row - slow]
            now = fast_sum * slow > slow_sum * fast
            if now != above:
                waiting = 1 if now else -1
                waiting = 0 if waiting == side else waiting
            above = now
        mark = close[row] if side > 0 else close[row] + spread
        equity[row] = cash + side * units * (mark - entry)
    return cash, trades


@pytest.fixture(scope="module")
def bars():
    made = synthetic("EURUSD", "M1", bars=BARS, seed=7)
    made.fingerprint  # noqa: B018 - inputs are fingerprinted once, as a second run finds them
    return made


def _median(function, runs=RUNS):
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _strategy():
    return SmaCross(fast=20, slow=50, stop_loss_pips=10, take_profit_pips=20, volume_lots=0.1)


def test_closes_to_result(benchmark, bars, capsys):
    columns = [np.ascontiguousarray(bars.data[name]) for name in ("open", "high", "low", "close")]
    equity = np.empty(BARS)
    trials = MemoryTrials()

    def limit():
        return bare(*columns, 20, 50, 0.0001, 0.001, 0.002, 10_000.0, equity)

    def ours():
        return backtest(_strategy(), bars, trials=trials)

    bound = _median(limit)
    result = benchmark.pedantic(ours, rounds=RUNS, warmup_rounds=1)
    took = statistics.median(benchmark.stats.stats.data)
    with capsys.disabled():
        print(
            f"\n1,000,000 M1 bars, closes to result: {1e3 * took:.1f} ms ({BARS / took / 1e6:.1f} M bars/s, "
            f"{len(result.trades):,} trades); bare kernel {1e3 * bound:.2f} ms; ratio {took / bound:.1f}"
        )


def test_import(benchmark, capsys):
    """A new process that imports the core, less one that imports nothing."""

    def spawn(program):
        subprocess.run([sys.executable, "-c", program], check=True)

    bound = _median(lambda: spawn("pass"))
    benchmark.pedantic(lambda: spawn("import forexai_core"), rounds=RUNS, warmup_rounds=1)
    took = statistics.median(benchmark.stats.stats.data)
    with capsys.disabled():
        print(f"\nimport forexai_core: {1e3 * (took - bound):.0f} ms over a bare interpreter's {1e3 * bound:.0f} ms")
