"""The hook of ways to meter and charge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.billing import BillingOffer
from forexai_core.ports.markers import hookspec

__all__ = ["BillingSpecs"]


class BillingSpecs(Protocol):
    """The hook through which a plugin offers ways to meter and charge."""

    @hookspec
    def forexai_billing_offers(self) -> Sequence[BillingOffer]:
        """Offer the meters that this plugin brings.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        An installation uses one of them, named in its settings; without one nothing is metered.

        Returns
        -------
        Sequence[BillingOffer]
            Each with the features that it meters and the currencies that it takes.
        """
        ...
