"""``forexai db admin``: who administers the platform is said at the command line of its server, and nowhere else."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from forexai_core.services import default_home
from forexai_core.services.clocks import RealClock
from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.administrators import Administrators
from forexai_saas.accounts.foundation import lay_foundation
from reference_app.schema import PLATFORM_SCHEMA
from reference_app.settings import AppSettings, load_settings
from reference_app.store import open_store

__all__ = ["administer"]


def administer(
    email: Annotated[str, typer.Argument(help="Mail address of somebody who registered and proved it.")],
    *,
    dismiss: Annotated[bool, typer.Option("--dismiss", help="Make them an administrator no longer.")] = False,
    home: Annotated[
        Path | None, typer.Option(help="Folder that holds all state; otherwise the user's data folder.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Make somebody an administrator of the platform, who never trades; from their next request on."""
    given = {"home": home or default_home()}
    settings = load_settings(file=config, environment=os.environ, given=given if home else {})
    if settings.home is None:
        settings = settings.model_copy(update=given)
    plain = plain_address(email)
    changed = asyncio.run(_appoint(settings, plain, admin=not dismiss))
    now = "no administrator of the platform" if dismiss else "an administrator of the platform"
    typer.echo(f"{plain} is {now} {'now' if changed else 'already'}.")


async def _appoint(settings: AppSettings, email: str, *, admin: bool) -> bool:
    store = open_store(settings, PLATFORM_SCHEMA)
    try:
        on = lay_foundation(store.database, store.lookups, RealClock(), store.masters, settings=settings.accounts)
        try:
            return await Administrators(on).appoint(email, admin=admin)
        finally:
            on.passwords.close()
    finally:
        await store.close()
