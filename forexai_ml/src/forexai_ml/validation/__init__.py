"""Validation: parts of a history that know nothing of each other, and how good probabilities are."""

from __future__ import annotations

from forexai_ml.validation.purging import Fold, purged_folds
from forexai_ml.validation.scores import Scores, score_probabilities

__all__ = ["Fold", "Scores", "purged_folds", "score_probabilities"]
