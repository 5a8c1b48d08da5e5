"""The plugin of forexai-mt5."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.app import AppOffer
from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.cli import CliOffer
from forexai_core.ports.data import DataOffer
from forexai_core.ports.markers import hookimpl

__all__ = ["Mt5Plugin", "plugin"]


class Mt5Plugin:
    """Offers what comes from a MetaTrader 5 terminal."""

    plugin_name = "mt5"

    @hookimpl
    def forexai_data_offers(self) -> Sequence[DataOffer]:
        """Offer the exports of a terminal, and its own prices."""
        # Loaded with the rest of its kind only: readers of files.
        from forexai_mt5.offers import data_offers

        return data_offers()

    @hookimpl
    def forexai_broker_offers(self) -> Sequence[BrokerOffer]:
        """Offer the account of a terminal."""
        # Likewise.
        from forexai_mt5.offers import broker_offers

        return broker_offers()

    @hookimpl
    def forexai_cli_offers(self) -> Sequence[CliOffer]:
        """Offer the commands of the connector."""
        # Likewise.
        from forexai_mt5.cli.offers import cli_offers

        return cli_offers()

    @hookimpl
    def forexai_app_offers(self) -> Sequence[AppOffer]:
        """Offer the door of connectors."""
        # Likewise.
        from forexai_mt5.gateway.app_part import app_offers

        return app_offers()


plugin = Mt5Plugin()
"""What the entry point names."""
