"""The hook of sources of prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forexai_core.ports.data import DataOffer
from forexai_core.ports.markers import hookspec

__all__ = ["DataSpecs"]


class DataSpecs(Protocol):
    """The hook through which a plugin offers sources of prices."""

    @hookspec
    def forexai_data_offers(self) -> Sequence[DataOffer]:
        """Offer the sources that this plugin can read.

        Asked by ``forexai_core.plugins.discover``, once for each discovery, in no promised order. Every
        answer is kept, an empty one too; a name that two offers of this kind share opens neither until one
        of the plugins is disabled. A plugin that raises, or answers with anything else, is reported by
        ``forexai plugins doctor``, and the others stay.

        Open no file and no connection here: the source does, when it is first read.

        Returns
        -------
        Sequence[DataOffer]
            Each with its tier, limits, asset classes and timeframes, and ``open(settings, services)``.
        """
        ...
