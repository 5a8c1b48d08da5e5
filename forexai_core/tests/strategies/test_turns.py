"""Turns, orders and runs of columns, against plain loops."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.strategies.rules.truth import Truth, all_of, any_of, counted, difference, negated
from forexai_core.strategies.turns import (
    crosses_above,
    crosses_below,
    last_order,
    previous,
    run_length,
    turns,
)

values = st.lists(st.sampled_from([math.nan, -2.0, -1.0, 0.0, 1.0, 2.0]), max_size=40)
flags = st.lists(st.booleans(), max_size=40)


@given(values)
def test_turns_follow_the_last_strict_order(apart):
    orders, turned, last = [], [], 0
    for value in apart:
        order = 1 if value > 0 else -1 if value < 0 else last
        turned.append(order if last and order != last else 0)
        orders.append(order)
        last = order
    column = np.array(apart)
    assert last_order(column).tolist() == orders
    assert turns(column).tolist() == turned
    level = np.zeros(len(column))
    assert crosses_above(column, level).tolist() == [side > 0 for side in turned]
    assert crosses_below(column, level).tolist() == [side < 0 for side in turned]


@given(values, st.integers(1, 50))
def test_previous_moves_a_column(column, bars):
    moved = previous(np.array(column), bars)
    np.testing.assert_equal(moved, ([math.nan] * bars + column)[: len(column)])


@given(flags)
def test_run_length_counts_without_a_break(column):
    length, expected = 0, []
    for flag in column:
        length = length + 1 if flag else 0
        expected.append(length)
    assert run_length(np.array(column, np.bool_)).tolist() == expected


# --- three values: True, False, None for not known --------------------------------------------------------------------

known = st.sampled_from([True, False, None])
columns = st.integers(1, 12).flatmap(
    lambda rows: st.lists(st.lists(known, min_size=rows, max_size=rows), min_size=1, max_size=4)
)


def truth(column):
    return Truth(np.array([each is True for each in column]), np.array([each is False for each in column]))


def plain(part):
    assert not (part.yes & part.no).any()
    return [True if yes else False if no else None for yes, no in zip(part.yes, part.no, strict=True)]


@given(columns)
def test_and_or_not_keep_what_is_not_known(parts):
    truths = [truth(part) for part in parts]
    rows = list(zip(*parts, strict=True))
    expected = [False if False in row else None if None in row else True for row in rows]
    assert plain(all_of(truths)) == expected
    expected = [True if True in row else None if None in row else False for row in rows]
    assert plain(any_of(truths)) == expected
    assert plain(negated(truths[0])) == [None if each is None else not each for each in parts[0]]


@given(st.lists(known, min_size=1, max_size=30), st.integers(1, 8), st.integers(0, 7))
def test_counts_over_the_last_bars(column, at_least, more):
    bars = at_least + more
    padded = [None] * bars + column
    expected = []
    for row in range(len(column)):
        window = padded[row + 1 : row + 1 + bars]
        least, most = window.count(True), bars - window.count(False)
        expected.append(True if least >= at_least else False if most < at_least else None)
    assert plain(counted(truth(column), at_least, bars)) == expected


def test_equal_up_to_binary_noise_is_equal():
    left = np.array([0.1 + 0.2, 1.0, 1.1, math.nan, 0.0])
    right = np.array([0.3, 1.0 + 1e-9, 1.1, 1.0, 0.0])
    apart = difference(left, right)
    assert apart[0] == apart[2] == apart[4] == 0.0
    assert apart[1] < 0
    assert math.isnan(apart[3])
