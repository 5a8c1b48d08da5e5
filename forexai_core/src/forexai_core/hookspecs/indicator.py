"""The hook of indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.indicator import IndicatorOffer
from forexai_core.ports.markers import hookspec

__all__ = ["IndicatorSpecs"]


class IndicatorSpecs(Protocol):
    """The hook through which a plugin offers indicators."""

    @hookspec
    def forexai_indicator_offers(self) -> Sequence[IndicatorOffer]:
        """Offer the indicators that this plugin brings.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Strategies, rules and charts find them by name.

        Returns
        -------
        Sequence[IndicatorOffer]
            Each a name, a settings model that holds the parameters, and ``open(settings, services)``.
        """
        ...
