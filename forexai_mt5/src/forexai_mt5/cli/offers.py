"""The offer of ``forexai connector``."""

from __future__ import annotations

from typing import Any

from forexai_core.ports.cli import CliOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings

__all__ = ["cli_offers"]


class _ConnectorCommands:
    """The commands of the connector."""

    def add_to(self, app: Any) -> None:
        """Add them to a ``typer.Typer``."""
        # Slow to load, and not needed by who only lists commands.
        from forexai_mt5.cli.connector import connector_app

        app.add_typer(connector_app(), name="connector")


def _open(_settings: NoSettings, _services: Services) -> _ConnectorCommands:
    return _ConnectorCommands()


def cli_offers() -> tuple[CliOffer, ...]:
    """Give the commands."""
    return (
        CliOffer(
            name="connector",
            title="The connector",
            summary="Finds terminals and brokers, and joins the accounts of this machine to a platform.",
            settings=NoSettings,
            open=_open,
            api_version=1,
            commands={"connector": "Find terminals, and join their accounts to a platform."},
        ),
    )
