"""Every indicator that TA-Lib has gives TA-Lib's numbers to 1e-9 after warm-up, and NaN in the same rows before."""

import numpy as np
import pytest
import talib
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from market_series import KINDS, SCALES, bar_columns, make_bars

from forexai_core import indicators

pytestmark = pytest.mark.kernels
profile = settings(derandomize=True, deadline=None, max_examples=40)


def agree(ours, theirs, unit=1.0):
    """Compare to 1e-9 of the number, or of ``unit`` where numbers are small."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9 * unit, equal_nan=True)


def unit_of(close):
    return float(np.max(np.abs(close), initial=1.0))


@profile
@given(bar_columns, st.integers(2, 40))
@pytest.mark.parametrize("name", ["sma", "ema", "wma"])
def test_moving_averages(name, bars, period):
    close = bars[2]
    agree(getattr(indicators, name)(close, period), getattr(talib, name.upper())(close, period), unit_of(close))


@profile
@given(bar_columns, st.integers(2, 40))
def test_rsi(bars, period):
    agree(indicators.rsi(bars[2], period), talib.RSI(bars[2], period))


@profile
@given(bar_columns, st.integers(2, 15), st.integers(1, 15), st.integers(1, 12))
def test_macd(bars, fast, wider, signal):
    close = bars[2]
    ours = indicators.macd(close, fast, fast + wider, signal)
    for mine, other in zip(ours, talib.MACD(close, fast, fast + wider, signal), strict=True):
        agree(mine, other, unit_of(close))


@profile
@given(bar_columns, st.integers(2, 40))
def test_standard_deviation_as_far_as_talib_keeps_its_digits(bars, period):
    # TA-Lib takes a small difference of mean squares, so its variance is good to 1e-9 of a squared price at best, and
    # it calls a variance below 1e-14 zero. The exact comparison is in test_references.
    close = bars[2]
    ours, theirs = indicators.standard_deviation(close, period), talib.STDDEV(close, period)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours**2, theirs**2, rtol=1e-9, atol=1e-12 * unit_of(close) ** 2, equal_nan=True)


@profile
@given(bar_columns, st.integers(2, 40), st.sampled_from([1.0, 2.0, 2.5]))
def test_bollinger(bars, period, deviations):
    close = bars[2]
    ours = indicators.bollinger(close, period, deviations)
    theirs = talib.BBANDS(close, period, deviations, deviations)
    agree(ours.middle, theirs[1], unit_of(close))
    for mine, other in ((ours.upper, theirs[0]), (ours.lower, theirs[2])):
        np.testing.assert_array_equal(np.isnan(mine), np.isnan(other))
        width, other_width = (mine - ours.middle) ** 2, (other - theirs[1]) ** 2
        np.testing.assert_allclose(width, other_width, rtol=1e-9, atol=1e-11 * unit_of(close) ** 2, equal_nan=True)


@pytest.mark.parametrize("scale", SCALES)
def test_bollinger_of_a_walk_equals_to_1e9_in_the_bands_themselves(scale):
    close = make_bars(3_000, seed=3, scale=scale)[2]
    for mine, other in zip(indicators.bollinger(close, 20, 2.0), talib.BBANDS(close, 20, 2.0, 2.0), strict=True):
        agree(mine, other, scale)


@profile
@given(bar_columns, st.integers(2, 30))
def test_ranges(bars, period):
    unit = unit_of(bars[2])
    agree(indicators.true_range(*bars), talib.TRANGE(*bars), unit)
    agree(indicators.atr(*bars, period), talib.ATR(*bars, period), unit)
    agree(indicators.natr(*bars, period), talib.NATR(*bars, period))


@profile
@given(bar_columns, st.integers(2, 30))
def test_adx(bars, period):
    # Where ranges have faded to rounding noise their ratios mean nothing, and TA-Lib's cut-off is another than ours.
    assume(np.nanmin(talib.ATR(*bars, period), initial=np.inf) > 1e-9 * unit_of(bars[2]))
    ours = indicators.adx(*bars, period)
    agree(ours.adx, talib.ADX(*bars, period))
    known = ~np.isnan(ours.adx)
    agree(ours.plus_di[known], talib.PLUS_DI(*bars, period)[known])
    agree(ours.minus_di[known], talib.MINUS_DI(*bars, period)[known])


@profile
@given(bar_columns, st.integers(1, 20), st.integers(1, 6), st.integers(1, 6))
def test_stochastic(bars, k_period, slowing, d_period):
    ours = indicators.stochastic(*bars, k_period, slowing, d_period)
    for mine, other in zip(ours, talib.STOCH(*bars, k_period, slowing, 0, d_period, 0), strict=True):
        agree(mine, other)
    fast = indicators.stochastic_fast(*bars, k_period, d_period)
    for mine, other in zip(fast, talib.STOCHF(*bars, k_period, d_period, 0), strict=True):
        agree(mine, other)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in {"walk", "grid", "spike"}])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("period", [2, 5, 20, 50])
def test_cci(kind, scale, period):
    bars = make_bars(400, seed=period, kind=kind, scale=scale)
    ours, theirs = indicators.cci(*bars, period), talib.CCI(*bars, period)
    typical = sum(bars) / 3
    with np.errstate(invalid="ignore"):
        still = talib.MAX(typical, period) - talib.MIN(typical, period) < 1e-12 * typical
    # Where a window stands still, TA-Lib may divide rounding errors of typical prices by each other.
    assert (ours[still] == 0.0).all()
    np.testing.assert_allclose(ours[~still], theirs[~still], rtol=1e-7, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("period", [5, 20, 50])
def test_cci_of_a_walk_equals_to_1e9(scale, period):
    bars = make_bars(3_000, seed=3, scale=scale)
    agree(indicators.cci(*bars, period), talib.CCI(*bars, period), 100.0)


@profile
@given(bar_columns, st.integers(2, 40))
def test_extremes(bars, period):
    np.testing.assert_array_equal(indicators.highest(bars[0], period), talib.MAX(bars[0], period))
    np.testing.assert_array_equal(indicators.lowest(bars[1], period), talib.MIN(bars[1], period))


@profile
@given(bar_columns, st.integers(1, 40))
def test_changes(bars, period):
    agree(indicators.momentum(bars[2], period), talib.MOM(bars[2], period), unit_of(bars[2]))
    agree(indicators.roc(bars[2], period), talib.ROC(bars[2], period))


@pytest.mark.parametrize("price", [1.0, 1.25, 100_000.0])
def test_a_market_that_stands_still(price):
    bars = (np.full(80, price),) * 3
    close = bars[2]
    for name in ("sma", "ema", "wma"):
        agree(getattr(indicators, name)(close, 10), getattr(talib, name.upper())(close, 10))
    agree(indicators.rsi(close, 10), talib.RSI(close, 10))
    for mine, other in zip(indicators.macd(close), talib.MACD(close), strict=True):
        agree(mine, other)
    for mine, other in zip(indicators.bollinger(close, 10), talib.BBANDS(close, 10, 2.0, 2.0), strict=True):
        agree(mine, other)
    agree(indicators.atr(*bars, 10), talib.ATR(*bars, 10))
    agree(indicators.adx(*bars, 10).adx, talib.ADX(*bars, 10))
    agree(indicators.stochastic(*bars, 10, 3, 3).k, talib.STOCH(*bars, 10, 3, 0, 3, 0)[0])
    agree(indicators.cci(*bars, 10), talib.CCI(*bars, 10))
    agree(indicators.roc(close, 10), talib.ROC(close, 10))
