"""Machine learning for ForexAI: features, labels, models and strategies that use them.

``train_direction(bars)`` gives a model, ``evaluate_direction(model, later_bars)`` its scores on prices that it has not
seen, and the strategy ``ml-direction`` trades it. LightGBM itself loads when something is trained or forecast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forexai_ml.features import Feature, FeatureSet, Reading, direction_features
    from forexai_ml.models import BoostedTrees, BoostedTreesLearner, DirectionModel
    from forexai_ml.settings import LightGbmSettings
    from forexai_ml.strategies.direction import MlDirection, SeenBars
    from forexai_ml.training import evaluate_direction, train_direction
    from forexai_ml.validation import Scores

__all__ = [
    "BoostedTrees",
    "BoostedTreesLearner",
    "DirectionModel",
    "Feature",
    "FeatureSet",
    "LightGbmSettings",
    "MlDirection",
    "Reading",
    "Scores",
    "SeenBars",
    "direction_features",
    "evaluate_direction",
    "train_direction",
]

_HOMES = {
    "features": ("Feature", "FeatureSet", "Reading", "direction_features"),
    "models": ("BoostedTrees", "BoostedTreesLearner", "DirectionModel"),
    "settings": ("LightGbmSettings",),
    "strategies.direction": ("MlDirection", "SeenBars"),
    "training": ("evaluate_direction", "train_direction"),
    "validation": ("Scores",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
