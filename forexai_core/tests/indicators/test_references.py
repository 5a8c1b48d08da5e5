"""Against plain Python: what TA-Lib lacks, and what it computes less exactly."""

import math

import numpy as np
import plain_indicators as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_series import bar_columns, make_bars

from forexai_core import indicators
from forexai_core.errors import DataShapeError

pytestmark = pytest.mark.kernels
profile = settings(derandomize=True, deadline=None, max_examples=25)


def lines(result):
    return np.array(result).T.reshape(-1, len(result))


def table(rows, width):
    return np.array(rows, dtype=float).reshape(-1, width)


@profile
@given(bar_columns, st.integers(1, 25))
def test_averages_are_right_to_the_last_bits(bars, period):
    close = bars[2]
    np.testing.assert_allclose(indicators.sma(close, period), plain.sma(close, period), rtol=4e-16)
    np.testing.assert_allclose(indicators.wma(close, period), plain.wma(close, period), rtol=1e-13)
    np.testing.assert_allclose(indicators.ema(close, period), plain.ema(close, period), rtol=1e-13)


@profile
@given(bar_columns, st.integers(1, 25))
def test_deviation_keeps_its_digits_beside_a_large_price(bars, period):
    close = bars[2]
    exact = plain.standard_deviation(close, period)
    np.testing.assert_allclose(indicators.standard_deviation(close, period), exact, rtol=1e-8, atol=1e-14)


def test_deviation_of_a_tenth_of_a_point_at_a_hundred_thousand():
    close = 100_000.0 + 0.001 * np.random.default_rng(5).integers(-3, 4, 600)
    exact = plain.standard_deviation(close, 20)
    np.testing.assert_allclose(indicators.standard_deviation(close, 20), exact, rtol=1e-11)


def test_deviation_forgets_a_spike_when_it_has_left():
    close = make_bars(300, seed=8)[2]
    with_spike = close.copy()
    with_spike[100] = 1e6
    ours = indicators.standard_deviation(with_spike, 20)
    np.testing.assert_allclose(ours[120:], plain.standard_deviation(close, 20)[120:], rtol=1e-10)


def test_deviation_of_equal_values_is_zero_exactly():
    close = np.concatenate([make_bars(50, seed=1)[2], np.full(60, 1.1), make_bars(50, seed=2)[2]])
    deviation = indicators.standard_deviation(close, 20)
    assert (deviation[69:110] == 0.0).all()
    assert (deviation[19:69] > 0.0).all()
    assert (deviation[110:] > 0.0).all()
    bands = indicators.bollinger(close, 20)
    assert (bands.upper[69:110] == bands.lower[69:110]).all()


def test_a_running_sum_does_not_drift():
    rng = np.random.default_rng(11)
    points = 110_000 + np.cumsum(rng.integers(-20, 21, 100_000))
    close = points / 100_000
    spiked = close.copy()
    spiked[50] = 1e9
    exact = indicators.sma_sum_points(points, 50)[1_000:] / (50 * 100_000)
    np.testing.assert_allclose(indicators.sma(close, 50)[1_000:], exact, rtol=5e-16)
    np.testing.assert_allclose(indicators.sma(spiked, 50)[1_000:], exact, rtol=5e-16)


def test_an_average_of_a_flat_window_is_one_number():
    close = np.concatenate([make_bars(500, seed=4)[2], np.full(300, 1.23457)])
    flat = indicators.sma(close, 30)[530:]
    assert len(set(flat)) == 1
    assert flat[0] == pytest.approx(1.23457, rel=2.3e-16)


def test_cci_of_a_window_that_stands_still_is_zero():
    for price in (1.1, 0.1, 99_999.9, 100_000 / 3):
        column = np.full(40, price)
        assert (indicators.cci(column, column, column, 14)[13:] == 0.0).all()


