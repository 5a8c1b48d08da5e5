"""What the catalogue took over from TA-Lib gives TA-Lib's numbers, row by row, on markets of every kind and scale."""

import numpy as np
import pytest
import talib
from market_series import KINDS, SCALES, make_bars

from forexai_core.indicators.catalogue import find_indicator

pytestmark = pytest.mark.kernels
EXPONENTIAL = 1
"""TA-Lib's number of the exponential average."""

# name: (TA-Lib's function, names of its columns, our parameters, TA-Lib's parameters)
CASES = {
    "dema": ("DEMA", ("close",), {"period": 12}, (12,)),
    "tema": ("TEMA", ("close",), {"period": 9}, (9,)),
    "t3": ("T3", ("close",), {"period": 5, "volume_factor": 0.7}, (5, 0.7)),
    "trima": ("TRIMA", ("close",), {"period": 15}, (15,)),
    "kama": ("KAMA", ("close",), {"period": 10}, (10,)),
    "linear_regression": ("LINEARREG", ("close",), {"period": 14}, (14,)),
    "linear_regression_slope": ("LINEARREG_SLOPE", ("close",), {"period": 14}, (14,)),
    "linear_regression_angle": ("LINEARREG_ANGLE", ("close",), {"period": 14}, (14,)),
    "linear_regression_intercept": ("LINEARREG_INTERCEPT", ("close",), {"period": 14}, (14,)),
    "time_series_forecast": ("TSF", ("close",), {"period": 14}, (14,)),
    "apo": ("APO", ("close",), {"fast": 5, "slow": 13}, (5, 13, EXPONENTIAL)),
    "ppo": ("PPO", ("close",), {"fast": 5, "slow": 13}, (5, 13, EXPONENTIAL)),
    "trix": ("TRIX", ("close",), {"period": 9}, (9,)),
    "cmo": ("CMO", ("close",), {"period": 14}, (14,)),
    "williams_r": ("WILLR", ("high", "low", "close"), {"period": 14}, (14,)),
    "ultimate": ("ULTOSC", ("high", "low", "close"), {"short": 4, "middle": 9, "long": 17}, (4, 9, 17)),
    "bop": ("BOP", ("open", "high", "low", "close"), {}, ()),
    "rocp": ("ROCP", ("close",), {"period": 7}, (7,)),
    "rocr": ("ROCR", ("close",), {"period": 7}, (7,)),
    "rocr100": ("ROCR100", ("close",), {"period": 7}, (7,)),
    "macd_fixed": ("MACDFIX", ("close",), {"signal": 5}, (5,)),
    "macd_extended": (
        "MACDEXT",
        ("close",),
        {"fast": 5, "fast_kind": 2, "slow": 13, "slow_kind": 1, "signal": 4, "signal_kind": 0},
        (5, 2, 13, 1, 4, 0),
    ),
    "sar_extended": (
        "SAREXT",
        ("high", "low"),
        {
            "first_long": 0.03,
            "acceleration_long": 0.01,
            "maximum_long": 0.1,
            "first_short": 0.04,
            "acceleration_short": 0.05,
            "maximum_short": 0.3,
        },
        (0.0, 0.0, 0.03, 0.01, 0.1, 0.04, 0.05, 0.3),
    ),
    "acceleration_bands": ("ACCBANDS", ("high", "low", "close"), {"period": 20}, (20,)),
    "average_deviation": ("AVGDEV", ("close",), {"period": 14}, (14,)),
    "aroon": ("AROON", ("high", "low"), {"period": 14}, (14,)),
    "aroon_oscillator": ("AROONOSC", ("high", "low"), {"period": 14}, (14,)),
    "sar": ("SAR", ("high", "low"), {"acceleration": 0.03, "maximum": 0.25}, (0.03, 0.25)),
    "obv": ("OBV", ("close", "volume"), {}, ()),
    "ad": ("AD", ("high", "low", "close", "volume"), {}, ()),
    "adosc": ("ADOSC", ("high", "low", "close", "volume"), {"fast": 3, "slow": 10}, (3, 10)),
    "average_price": ("AVGPRICE", ("open", "high", "low", "close"), {}, ()),
    "median_price": ("MEDPRICE", ("high", "low"), {}, ()),
    "typical_price": ("TYPPRICE", ("high", "low", "close"), {}, ()),
    "weighted_price": ("WCLPRICE", ("high", "low", "close"), {}, ()),
    "midpoint": ("MIDPOINT", ("close",), {"period": 14}, (14,)),
    "midprice": ("MIDPRICE", ("high", "low"), {"period": 14}, (14,)),
    "plus_dm": ("PLUS_DM", ("high", "low"), {"period": 9}, (9,)),
    "minus_dm": ("MINUS_DM", ("high", "low"), {"period": 9}, (9,)),
}
LONG_WINDOWS = {
    "highest": ("MAX", ("high",), {"period": 80}, (80,)),
    "lowest": ("MIN", ("low",), {"period": 300}, (300,)),
    "midprice": ("MIDPRICE", ("high", "low"), {"period": 130}, (130,)),
    "williams_r": ("WILLR", ("high", "low", "close"), {"period": 100}, (100,)),
    "sma": ("SMA", ("close",), {"period": 400}, (400,)),
    "wma": ("WMA", ("close",), {"period": 400}, (400,)),
    "time_series_forecast": ("TSF", ("close",), {"period": 300}, (300,)),
}
# These divide what fades away, or go by differences of nearly equal numbers: where prices stand still for long,
# TA-Lib's running sums leave rounding errors there that it then relates to each other, and where typical prices tie,
# its fused multiply-adds tell them apart. So these are compared on markets that always move.
LIVELY = {
    "intraday_momentum": ("IMI", ("open", "close"), {"period": 14}, (14,)),
    "correlation": ("CORREL", ("high", "low"), {"period": 20}, (20,)),
    "beta": ("BETA", ("high", "low"), {"period": 8}, (8,)),
    "plus_di": ("PLUS_DI", ("high", "low", "close"), {"period": 9}, (9,)),
    "minus_di": ("MINUS_DI", ("high", "low", "close"), {"period": 9}, (9,)),
    "dx": ("DX", ("high", "low", "close"), {"period": 9}, (9,)),
    "adxr": ("ADXR", ("high", "low", "close"), {"period": 9}, (9,)),
    "variance": ("VAR", ("close",), {"period": 20}, (20,)),
    "mfi": ("MFI", ("high", "low", "close", "volume"), {"period": 14}, (14,)),
    "stochastic_rsi": ("STOCHRSI", ("close",), {"period": 14, "k_period": 5, "d_period": 3}, (14, 5, 3, 0)),
    "ht_dcperiod": ("HT_DCPERIOD", ("close",), {}, ()),
    "ht_phasor": ("HT_PHASOR", ("close",), {}, ()),
    "ht_dcphase": ("HT_DCPHASE", ("close",), {}, ()),
    "ht_sine": ("HT_SINE", ("close",), {}, ()),
    "ht_trendline": ("HT_TRENDLINE", ("close",), {}, ()),
    "mama": ("MAMA", ("close",), {"fast_limit": 0.5, "slow_limit": 0.05}, (0.5, 0.05)),
}


