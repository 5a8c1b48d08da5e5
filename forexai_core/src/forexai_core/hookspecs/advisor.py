"""The hook of advisors that answer in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.advisor import AdvisorOffer
from forexai_core.ports.markers import hookspec

__all__ = ["AdvisorSpecs"]


class AdvisorSpecs(Protocol):
    """The hook through which a plugin offers advisors that answer in words."""

    @hookspec
    def forexai_advisor_offers(self) -> Sequence[AdvisorOffer]:
        """Offer the advisors that this plugin brings.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Call no provider here: :meth:`Advisor.ask` does.

        Returns
        -------
        Sequence[AdvisorOffer]
            Each says whether what it is told leaves this computer, and in which languages it answers.
        """
        ...
