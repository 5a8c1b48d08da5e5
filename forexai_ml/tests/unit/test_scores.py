"""Figures of forecasts, against cases worked by hand and against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forexai_core.errors import DataShapeError
from forexai_ml.validation import score_probabilities


def test_a_case_by_hand():
    scores = score_probabilities(np.array([0.9, 0.6, 0.4, 0.2]), np.array([1, -1, 1, -1]))
    assert (scores.rows, scores.share_up, scores.accuracy, scores.auc) == (4, 0.5, 0.5, 0.75)
    assert scores.brier == pytest.approx((0.01 + 0.36 + 0.36 + 0.04) / 4)
    assert scores.log_loss == pytest.approx(-math.log(0.9 * 0.4 * 0.4 * 0.8) / 4)
    assert (scores.base_accuracy, scores.base_brier) == (0.5, 0.25)
    assert scores.base_log_loss == pytest.approx(math.log(2))


def test_the_area_counts_pairs_and_halves_ties():
    chance = np.random.default_rng(4)
    probability = np.round(chance.random(80), 1)
    side = np.where(chance.random(80) < 0.3 + 0.4 * probability, 1, -1)
    pairs = [
        1.0 if up > down else 0.5 if up == down else 0.0
        for up in probability[side > 0]
        for down in probability[side < 0]
    ]
    assert score_probabilities(probability, side).auc == pytest.approx(np.mean(pairs), abs=1e-12)


def test_who_is_always_sure_and_right_is_perfect_and_who_is_wrong_is_bounded():
    sure = np.array([1.0, 0.0, 1.0])
    assert score_probabilities(sure, np.array([1, -1, 1])).log_loss == 0
    assert math.isfinite(score_probabilities(sure, np.array([-1, 1, -1])).log_loss)


def test_one_outcome_has_no_area():
    assert score_probabilities(np.array([0.3, 0.4]), np.array([1, 1])).auc is None


@pytest.mark.parametrize(
    ("probability", "side"), [([], []), ([0.5], [1, -1]), ([0.5], [0]), ([1.5], [1]), ([math.nan], [1])]
)
def test_nonsense_is_refused(probability, side):
    with pytest.raises(DataShapeError):
        score_probabilities(np.array(probability, np.float64), np.array(side, np.int64))
