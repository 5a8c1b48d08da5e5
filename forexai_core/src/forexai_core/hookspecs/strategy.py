"""The hook of strategies that can be run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.markers import hookspec
from forexai_core.ports.strategy import StrategyOffer

__all__ = ["StrategySpecs"]


class StrategySpecs(Protocol):
    """The hook through which a plugin offers strategies that can be run."""

    @hookspec
    def forexai_strategy_offers(self) -> Sequence[StrategyOffer]:
        """Offer the strategies that this plugin brings.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Read no prices and compile nothing here.

        Returns
        -------
        Sequence[StrategyOffer]
            Each a name, a settings model that holds the strategy's parameters, and ``open(settings, services)``
            that gives a strategy ready to run.
        """
        ...
