"""Training a direction model, and evaluating one on prices that it has not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataError
from forexai_core.values.bars import Bars
from forexai_ml.features import FeatureSet, direction_features
from forexai_ml.labels import HorizonLabels, horizon_labels
from forexai_ml.models.boosted_trees import BoostedTreesLearner
from forexai_ml.models.direction import DirectionModel
from forexai_ml.settings import LightGbmSettings
from forexai_ml.validation import Scores, purged_folds, score_probabilities

__all__ = ["evaluate_direction", "train_direction"]

Floats = NDArray[np.float64]

_FEWEST_ROWS = 200


def train_direction(
    bars: Bars,
    *,
    horizon: int = 12,
    features: FeatureSet | None = None,
    settings: LightGbmSettings | None = None,
    folds: int = 5,
    embargo: int | None = None,
    seed: int = 0,
) -> DirectionModel:
    """Train a model of where the price goes.

    Its scores come from purged folds: each row is forecast by trees that saw neither it nor anything that overlaps
    it. The model itself is then trained on all rows; so no bar given here is new to it afterwards.

    Parameters
    ----------
    bars : Bars
        To learn from. Leave out the period on which a strategy is to be tested.
    horizon : int
        Bars ahead.
    features : FeatureSet, optional
        What it sees; default :func:`direction_features`.
    settings : LightGbmSettings, optional
        Hyperparameters.
    folds : int
        Parts of the validation, 2 or more.
    embargo : int, optional
        Rows left out after each part; default the horizon.
    seed : int
        Of everything random: the same bars, settings and seed give the same model.

    Returns
    -------
    DirectionModel
        With its scores and its provenance.

    Raises
    ------
    DataError
        If too few bars have features and a label.
    """
    chosen, columns = settings or LightGbmSettings(), features or direction_features()
    gap = horizon if embargo is None else embargo
    rows, labels = _labelled(bars, columns, horizon)
    if len(labels) < _FEWEST_ROWS:
        raise DataError(
            f"{len(bars):,} bars give {len(labels):,} rows with features and a label over {horizon} bars; "
            f"{_FEWEST_ROWS} are needed at least. Give more bars."
        )
    learner = BoostedTreesLearner(chosen)
    forecast = np.empty(len(labels))
    for fold in purged_folds(labels.decided_ns, labels.known_ns, folds=folds, embargo=gap):
        part = learner.fit(rows[fold.train], labels.side[fold.train], features=columns.names, seed=seed)
        forecast[fold.test] = part.predict(rows[fold.test])[:, 1]
    return DirectionModel(
        trees=learner.fit(rows, labels.side, features=columns.names, seed=seed),
        features=columns,
        horizon=horizon,
        symbol=bars.symbol,
        timeframe=bars.timeframe,
        first_ns=int(bars.time_ns[0]),
        seen_until_ns=int(bars.end_ns[-1]),
        bars=len(bars),
        data_fingerprint=bars.fingerprint,
        seed=seed,
        settings=chosen.model_dump(),
        scores=score_probabilities(forecast, labels.side),
        validation={"folds": folds, "embargo": gap},
    )


def evaluate_direction(model: DirectionModel, bars: Bars) -> Scores:
    """Score a model's forecasts on prices that it has not seen.

    Parameters
    ----------
    model : DirectionModel
        What forecasts.
    bars : Bars
        Of its symbol and timeframe. Bars before ``model.seen_until_ns`` only warm the features up.

    Raises
    ------
    DataError
        If no row is left that is new to the model and has a label.
    """
    labels = horizon_labels(bars, model.horizon)
    probability = model.probability_up(bars)[labels.rows]
    new = (labels.rows >= model.first_unseen(bars)) & ~np.isnan(probability)
    if not new.any():
        model.refuse_seen(bars, remedy="Give bars that begin later.")
        raise DataError(
            f"{len(bars):,} bars are too few to warm up {model.features.warmup} and look {model.horizon} ahead."
        )
    return score_probabilities(probability[new], labels.side[new])


def _labelled(bars: Bars, features: FeatureSet, horizon: int) -> tuple[Floats, HorizonLabels]:
    """Give the rows that have all their features warmed up, and a label."""
    labels = horizon_labels(bars, horizon)
    warm = labels.rows >= features.warmup
    kept = HorizonLabels(
        rows=labels.rows[warm],
        side=labels.side[warm],
        decided_ns=labels.decided_ns[warm],
        known_ns=labels.known_ns[warm],
    )
    return features.batch(bars)[kept.rows], kept