def market(rows, seed, kind, scale):
    high, low, close = make_bars(rows, seed, kind, scale)
    opened = np.roll(close, 1)
    volume = np.random.default_rng(seed).integers(1, 500, rows).astype(float)
    return {"open": opened, "high": np.maximum(high, opened), "low": np.minimum(low, opened), "close": close,
            "volume": volume}  # fmt: skip


def compare(name, case, bars, rtol=1e-9):
    function, columns, ours, theirs = case
    spec = find_indicator(name)
    mine = spec.batch(*(bars[column] for column in columns), **ours)
    other = getattr(talib, function)(*(bars[column] for column in columns), *theirs)
    mine, other = np.atleast_2d(np.array(mine)), np.atleast_2d(np.array(other, dtype=float))
    np.testing.assert_array_equal(np.isnan(mine), np.isnan(other))
    assert not np.isnan(mine[:, -1]).any()
    # Prices of 100,000 have a unit in the last place that many differences of prices are smaller than.
    unit = max(1.0, bars["close"].max()) if "volume" not in columns else max(1.0, np.nanmax(np.abs(other)))
    np.testing.assert_allclose(mine, other, rtol=rtol, atol=1e-9 * unit)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_on_every_market(name, kind, scale):
    for seed in range(3):
        compare(name, CASES[name], market(400, seed, kind, scale))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LONG_WINDOWS)
