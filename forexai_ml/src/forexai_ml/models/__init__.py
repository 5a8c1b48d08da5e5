"""Models: LightGBM, stored as text and numbers."""

from __future__ import annotations

from forexai_ml.models.boosted_trees import BoostedTrees, BoostedTreesLearner
from forexai_ml.models.direction import DirectionModel

__all__ = ["BoostedTrees", "BoostedTreesLearner", "DirectionModel"]