@profile
@given(bar_columns, st.integers(1, 20), st.sampled_from([0.5, 2.0]), st.integers(1, 20))
def test_keltner(bars, period, ranges, atr_period):
    ours = lines(indicators.keltner(*bars, period, ranges, atr_period))
    expected = table(plain.keltner([list(column) for column in bars], period, ranges, atr_period), 3)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


@profile
@given(bar_columns, st.integers(1, 30))
def test_donchian_and_extremes(bars, period):
    high, low, _ = bars
    np.testing.assert_array_equal(
        lines(indicators.donchian(high, low, period)), table(plain.donchian(high, low, period), 3)
    )
    np.testing.assert_array_equal(indicators.highest(high, period), plain.highest(high, period))
    np.testing.assert_array_equal(indicators.lowest(low, period), plain.lowest(low, period))


@profile
@given(bar_columns, st.integers(1, 9))
def test_floor_pivots(bars, length):
    day = 20_000 + np.arange(len(bars[0])) // length * 3
    ours = lines(indicators.floor_pivots(*bars, day))
    np.testing.assert_allclose(ours, table(plain.floor_pivots(*bars, day), 7), rtol=1e-13)


def test_floor_pivots_worked_by_hand():
    levels = indicators.floor_pivots([1.2, 1.3, 9.0], [1.1, 1.0, 8.0], [1.15, 1.27, 8.5], [1, 1, 2])
    assert math.isnan(levels.pivot[1])
    # High 1.3, low 1.0, close 1.27: P = 1.19.
    expected = (1.19, 1.38, 1.49, 1.68, 1.08, 0.89, 0.78)
    assert [line[2] for line in levels] == pytest.approx(expected, abs=1e-12)


def test_floor_pivots_refuses_days_that_fall():
    with pytest.raises(DataShapeError, match=r"day falls from 5 to 4 in row 2; sort"):
        indicators.floor_pivots([1.0] * 3, [1.0] * 3, [1.0] * 3, [4, 5, 4])


@profile
@given(bar_columns, st.integers(1, 4), st.integers(1, 4))
def test_swing_pivots(bars, left, right):
    high, low, _ = bars
    ours = lines(indicators.swing_pivots(high, low, left, right))
    np.testing.assert_array_equal(ours, table(plain.swing_pivots(high, low, left, right), 4))


def test_of_equal_highs_the_first_is_the_swing():
    high = [1.0, 2.0, 2.0, 1.0, 1.0]
    levels = indicators.swing_pivots(high, [0.0] * 5, 1, 2)
    np.testing.assert_array_equal(levels.swing_high, [math.nan] * 3 + [2.0, 2.0])
    np.testing.assert_array_equal(levels.high_age, [math.nan] * 3 + [2.0, 3.0])


@profile
@given(st.lists(st.integers(-(10**12), 10**12), max_size=60), st.integers(1, 20))
def test_sums_of_points(points, period):
    ours = indicators.sma_sum_points(np.array(points, dtype=np.int64), period)
    expected = [
        sum(points[i + 1 - period : i + 1]) if i + 1 >= period else indicators.NO_SUM for i in range(len(points))
    ]
    assert ours.tolist() == expected


def test_sums_of_points_refuse_to_overflow():
    with pytest.raises(DataShapeError, match="pass int64"):
        indicators.sma_sum_points([2**62, 2**62], 2)


@pytest.mark.parametrize("name", ["rsi", "stochastic", "stochastic_fast", "adx"])
@pytest.mark.parametrize("kind", ["walk", "flat", "steps", "spike"])
def test_oscillators_stay_between_0_and_100(name, kind):
    bars = make_bars(600, seed=6, kind=kind)
    result = indicators.rsi(bars[2]) if name == "rsi" else np.array(getattr(indicators, name)(*bars))
    known = result[~np.isnan(result)]
    assert known.size > 0
    assert known.min() >= -1e-12
    assert known.max() <= 100.0 + 1e-12
