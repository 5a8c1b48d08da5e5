"""What is learned, and on which rows it is tested."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from teachable_market import HOUR_NS, bars_of, walking

from forexai_core.errors import ConfigError, DataShapeError
from forexai_ml.labels import horizon_labels
from forexai_ml.validation import purged_folds


def test_labels_by_hand():
    bars = bars_of([1.10, 1.11, 1.12, 1.11, 1.11, 1.10])
    # entered at the next open, which is this close; looked at two bars on
    labels = horizon_labels(bars, 2)
    assert labels.rows.tolist() == [0, 2, 3]
    assert labels.side.tolist() == [1, -1, -1]
    assert (labels.decided_ns - bars.time_ns[labels.rows]).tolist() == [HOUR_NS] * 3
    assert (labels.known_ns - bars.time_ns[labels.rows]).tolist() == [3 * HOUR_NS] * 3


def test_a_gap_between_close_and_open_is_not_earned():
    bars = bars_of([1.10, 1.10, 1.12])
    rows = bars.data.copy()
    rows["open"][1], rows["high"][1] = 1.11, 1.12
    gapped = type(bars)(instrument=bars.instrument, timeframe=bars.timeframe, data=rows)
    assert horizon_labels(gapped, 1).side.tolist() == [-1, 1]


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_few_bars_have_no_labels(rows):
    assert len(horizon_labels(walking(20)[:rows], 6)) == 0


def test_a_horizon_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="horizon"):
        horizon_labels(walking(20), 0)


@given(
    rows=st.integers(60, 200), horizon=st.integers(1, 8), folds=st.integers(2, 5), embargo=st.integers(0, 6),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_no_label_of_one_part_is_made_of_prices_of_the_other(rows, horizon, folds, embargo, seed):
    steps = np.random.default_rng(seed).integers(1, 4, rows + horizon)
    times = np.cumsum(steps).astype(np.int64)
    decided, known = times[:rows], times[horizon : rows + horizon]
    tested = []
    for fold in purged_folds(decided, known, folds=folds, embargo=embargo):
        tested += fold.test.tolist()
        begins, ends = decided[fold.test[0]], known[fold.test].max()
        before, after = fold.train[fold.train < fold.test[0]], fold.train[fold.train > fold.test[-1]]
        assert len(before) + len(after) == len(fold.train)
        assert (known[before] <= begins).all()
        assert (decided[after] >= ends).all()
        # nothing is thrown away beyond purge and embargo
        assert len(before) == np.count_nonzero(known <= begins)
        assert len(after) == max(0, np.count_nonzero(decided >= ends) - embargo)
    assert tested == list(range(rows))


def test_folds_that_cannot_be_are_refused():
    times = np.arange(10, dtype=np.int64)
    for folds, embargo in ((1, 0), (2, -1), (11, 0), (2, 100)):
        with pytest.raises(ConfigError):
            purged_folds(times, times + 5, folds=folds, embargo=embargo)
    with pytest.raises(DataShapeError):
        purged_folds(times[::-1].copy(), times, folds=2, embargo=0)
    with pytest.raises(DataShapeError):
        purged_folds(times, times - 1, folds=2, embargo=0)
