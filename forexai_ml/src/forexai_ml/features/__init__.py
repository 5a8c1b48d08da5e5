"""Features: what a model sees of the market at the close of a bar, in batch and streaming, from one arithmetic."""

from __future__ import annotations

from forexai_ml.features.feature_sets import FeatureSet, FeatureStream, direction_features
from forexai_ml.features.specification import Feature, Reading

__all__ = ["Feature", "FeatureSet", "FeatureStream", "Reading", "direction_features"]
