"""The hook of venues to trade on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.markers import hookspec

__all__ = ["BrokerSpecs"]


class BrokerSpecs(Protocol):
    """The hook through which a plugin offers venues to trade on."""

    @hookspec
    def forexai_broker_offers(self) -> Sequence[BrokerOffer]:
        """Offer the brokers that this plugin can open.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Open no connection here: :meth:`Broker.connect` does, when a session begins.

        Returns
        -------
        Sequence[BrokerOffer]
            Each a name, a pydantic settings model and ``open(settings, services)``.
        """
        ...
