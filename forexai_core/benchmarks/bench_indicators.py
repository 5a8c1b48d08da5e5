"""Time of every indicator over a million bars, and its ratio to TA-Lib's.

Run with ``pytest forexai_core/benchmarks/bench_indicators.py --benchmark-enable -s``; the ratio is printed line by line
and stored as ``ratio_to_talib`` in the benchmark's extra information.

TA-Lib uses fused multiply-adds where the processor has them; these kernels do not, so that all machines give the same
bytes. Their times include the check that every input is finite.
"""

import time

import numpy as np
import pytest
import talib

from forexai_core import indicators

ROWS = 1_000_000


def _bars():
    rng = np.random.default_rng(7)
    close = 1.1 * np.exp(np.cumsum(rng.normal(0.0, 1e-4, ROWS)))
    high = close * (1.0 + 1e-4 * np.abs(rng.normal(size=ROWS)))
    low = close * (1.0 - 1e-4 * np.abs(rng.normal(size=ROWS)))
    return tuple(np.round(column, 5) for column in (high, low, close))


HIGH, LOW, CLOSE = _bars()
BARS = (HIGH, LOW, CLOSE)

CASES = {
    "sma": (lambda: indicators.sma(CLOSE, 20), lambda: talib.SMA(CLOSE, 20)),
    "ema": (lambda: indicators.ema(CLOSE, 20), lambda: talib.EMA(CLOSE, 20)),
    "wma": (lambda: indicators.wma(CLOSE, 20), lambda: talib.WMA(CLOSE, 20)),
    "rsi": (lambda: indicators.rsi(CLOSE, 14), lambda: talib.RSI(CLOSE, 14)),
    "macd": (lambda: indicators.macd(CLOSE), lambda: talib.MACD(CLOSE)),
    "standard_deviation": (lambda: indicators.standard_deviation(CLOSE, 20), lambda: talib.STDDEV(CLOSE, 20)),
    "bollinger": (lambda: indicators.bollinger(CLOSE, 20), lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0)),
    "true_range": (lambda: indicators.true_range(*BARS), lambda: talib.TRANGE(*BARS)),
    "atr": (lambda: indicators.atr(*BARS, 14), lambda: talib.ATR(*BARS, 14)),
    "natr": (lambda: indicators.natr(*BARS, 14), lambda: talib.NATR(*BARS, 14)),
    "adx": (
        lambda: indicators.adx(*BARS, 14),
        lambda: (talib.ADX(*BARS, 14), talib.PLUS_DI(*BARS, 14), talib.MINUS_DI(*BARS, 14)),
    ),
    "stochastic": (lambda: indicators.stochastic(*BARS, 14, 3, 3), lambda: talib.STOCH(*BARS, 14, 3, 0, 3, 0)),
    "cci": (lambda: indicators.cci(*BARS, 20), lambda: talib.CCI(*BARS, 20)),
    "highest": (lambda: indicators.highest(HIGH, 20), lambda: talib.MAX(HIGH, 20)),
    "donchian": (lambda: indicators.donchian(HIGH, LOW, 20), lambda: (talib.MAX(HIGH, 20), talib.MIN(LOW, 20))),
    "keltner": (
        lambda: indicators.keltner(*BARS, 20, 2.0, 10),
        lambda: (talib.EMA(CLOSE, 20), talib.ATR(*BARS, 10)),
    ),
    "momentum": (lambda: indicators.momentum(CLOSE, 10), lambda: talib.MOM(CLOSE, 10)),
    "roc": (lambda: indicators.roc(CLOSE, 10), lambda: talib.ROC(CLOSE, 10)),
}


def best_of(function, rounds=10):
    """Shortest of some runs, seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("name", CASES)
def test_batch(benchmark, name):
    ours, theirs = CASES[name]
    ours()  # compiles
    benchmark(ours)
    best, reference = best_of(ours), best_of(theirs)
    benchmark.extra_info["ratio_to_talib"] = best / reference
    print(
        f"\n{name}: {1e9 * best / ROWS:.2f} ns a bar, TA-Lib {1e9 * reference / ROWS:.2f}, ratio {best / reference:.2f}"
    )


STREAMS = {
    "Sma": (indicators.Sma(20), 1),
    "Ema": (indicators.Ema(20), 1),
    "Rsi": (indicators.Rsi(14), 1),
    "Bollinger": (indicators.Bollinger(20), 1),
    "Atr": (indicators.Atr(14), 3),
}


@pytest.mark.parametrize("name", STREAMS)
def test_streaming_update(benchmark, name):
    indicator, inputs = STREAMS[name]
    row = (1.1,) * inputs
    indicator.update(*row)  # compiles
    benchmark(indicator.update, *row)
