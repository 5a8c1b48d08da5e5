"""The hook of rules that may refuse an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.markers import hookspec
from forexai_core.ports.risk import RiskOffer

__all__ = ["RiskSpecs"]


class RiskSpecs(Protocol):
    """The hook through which a plugin offers rules that may refuse an order."""

    @hookspec
    def forexai_risk_offers(self) -> Sequence[RiskOffer]:
        """Offer the risk rules that this plugin brings.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        A session asks every rule that it was given about every order; any refusal wins, and a rule that
        raises has refused.

        Returns
        -------
        Sequence[RiskOffer]
            Each a name, a settings model that holds the limits, and ``open(settings, services)``.
        """
        ...
