"""Series: what is known, and nothing later."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError
from forexai_core.strategies.series import Cursor, FollowingCursor, IndicatorSeries, Series, Times


def test_the_newest_is_minus_one_and_the_future_cannot_be_reached():
    cursor = Cursor(3)
    series = Series([1.0, 2.0, 3.0, 4.0, 5.0], cursor)
    assert (series[-1], series[-3], series[0], len(series)) == (3.0, 1.0, 1.0, 3)
    assert list(series) == [1.0, 2.0, 3.0]
    with pytest.raises(IndexError, match="3 rows are"):
        series[3]
    assert series[-2:] == [2.0, 3.0]
    assert series[:100] == [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(series.to_numpy(), [1.0, 2.0, 3.0])
    cursor.count = 4
    assert series[-1] == 4.0


def test_before_the_first_row_a_value_is_nan_and_no_comparison_holds():
    series = Series([1.0, 2.0], Cursor(1))
    assert math.isnan(series[-2])
    assert not series[-2] < 5.0
    assert math.isnan(Series([1.0], Cursor(0))[-1])


def test_times_are_whole_and_end_with_the_known():
    times = Times([10, 20, 30], Cursor(2))
    assert (times[-1], times[0], times[-2:]) == (20, 10, [10, 20])
    for index in (2, -3):
        with pytest.raises(IndexError):
            times[index]


@given(st.lists(st.integers(0, 50), max_size=30), st.lists(st.integers(0, 50), max_size=30), st.data())
def test_a_following_cursor_counts_the_rows_that_have_ended(times, ends, data):
    times, ends = sorted(times), sorted(ends)
    leader = Cursor()
    follower = FollowingCursor(leader, times, ends)
    # Mostly forward, sometimes back: a drive may begin anew.
    for count in data.draw(st.lists(st.integers(0, len(times)), max_size=10)):
        leader.count = count
        now = times[count - 1] if count else None
        assert follower.count == (0 if now is None else sum(end <= now for end in ends))


def test_an_indicator_has_its_main_line_and_each_line_by_name():
    lines = {"upper": [2.0, 3.0], "middle": [1.0, 2.0]}
    bands = IndicatorSeries("bollinger", "middle", lines, Cursor(2))
    assert (bands[-1], bands.upper[-1], bands.line("middle")[-2]) == (2.0, 3.0, 1.0)
    with pytest.raises(ConfigError, match="Did you mean 'upper'"):
        _ = bands.uper