def test_over_long_windows(name, kind):
    compare(name, LONG_WINDOWS[name], market(1_500, 5, kind, 150.0))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", LIVELY)
def test_on_markets_that_always_move(name, scale):
    for seed in range(3):
        compare(name, LIVELY[name], market(700, seed, "walk", scale))


@pytest.mark.parametrize("kind", range(9))
def test_a_macd_of_averages_of_every_kind(kind):
    close = make_bars(400, 4, "walk", 150.0)[2]
    kinds = kind, (kind + 4) % 9, (kind + 7) % 9
    ours = find_indicator("macd_extended").batch(close, 5, kinds[0], 13, kinds[1], 4, kinds[2])
    for mine, other in zip(ours, talib.MACDEXT(close, 5, kinds[0], 13, kinds[1], 4, kinds[2]), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("periods", [(2, 3, 2), (12, 26, 9), (5, 300, 7), (300, 600, 290)])
@pytest.mark.parametrize("kind", [0, EXPONENTIAL])
def test_a_macd_of_averages_of_one_kind(kind, periods):
    close = make_bars(2_000, 4, "walk", 150.0)[2]
    fast, slow, signal = periods
    given = fast, kind, slow, kind, signal, kind
    for mine, other in zip(
        find_indicator("macd_extended").batch(close, *given), talib.MACDEXT(close, *given), strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("rows", [1, 2, 40, 511, 512, 513, 1_500])
@pytest.mark.parametrize("period", [2, 3, 4, 14, 15, 16, 17, 62, 63, 64, 100])
def test_the_latest_of_equal_extremes(period, rows):
    rng = np.random.default_rng(rows)
    high = 100.0 + rng.integers(-2, 3, rows).cumsum()
    low = high - rng.integers(0, 3, rows)
    for name, theirs in (("aroon", talib.AROON), ("aroon_oscillator", talib.AROONOSC)):
        spec = find_indicator(name)
        ours = np.reshape(spec.batch(high, low, period), (-1, rows))
        np.testing.assert_allclose(ours, np.reshape(theirs(high, low, period), (-1, rows)), atol=1e-9)
        stream = spec.streaming(period)
        steps = np.reshape([stream.update(*row) for row in zip(high, low, strict=True)], (rows, -1)).T
        np.testing.assert_array_equal(ours, steps)


@pytest.mark.parametrize(("start", "offset"), [(140.0, 0.01), (-170.0, 0.0), (-170.0, 0.02)])
def test_the_extended_parabola_from_a_given_stop(start, offset):
    high, low, _ = make_bars(400, 4, "walk", 150.0)
    paces = 0.3, 0.4, 0.1, 0.04, 0.5, 0.3
    ours = find_indicator("sar_extended").batch(high, low, start, offset, *paces)
    np.testing.assert_allclose(ours, talib.SAREXT(high, low, start, offset, *paces), rtol=1e-9)
    assert (ours[1:] > 0.0).any()
    assert (ours[1:] < 0.0).any()


@pytest.mark.parametrize("scale", SCALES)
def test_the_trend_mode(scale):
    close = make_bars(1_500, 3, "walk", scale)[2]
    ours = find_indicator("ht_trendmode").batch(close)
    assert np.isnan(ours[:63]).all()
    np.testing.assert_array_equal(ours[63:], talib.HT_TRENDMODE(close)[63:])
    assert 0.0 < ours[63:].mean() < 1.0
