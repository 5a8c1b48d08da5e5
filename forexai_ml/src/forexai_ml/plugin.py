"""The plugin of forexai-ml."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.markers import hookimpl
from forexai_core.ports.model import ModelOffer
from forexai_core.ports.strategy import StrategyOffer

__all__ = ["MlPlugin", "plugin"]


class MlPlugin:
    """Offers models, and strategies that ask them."""

    plugin_name = "ml"

    @hookimpl
    def forexai_model_offers(self) -> Sequence[ModelOffer]:
        """Offer the kinds of model."""
        # Loaded with the rest of its kind only: features bring compiled indicators.
        from forexai_ml.offers import model_offers

        return model_offers()

    @hookimpl
    def forexai_strategy_offers(self) -> Sequence[StrategyOffer]:
        """Offer the strategies."""
        # Slow to load: strategies bring compiled indicators.
        from forexai_ml.offers import strategy_offers

        return strategy_offers()


plugin = MlPlugin()
"""What the entry point names."""
