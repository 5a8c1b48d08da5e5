"""The plugin of forexai-mt5."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.data import DataOffer
from forexai_core.ports.markers import hookimpl

__all__ = ["Mt5Plugin", "plugin"]


class Mt5Plugin:
    """Offers what comes from a MetaTrader 5 terminal."""

    plugin_name = "mt5"

    @hookimpl
    def forexai_data_offers(self) -> Sequence[DataOffer]:
        """Offer the exports of a terminal."""
        # Loaded with the rest of its kind only: readers of files.
        from forexai_mt5.offers import data_offers

        return data_offers()


plugin = Mt5Plugin()
"""What the entry point names."""
