"""What the plugin offers."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from forexai_core.ports.model import ModelOffer
from forexai_core.ports.services import Services
from forexai_core.ports.strategy import StrategyForm, StrategyOffer
from forexai_ml.models.boosted_trees import BoostedTreesLearner
from forexai_ml.settings import LightGbmSettings
from forexai_ml.strategies.direction import MlDirection

__all__ = ["model_offers", "strategy_offers"]

EXAMPLE_MODEL = "direction_EURUSD_H1_2017.json"
"""Trained on the bundled sample of forexai-core, to try the strategy with; no advice."""


def _open_lightgbm(settings: LightGbmSettings, _services: Services) -> BoostedTreesLearner:
    return BoostedTreesLearner(settings)


def _open_direction(settings: Any, _services: Services) -> MlDirection:
    return MlDirection(**settings.model_dump())


def model_offers() -> tuple[ModelOffer, ...]:
    """Give the kinds of model."""
    return (
        ModelOffer(
            name="lightgbm",
            title="LightGBM",
            summary="Boosted trees, trained deterministically and stored as text.",
            settings=LightGbmSettings,
            open=_open_lightgbm,
            api_version=1,
        ),
    )


def strategy_offers() -> tuple[StrategyOffer, ...]:
    """Give the strategies."""
    return (
        StrategyOffer(
            name=MlDirection.name,
            title=MlDirection.title,
            summary=" ".join(MlDirection.description.split()),
            settings=MlDirection.settings_model(),
            open=_open_direction,
            api_version=1,
            form=StrategyForm.VECTOR,
            tags=MlDirection.tags,
            example={"model": str(files("forexai_ml") / "samples" / EXAMPLE_MODEL), "threshold": 0.5},
        ),
    )
