"""Commands that plugins bring; a plugin's commands are loaded when one of them is asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer

from forexai_core.errors import PluginConflictError, PluginContractError
from forexai_core.plugins import OfferMap, discover
from forexai_core.ports.cli import CliOffer

__all__ = ["open_command", "plugin_commands"]


@cache
def _offers() -> OfferMap[CliOffer]:
    return discover(kinds={"cli"}).cli


def plugin_commands() -> dict[str, str]:
    """Give each command that a plugin brings, with its line of help."""
    return {name: line for offer in _offers().values() for name, line in offer.commands.items()}


def open_command(name: str) -> Any:
    """Load a command of a plugin.

    Raises
    ------
    PluginConflictError
        If several plugins bring a command of that name.
    PluginContractError
        If the plugin does not add the command that it names.
    """
    # Slow to load, and the list of commands needs none of it.
    from forexai_core.services.assembly import default_home, embedded_services

    found = [offer for offer in _offers().values() if name in offer.commands]
    if len(found) > 1:
        plugins = " and ".join(str(_offers().origin(offer.name)) for offer in found)
        raise PluginConflictError(f"{plugins} both bring a command '{name}'. Disable or uninstall one of them.")
    offer = found[0]
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    # With one command alone typer would drop the command's name.
    app.command("forexai-itself", hidden=True)(_itself)
    offer.open(offer.settings(), embedded_services(default_home())).add_to(app)
    commands = typer.main.get_group(app).commands
    if name not in commands:
        origin = _offers().origin(offer.name)
        raise PluginContractError(f"Plugin {origin} names a command '{name}' and does not add it. Upgrade it.")
    return commands[name]


def _itself() -> None:
    """Stand beside the plugin's commands."""
