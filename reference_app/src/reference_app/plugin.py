"""The plugin of forexai-app: the command that serves it."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.cli import CliOffer
from forexai_core.ports.markers import hookimpl
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings
from reference_app.commands import DatabaseCommands, HomeCommands, ServeCommand

__all__ = ["AppPlugin", "plugin"]


def _open_serve(_settings: NoSettings, _services: Services) -> ServeCommand:
    return ServeCommand()


def _open_database(_settings: NoSettings, _services: Services) -> DatabaseCommands:
    return DatabaseCommands()


def _open_home(_settings: NoSettings, _services: Services) -> HomeCommands:
    return HomeCommands()


class AppPlugin:
    """Offers ``forexai serve``, ``forexai db`` and ``forexai home``."""

    plugin_name = "app"

    @hookimpl
    def forexai_cli_offers(self) -> Sequence[CliOffer]:
        """Offer the commands."""
        return (
            CliOffer(
                name="serve",
                title="The platform",
                summary="Serves the web page and the API of the platform.",
                settings=NoSettings,
                open=_open_serve,
                api_version=1,
                commands={"serve": "Serve the platform: its web page and its API."},
            ),
            CliOffer(
                name="platform-database",
                title="The platform's database",
                summary="Upgrades the platform's tables, and writes the SQL of a server's roles.",
                settings=NoSettings,
                open=_open_database,
                api_version=1,
                commands={"db": "Upgrade the platform's tables; write the SQL of a server's roles."},
            ),
            CliOffer(
                name="home",
                title="The home",
                summary="Shows, copies, restores and erases the folder that holds all state.",
                settings=NoSettings,
                open=_open_home,
                api_version=1,
                commands={"home": "Show, copy, restore or erase the folder that holds all state."},
            ),
        )


plugin = AppPlugin()
"""What the entry point names."""
