"""Training and evaluation: what can be learned is learned, what cannot is said so."""

from __future__ import annotations

import numpy as np
import pytest
from teachable_market import swinging, walking

from forexai_core.data import sample
from forexai_core.errors import ConfigError, DataError
from forexai_ml import BoostedTreesLearner, DirectionModel, LightGbmSettings, evaluate_direction, train_direction
from forexai_ml.labels import horizon_labels
from forexai_ml.offers import strategy_offers
from forexai_ml.validation import purged_folds, score_probabilities

SMALL = LightGbmSettings(trees=30, leaves=7)


def test_what_swings_is_learned_and_holds_on_later_prices(trained, market):
    assert trained.scores.auc > 0.8
    later = evaluate_direction(trained, market)
    assert later.auc > 0.8
    assert later.log_loss < later.base_log_loss
    assert later.rows == np.count_nonzero(horizon_labels(market, 6).rows >= 2_000)


def test_a_random_walk_is_not_taken_for_a_pattern():
    scores = train_direction(walking(2_500), horizon=6, settings=SMALL, seed=3).scores
    assert abs(scores.auc - 0.5) < 0.06
    assert scores.log_loss > scores.base_log_loss - 0.003


def test_the_scores_are_those_of_forecasters_that_had_not_seen_the_rows(trained, market):
    bars = market[:2_000]
    labels = horizon_labels(bars, 6)
    warm = labels.rows >= trained.features.warmup
    rows = trained.features.batch(bars)[labels.rows[warm]]
    side = labels.side[warm]
    forecast = np.full(len(side), np.nan)
    for fold in purged_folds(labels.decided_ns[warm], labels.known_ns[warm], folds=5, embargo=6):
        part = BoostedTreesLearner(SMALL).fit(
            rows[fold.train], side[fold.train], features=trained.features.names, seed=3
        )
        forecast[fold.test] = part.predict(rows[fold.test])[:, 1]
    assert score_probabilities(forecast, side) == trained.scores


def test_training_repeats_itself_and_hears_the_seed(market):
    first, again, other = (train_direction(market[:600], settings=SMALL, seed=seed) for seed in (1, 1, 2))
    assert first.dump() == again.dump()
    assert first.fingerprint != other.fingerprint


def test_a_model_tells_where_it_comes_from(trained, market):
    bars = market[:2_000]
    assert trained.data_fingerprint == bars.fingerprint
    assert (trained.first_ns, trained.seen_until_ns) == (int(bars.time_ns[0]), int(bars.end_ns[-1]))
    assert (trained.symbol, trained.timeframe.value, trained.bars) == ("EURUSD", "H1", 2_000)
    assert dict(trained.validation) == {"folds": 5, "embargo": 6}
    assert sum(trained.trees.importance().values()) == pytest.approx(1)


def test_prices_that_were_learned_from_are_no_evaluation(trained, market):
    with pytest.raises(DataError, match="hindsight"):
        evaluate_direction(trained, market[:2_000])
    with pytest.raises(ConfigError, match="GBPUSD"):
        evaluate_direction(trained, swinging(500, symbol="GBPUSD"))


def test_too_few_bars_are_said():
    with pytest.raises(DataError, match="200 are needed"):
        train_direction(walking(250), settings=SMALL)


def test_the_example_model_was_trained_on_the_bundled_sample():
    (offer,) = strategy_offers()
    model = DirectionModel.open(offer.example["model"])
    assert model.data_fingerprint == sample("EURUSD", "H1").fingerprint
