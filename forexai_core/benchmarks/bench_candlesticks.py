"""Time of every candlestick pattern over a million bars, and its ratio to TA-Lib's.

Run with ``pytest forexai_core/benchmarks/bench_candlesticks.py --benchmark-enable -s``; the ratio is printed line by
line and stored as ``ratio_to_talib`` in the benchmark's extra information; the geometric mean comes at the end.

Both take turns, so that whatever else the machine does meets both; times are medians of the thread's own. Ours
include the check that every price is finite. The last test looks for all patterns in one pass.
"""

import math
import time

import numpy as np
import pytest
import talib

from forexai_core.indicators import candlesticks
from forexai_core.indicators.candlestick_patterns.registry import PATTERNS

ROWS = 1_000_000
ROUNDS = 15


def _bars():
    rng = np.random.default_rng(7)
    close = 1.1 * np.exp(np.cumsum(rng.normal(0.0, 1e-4, ROWS)))
    opened = np.roll(close, 1) * (1.0 + 1e-5 * rng.normal(size=ROWS) * (rng.random(ROWS) < 0.2))
    high = np.maximum(opened, close) * (1.0 + 5e-5 * np.abs(rng.normal(size=ROWS)))
    low = np.minimum(opened, close) * (1.0 - 5e-5 * np.abs(rng.normal(size=ROWS)))
    return tuple(np.round(column, 5) for column in (opened, high, low, close))


BARS = _bars()
RATIOS = {}


def in_turns(*functions):
    """Median time of each, seconds, one after another in every round."""
    times = [[] for _ in functions]
    for function in functions:
        function()  # compiles
    for _ in range(ROUNDS):
        for function, taken in zip(functions, times, strict=True):
            start = time.thread_time()
            function()
            taken.append(time.thread_time() - start)
    return [float(np.median(taken)) for taken in times]


@pytest.mark.parametrize("name", PATTERNS)
def test_pattern(benchmark, name):
    pattern = PATTERNS[name]
    theirs = getattr(talib, pattern.talib_name)
    np.testing.assert_array_equal(pattern(*BARS), theirs(*BARS))
    ours, reference = in_turns(lambda: pattern(*BARS), lambda: theirs(*BARS))
    benchmark.pedantic(pattern, args=BARS, rounds=5)
    RATIOS[name] = benchmark.extra_info["ratio_to_talib"] = ours / reference
    print(
        f"\n{name}: {1e9 * ours / ROWS:.2f} ns a bar, TA-Lib {1e9 * reference / ROWS:.2f}, ratio {ours / reference:.2f}"
    )


def test_all_patterns_in_one_pass(benchmark):
    functions = [getattr(talib, pattern.talib_name) for pattern in PATTERNS.values()]
    ours, reference = in_turns(lambda: candlesticks(BARS), lambda: [function(*BARS) for function in functions])
    benchmark.pedantic(candlesticks, args=(BARS,), rounds=3)
    benchmark.extra_info["ratio_of_all"] = ours / reference  # no indicator of its own: left out of their mean
    print(f"\nall {len(PATTERNS)}: {1e3 * ours:.0f} ms, TA-Lib {1e3 * reference:.0f}, ratio {ours / reference:.2f}")
    if RATIOS:
        mean = math.exp(sum(map(math.log, RATIOS.values())) / len(RATIOS))
        slower = ", ".join(f"{name} {ratio:.2f}" for name, ratio in RATIOS.items() if ratio > 1.0)
        print(f"geometric mean of {len(RATIOS)} ratios {mean:.2f}; above 1: {slower or 'none'}")
