"""Wrong input stops with an error that names the indicator, the argument and the remedy."""

import math

import numpy as np
import pytest

from forexai_core import indicators
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.indicators.catalogue import catalogue, find_indicator

NAMES = sorted(catalogue())
ROWS = 40


def good_columns(spec):
    return [np.arange(ROWS) if name in {"day", "time_ns"} else np.linspace(1.0, 1.1, ROWS) for name in spec.inputs]


def argument_names(spec):
    return ["values"] if spec.source else list(spec.arguments or spec.inputs)


def every_column():
    for name in NAMES:
        spec = find_indicator(name)
        for place, argument in enumerate(argument_names(spec)):
            yield pytest.param(spec, place, argument, id=f"{name}-{argument}")


@pytest.mark.parametrize(("spec", "place", "argument"), list(every_column()))
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite(spec, place, argument, bad):
    for row in (0, 17, ROWS - 1):
        columns = good_columns(spec)
        columns[place] = columns[place].astype(float)
        columns[place][row] = bad
        message = rf"^{spec.name}: {argument} (has 1 value|must hold whole)"
        # As plain Python the kernels would warn of what they look for.
        with np.errstate(invalid="ignore", over="ignore"), pytest.raises(DataShapeError, match=message) as caught:
            spec.batch(*columns)
        if argument not in {"day", "time_ns"}:
            assert f"row {row};" in str(caught.value)


@pytest.mark.parametrize(("spec", "place", "argument"), list(every_column()))
@pytest.mark.parametrize(
    "bad",
    [np.ones((3, 3)), np.float64(1.0), ["a", "b"], [None, 1.0], [True, False], [1j], np.array(["2024"], "M8[D]")],
    ids=["2d", "0d", "text", "object", "bool", "complex", "date"],
)
def test_columns_of_another_shape_or_kind(spec, place, argument, bad):
    columns = good_columns(spec)
    columns[place] = bad
    with pytest.raises(DataShapeError, match=rf"^{spec.name}: {argument} must h.*(pass|convert)"):
        spec.batch(*columns)


@pytest.mark.parametrize("name", [name for name in NAMES if len(find_indicator(name).inputs) > 1])
def test_columns_of_different_lengths(name):
    spec = find_indicator(name)
    for place in range(len(spec.inputs)):
        columns = good_columns(spec)
        columns[place] = columns[place][:-1]
        with pytest.raises(
            DataShapeError, match=rf"^{name}: columns must have one length, but .*{ROWS - 1}.*same bars"
        ):
            spec.batch(*columns)


def every_parameter():
    for name in NAMES:
        spec = find_indicator(name)
        for parameter in spec.parameters:
            if parameter.name == "penetration":  # test_candlesticks has its bounds
                continue
            for bad in (0, -3, math.nan, math.inf, "14", None, True):
                if bad not in (0, -3) or bad < parameter.minimum:
                    yield pytest.param(spec, parameter, bad, id=f"{name}-{parameter.name}-{bad}")


@pytest.mark.parametrize(("spec", "parameter", "bad"), list(every_parameter()))
def test_parameters_out_of_range_in_both_forms(spec, parameter, bad):
    with pytest.raises(ConfigError, match=rf"^{spec.name}: {parameter.name} must be .*; pass {parameter.name}="):
        spec.batch(*good_columns(spec), **{parameter.name: bad})
    with pytest.raises(ConfigError, match=rf"^{spec.name}: {parameter.name} must be .*; pass {parameter.name}="):
        spec.streaming(**{parameter.name: bad})


@pytest.mark.parametrize("form", [indicators.Macd, lambda **named: indicators.macd([1.0], **named)])
def test_a_fast_average_must_be_faster(form):
    with pytest.raises(ConfigError, match="macd: fast must be below slow, got fast=26 and slow=26; swap them"):
        form(fast=26, slow=26)


def test_kinds_of_averages_are_known():
    for form in (indicators.MacdExtended, lambda **named: indicators.macd_extended([1.0], **named)):
        with pytest.raises(ConfigError, match="macd_extended: kinds of averages go from 0 to 8, got 0, 9, 0; pass 0"):
            form(slow_kind=9)


@pytest.mark.parametrize("period", [2.0, 2.5])
def test_periods_are_whole(period):
    with pytest.raises(ConfigError, match="sma: period must be a whole number"):
        indicators.sma([1.0, 2.0, 3.0], period)


@pytest.mark.kernels
def test_what_can_be_taken_for_a_column():
    expected = [math.nan, 1.5, 2.5, 3.5]
    strided = np.array([1.0, 9.0, 2.0, 9.0, 3.0, 9.0, 4.0, 9.0])[::2]
    frozen = np.array([1.0, 2.0, 3.0, 4.0])
    frozen.flags.writeable = False
    for column in ([1, 2, 3, 4], (1.0, 2.0, 3.0, 4.0), np.arange(1, 5, dtype=np.float32), strided, frozen):
        np.testing.assert_array_equal(indicators.sma(column, np.int32(2)), expected)
    big = np.arange(1, 5).astype(">f8")
    np.testing.assert_array_equal(indicators.sma(big, 2), expected)


@pytest.mark.kernels
def test_inputs_are_left_as_they_were():
    close = np.linspace(1.0, 2.0, 50)
    before = close.copy()
    out = indicators.sma(close, 5)
    assert close.flags.writeable
    np.testing.assert_array_equal(close, before)
    assert out.flags.writeable
    assert not np.shares_memory(out, close)


def test_prices_whose_sum_overflows_are_still_finite():
    np.testing.assert_array_equal(indicators.highest([1e308, 1e308, 9e307], 2), [math.nan, 1e308, 1e308])


def test_points_are_whole():
    with pytest.raises(DataShapeError, match="sma_sum_points: points must hold whole numbers; round prices to points"):
        indicators.sma_sum_points([1.5, 2.0], 1)
    np.testing.assert_array_equal(indicators.sma_sum_points([1.0, 2.0], 2), [indicators.NO_SUM, 3])


def test_a_stream_of_pivots_refuses_days_that_fall_or_are_not_whole():
    pivots = indicators.FloorPivots()
    pivots.update(1.2, 1.0, 1.1, 5)
    for day in (4, 5.5):
        with pytest.raises(DataShapeError, match="floor_pivots: day must be a whole number that never falls"):
            pivots.update(1.2, 1.0, 1.1, day)
    assert pivots.count == 1
