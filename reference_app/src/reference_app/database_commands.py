"""``forexai db``: upgrades of the platform's tables, and the roles of a server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from forexai_core.errors import ConfigError
from forexai_core.plugins import discover
from forexai_core.services import default_home
from forexai_saas.storage.engines import DatabaseSettings
from forexai_saas.storage.opening import Upgraded, prepare_embedded, upgrade_grown
from forexai_saas.storage.row_security import Roles, role_statements
from reference_app.administrator_command import administer
from reference_app.assembly import assemble
from reference_app.settings import AppSettings, load_settings
from reference_app.store import BACKUPS, database_settings, own_folder

__all__ = ["OWNER_VARIABLE", "database_app"]

OWNER_VARIABLE = "FOREXAI_OWNER_DATABASE"
"""Environment variable with the address of the database as its owner's role, which the server never gets."""

database_app = typer.Typer(
    help="Upgrade the platform's tables, write the SQL of a server's roles, appoint administrators."
)


@database_app.callback()
def _group() -> None:
    """Upgrade the platform's tables, write the SQL of a server's roles, appoint administrators."""


@database_app.command(
    "upgrade",
    epilog="Example: FOREXAI_OWNER_DATABASE=postgresql://forexai_owner@db/forexai forexai db upgrade",
)
def upgrade(
    home: Annotated[
        Path | None, typer.Option(help="Folder that holds all state; otherwise the user's data folder.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner-database",
            envvar=OWNER_VARIABLE,
            show_envvar=True,
            help="Address of the server's database as the owner's role; without one the home's file is upgraded.",
        ),
    ] = None,
) -> None:
    """Bring the tables to what this release knows: one transaction, or nothing.

    The file of a home is backed up first; `forexai serve` does the same by itself. A server is only ever upgraded here,
    as the owner of its tables: back it up before.
    """
    _upgrade(load_settings(file=config, environment=os.environ, given={"home": home}), owner)


database_app.command("admin", epilog="Example: forexai db admin ada@example.org")(administer)


@database_app.command("roles", epilog="Example: forexai db roles forexai | psql -U postgres")
def roles(
    name: Annotated[str, typer.Argument(help="Name of the database.")],
) -> None:
    """Write the SQL by which a superuser makes the three roles and their rights, once."""
    for statement in role_statements(Roles(), name):
        typer.echo(f"{statement};")


def _upgrade(settings: AppSettings, owner: str | None) -> None:
    if settings.database is not None and owner is None:
        raise ConfigError(f"A server is upgraded as its owner's role: give {OWNER_VARIABLE}, or --owner-database.")
    if settings.home is None:
        settings = settings.model_copy(update={"home": default_home()})
    home = settings.home or default_home()
    own_folder(home)
    plugins = discover(disabled=settings.disabled_plugins, required=settings.required_plugins, kinds={"app"})
    platform = assemble(settings, plugins=plugins)
    try:
        if platform.unmounted:
            left_out = "; ".join(f"{each.plugin}: {each.reason}" for each in platform.unmounted)
            raise ConfigError(f"Parts of plugins cannot be used, so which tables there are is not known: {left_out}.")
        schema = platform.schema
        if owner is None:
            chosen = database_settings(settings, home)
            work = prepare_embedded(chosen, backups=home / BACKUPS, scopes=schema.scopes, branches=schema.branches)
        else:
            chosen = DatabaseSettings(url=owner)
            if chosen.embedded:
                raise ConfigError("The owner's address is for a server: postgresql://… Leave it out for a home.")
            work = upgrade_grown(chosen, roles=Roles(), scopes=schema.scopes, branches=schema.branches)
        _tell(asyncio.run(work))
    finally:
        platform.services.close()


def _tell(done: Upgraded) -> None:
    typer.echo(
        {
            "empty": "There were no tables. They are made.",
            "current": "The tables are those of this release already.",
            "older": "The tables were older. They are upgraded.",
        }[done.before.value]
    )
    if done.backup is not None:
        typer.echo(f"What was there before is kept in {done.backup}")
