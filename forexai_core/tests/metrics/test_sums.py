"""The compiled passes over trades, against what they stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.metrics.kernels import decimals_of, extend_to_ends, held_time, sum_exactly

FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


def read_only(values, dtype=np.float64):
    array = np.array(values, dtype)
    array.flags.writeable = False
    return array


@given(st.lists(FLOATS, max_size=40))
def test_sums_are_those_of_fsum_to_the_last_bit(values):
    assert sum_exactly(read_only(values), np.empty(64), 0).hex() == math.fsum(values).hex()


@pytest.mark.parametrize("values", [[1e16, 1.0, 1e-16], [1.0, 2.0**-53, 2.0**-106], [1e100, 1.0, -1e100], [0.1] * 10])
def test_halves_of_the_last_place_are_rounded_by_what_lies_below(values):
    assert sum_exactly(read_only(values), np.empty(64), 0) == math.fsum(values)


@pytest.mark.parametrize(("values", "digits"), [([], 0), ([1.0, -2.0], 0), ([0.1, 1.25], 2), ([1 / 3], -1)])
def test_decimals_are_found(values, digits):
    assert decimals_of(read_only(values), 8, 1e-12) == digits


SPANS = st.lists(st.integers(1, 5), min_size=2, max_size=30)


@given(SPANS, SPANS)
def test_open_and_held_time_are_those_of_counting_moments(market, holding):
    opened = read_only(np.cumsum(market)[:-1:2], np.int64)
    closed = read_only(np.cumsum(market)[1::2][: len(opened)], np.int64)
    start = read_only(np.cumsum(holding)[:-1:2], np.int64)
    stop = read_only(np.cumsum(holding)[1::2][: len(start)], np.int64)
    is_open = {moment for low, high in zip(opened, closed, strict=True) for moment in range(low, high)}
    is_held = {moment for low, high in zip(start, stop, strict=True) for moment in range(low, high)}
    assert held_time(opened, closed, start, stop) == len(is_open & is_held)


@given(SPANS, st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=20))
def test_times_inside_a_bar_move_to_its_end(lengths, times):
    opened = read_only(np.cumsum(lengths), np.int64)
    closed = read_only([*opened[1:], opened[-1] + 3], np.int64)
    until = np.array([time for time, _ in times], np.int64)
    inside = read_only([moves for _, moves in times], np.bool_)
    expected = [
        max([time, *(high for low, high in zip(opened, closed, strict=True) if low <= time < high)]) if moves else time
        for time, moves in times
    ]
    extend_to_ends(opened, closed, inside, until)
    assert until.tolist() == expected
