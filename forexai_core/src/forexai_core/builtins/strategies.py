"""The strategies that ship, as offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from forexai_core.ports.services import Services
from forexai_core.ports.strategy import StrategyOffer, TradingStrategy
from forexai_core.strategies.shipped import Template, templates

__all__ = ["strategy_offers"]


def _open(strategy: type[Template]) -> Callable[[Any, Services], TradingStrategy]:
    def opened(settings: BaseModel, _services: Services) -> TradingStrategy:
        return strategy(**settings.model_dump())

    return opened


def strategy_offers() -> tuple[StrategyOffer, ...]:
    """Give the templates that ship."""
    return tuple(
        StrategyOffer(
            name=strategy.name,
            title=strategy.title,
            summary=" ".join(strategy.description.split()),
            settings=strategy.settings_model(),
            open=_open(strategy),
            api_version=1,
            form=strategy.form,
            tags=strategy.tags,
        )
        for strategy in templates()
    )
