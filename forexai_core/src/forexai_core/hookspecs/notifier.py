"""The hook of channels to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.markers import hookspec
from forexai_core.ports.notifier import NotifierOffer

__all__ = ["NotifierSpecs"]


class NotifierSpecs(Protocol):
    """The hook through which a plugin offers channels to people."""

    @hookspec
    def forexai_notifier_offers(self) -> Sequence[NotifierOffer]:
        """Offer the channels that this plugin can send through.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        A session sends each notice through every channel that it was given; one that fails is reported through
        the others.

        Returns
        -------
        Sequence[NotifierOffer]
            Each a name, a settings model that names secrets instead of holding them, and ``open(settings, services)``.
        """
        ...
