"""Time of every indicator that TA-Lib has too, over a million bars, and its ratio to TA-Lib's.

Run with ``pytest forexai_core/benchmarks/bench_indicators.py --benchmark-enable -s``; the ratio is printed line by line
and stored as ``ratio_to_talib`` in the benchmark's extra information; the geometric mean comes at the end.

Both take turns, in a process of their own for each indicator, so that whatever else the machine does and whatever
memory looks like meets both; times are medians of the thread's own. TA-Lib uses
fused multiply-adds where the processor has them; these kernels do not, so that all machines give the same bytes. Ours
include the check that every input is finite. Channels that TA-Lib does not have are compared with the same three lines
made of its functions.
"""

import math
import multiprocessing
import time

import numpy as np
import pytest
import talib

from forexai_core import indicators
from forexai_core.indicators.catalogue import find_indicator

ROWS = 1_000_000
ROUNDS = 21


def _bars():
    rng = np.random.default_rng(7)
    close = 1.1 * np.exp(np.cumsum(rng.normal(0.0, 1e-4, ROWS)))
    high = close * (1.0 + 1e-4 * np.abs(rng.normal(size=ROWS)))
    low = close * (1.0 - 1e-4 * np.abs(rng.normal(size=ROWS)))
    opened = np.clip(np.roll(close, 1), low, high)
    columns = {"open": opened, "high": high, "low": low, "close": close}
    prices = {name: np.round(column, 5) for name, column in columns.items()}
    return {**prices, "volume": rng.integers(1, 500, ROWS).astype(float)}


BARS = _bars()
RATIOS = {}

# name: (TA-Lib's function, our parameters, TA-Lib's parameters)
CASES = {
    "sma": ("SMA", (20,), (20,)),
    "ema": ("EMA", (20,), (20,)),
    "wma": ("WMA", (20,), (20,)),
    "dema": ("DEMA", (20,), (20,)),
    "tema": ("TEMA", (20,), (20,)),
    "trima": ("TRIMA", (20,), (20,)),
    "kama": ("KAMA", (10,), (10,)),
    "t3": ("T3", (5, 0.7), (5, 0.7)),
    "rsi": ("RSI", (14,), (14,)),
    "cmo": ("CMO", (14,), (14,)),
    "macd": ("MACD", (12, 26, 9), (12, 26, 9)),
    "macd_fixed": ("MACDFIX", (9,), (9,)),
    "macd_extended": ("MACDEXT", (12, 1, 26, 1, 9, 1), (12, 1, 26, 1, 9, 1)),
    "intraday_momentum": ("IMI", (14,), (14,)),
    "apo": ("APO", (12, 26), (12, 26, 1)),
    "ppo": ("PPO", (12, 26), (12, 26, 1)),
    "trix": ("TRIX", (15,), (15,)),
    "stochastic": ("STOCH", (14, 3, 3), (14, 3, 0, 3, 0)),
    "stochastic_fast": ("STOCHF", (14, 3), (14, 3, 0)),
    "stochastic_rsi": ("STOCHRSI", (14, 5, 3), (14, 5, 3, 0)),
    "williams_r": ("WILLR", (14,), (14,)),
    "ultimate": ("ULTOSC", (7, 14, 28), (7, 14, 28)),
    "bop": ("BOP", (), ()),
    "cci": ("CCI", (20,), (20,)),
    "momentum": ("MOM", (10,), (10,)),
    "roc": ("ROC", (10,), (10,)),
    "rocp": ("ROCP", (10,), (10,)),
    "rocr": ("ROCR", (10,), (10,)),
    "rocr100": ("ROCR100", (10,), (10,)),
    "dx": ("DX", (14,), (14,)),
    "adxr": ("ADXR", (14,), (14,)),
    "plus_di": ("PLUS_DI", (14,), (14,)),
    "minus_di": ("MINUS_DI", (14,), (14,)),
    "plus_dm": ("PLUS_DM", (14,), (14,)),
    "minus_dm": ("MINUS_DM", (14,), (14,)),
    "aroon": ("AROON", (14,), (14,)),
    "aroon_oscillator": ("AROONOSC", (14,), (14,)),
    "sar": ("SAR", (0.02, 0.2), (0.02, 0.2)),
    "sar_extended": ("SAREXT", (), ()),
    "acceleration_bands": ("ACCBANDS", (20,), (20,)),
    "true_range": ("TRANGE", (), ()),
    "atr": ("ATR", (14,), (14,)),
    "natr": ("NATR", (14,), (14,)),
    "bollinger": ("BBANDS", (20, 2.0), (20, 2.0, 2.0)),
    "obv": ("OBV", (), ()),
    "ad": ("AD", (), ()),
    "adosc": ("ADOSC", (3, 10), (3, 10)),
    "mfi": ("MFI", (14,), (14,)),
    "standard_deviation": ("STDDEV", (20,), (20,)),
    "variance": ("VAR", (20,), (20,)),
    "average_deviation": ("AVGDEV", (14,), (14,)),
    "correlation": ("CORREL", (30,), (30,)),
    "beta": ("BETA", (5,), (5,)),
    "linear_regression": ("LINEARREG", (14,), (14,)),
    "linear_regression_slope": ("LINEARREG_SLOPE", (14,), (14,)),
    "linear_regression_angle": ("LINEARREG_ANGLE", (14,), (14,)),
    "linear_regression_intercept": ("LINEARREG_INTERCEPT", (14,), (14,)),
    "time_series_forecast": ("TSF", (14,), (14,)),
    "highest": ("MAX", (20,), (20,)),
    "lowest": ("MIN", (20,), (20,)),
    "midpoint": ("MIDPOINT", (14,), (14,)),
    "midprice": ("MIDPRICE", (14,), (14,)),
    "average_price": ("AVGPRICE", (), ()),
    "median_price": ("MEDPRICE", (), ()),
    "typical_price": ("TYPPRICE", (), ()),
    "weighted_price": ("WCLPRICE", (), ()),
    "ht_dcperiod": ("HT_DCPERIOD", (), ()),
    "ht_phasor": ("HT_PHASOR", (), ()),
    "ht_dcphase": ("HT_DCPHASE", (), ()),
    "ht_sine": ("HT_SINE", (), ()),
    "ht_trendline": ("HT_TRENDLINE", (), ()),
    "ht_trendmode": ("HT_TRENDMODE", (), ()),
    "mama": ("MAMA", (0.5, 0.05), (0.5, 0.05)),
}


def _made_of_several():
    high, low, close = BARS["high"], BARS["low"], BARS["close"]

    def keltner():
        middle, width = talib.EMA(close, 20), 2.0 * talib.ATR(high, low, close, 10)
        return middle + width, middle, middle - width

    return {
        "adx": lambda: [f(high, low, close, 14) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)],
        "donchian": lambda: (talib.MAX(high, 20), talib.MIDPRICE(high, low, 20), talib.MIN(low, 20)),
        "keltner": keltner,
    }


MADE = _made_of_several()


def in_turns(*functions):
    """Median time of each, seconds, one after another in every round."""
    times = [[] for _ in functions]
    for function in functions:
        function()  # compiles
    # The allocator keeps what is freed from now on, so that no round pays for fresh pages.
    np.zeros(31 * 2**17)
    for _ in range(ROUNDS):
        for function, taken in zip(functions, times, strict=True):
            start = time.thread_time()
            function()
            taken.append(time.thread_time() - start)
    return [float(np.median(taken)) for taken in times]


def timed(name):
    """Median times of an indicator and of TA-Lib's, seconds."""
    spec = find_indicator(name)
    function, mine, theirs = CASES.get(name, ("", (), ()))
    columns = [BARS[column] for column in spec.inputs]

    def ours():
        return spec.batch(*columns, *mine)

    def reference():
        return getattr(talib, function)(*columns, *theirs)

    return in_turns(ours, MADE.get(name, reference))


@pytest.mark.parametrize("name", [*CASES, *MADE])
def test_batch(benchmark, name):
    # A process that computed other indicators before has its memory in pieces: some then take twice as long.
    with multiprocessing.get_context("fork").Pool(1) as alone:
        best, other = benchmark.pedantic(alone.apply, args=(timed, (name,)), rounds=1)
    RATIOS[name] = benchmark.extra_info["ratio_to_talib"] = best / other
    print(f"\n{name}: {1e9 * best / ROWS:.2f} ns a bar, TA-Lib {1e9 * other / ROWS:.2f}, ratio {best / other:.2f}")


def test_the_mean_of_the_ratios():
    if not RATIOS:
        pytest.skip("no indicator was timed")
    mean = math.exp(sum(map(math.log, RATIOS.values())) / len(RATIOS))
    slow = [f"{name} {ratio:.2f}" for name, ratio in RATIOS.items() if ratio > 1.0]
    print(f"\ngeometric mean of {len(RATIOS)} ratios to TA-Lib: {mean:.2f}; above 1: {', '.join(slow) or 'none'}")


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
