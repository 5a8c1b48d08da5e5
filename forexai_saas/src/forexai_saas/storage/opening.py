"""What happens to the schema when the application starts, and when a person asks for an upgrade."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk
from forexai_saas.errors import SchemaError
from forexai_saas.storage.backups import back_up
from forexai_saas.storage.engines import DatabaseSettings, make_engine
from forexai_saas.storage.row_security import Roles
from forexai_saas.storage.scopes import TableScopes
from forexai_saas.storage.start_checks import slips_of
from forexai_saas.storage.upgrades import PLATFORM_BRANCH, Branch, SchemaState, newer_message, schema_state, upgrade

__all__ = ["Upgraded", "check_grown", "prepare_embedded", "upgrade_grown"]


@attrs.frozen(kw_only=True)
class Upgraded:
    """What an upgrade did.

    Attributes
    ----------
    before : SchemaState
        What was found.
    backup : Path or None
        What was kept of before.
    """

    before: SchemaState
    backup: Path | None = None


async def prepare_embedded(
    settings: DatabaseSettings,
    *,
    backups: Path,
    scopes: TableScopes | None = None,
    branches: Iterable[Branch] = (PLATFORM_BRANCH,),
) -> Upgraded:
    """Make the tables of a home, or upgrade older ones after a backup.

    Parameters
    ----------
    settings : DatabaseSettings
        A SQLite file.
    backups : Path
        Folder of backups.
    scopes : TableScopes, optional
        All tables, those of plugins included.
    branches : iterable of Branch
        That of the platform first.

    Raises
    ------
    SchemaError
        If the file was written by a later release: it is left as it is.
    """
    if not settings.embedded:
        raise ConfigError("A database server is not upgraded by itself. Use check_grown and upgrade_grown.")
    chosen, file = tuple(branches), Path(settings.url.database or "")
    Disk().make_folder(file.parent)
    async with _owner(settings) as connection:
        before = await connection.run_sync(lambda sync: _understood(sync, chosen))
    if before is SchemaState.CURRENT:
        return Upgraded(before=before)
    backup = None
    if before is SchemaState.OLDER:
        backup = await back_up(file, backups, "before-upgrade")
    async with _owner(settings) as connection:
        await connection.run_sync(lambda sync: upgrade(sync, chosen, scopes=scopes or TableScopes.of_platform()))
    return Upgraded(before=before, backup=backup)


async def check_grown(
    settings: DatabaseSettings,
    *,
    scopes: TableScopes | None = None,
    branches: Iterable[Branch] = (PLATFORM_BRANCH,),
) -> None:
    """Refuse to start on tables of another release, or where tenants are not kept apart.

    Parameters
    ----------
    settings : DatabaseSettings
        A server, as the application's role.

    Raises
    ------
    SchemaError
        If an upgrade has to be run first, the tables are newer than the code, or row security is not whole; every
        slip is named.
    """
    chosen = tuple(branches)
    async with _owner(settings) as connection:
        state = await connection.run_sync(lambda sync: _understood(sync, chosen))
        if state is not SchemaState.CURRENT:
            raise SchemaError(
                f"The tables of the database are {state.value}. Run `forexai db upgrade`, then start again."
            )
        slips = await connection.run_sync(lambda sync: slips_of(sync, scopes or TableScopes.of_platform()))
    if slips:
        raise SchemaError(f"Tenants are not kept apart, so nothing is started: {'; '.join(slips)}.")


async def upgrade_grown(
    settings: DatabaseSettings,
    *,
    roles: Roles,
    scopes: TableScopes | None = None,
    branches: Iterable[Branch] = (PLATFORM_BRANCH,),
) -> Upgraded:
    """Upgrade the tables of a server and set row security up, in one transaction.

    Parameters
    ----------
    settings : DatabaseSettings
        A server, as the owner's role.
    """
    chosen = tuple(branches)
    async with _owner(settings) as connection:
        before = await connection.run_sync(lambda sync: _understood(sync, chosen))
        await connection.run_sync(
            lambda sync: upgrade(sync, chosen, scopes=scopes or TableScopes.of_platform(), roles=roles)
        )
    return Upgraded(before=before)


def _understood(connection: sa.Connection, branches: tuple[Branch, ...]) -> SchemaState:
    state = schema_state(connection, branches)
    if state is SchemaState.NEWER:
        raise SchemaError(newer_message())
    return state


@asynccontextmanager
async def _owner(settings: DatabaseSettings) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that changes tables, alone on SQLite."""
    engine = make_engine(settings)
    if settings.embedded:
        # Tables are made anew to change them, which would drag their children along.
        event.listen(engine.sync_engine, "connect", _without_foreign_keys)
        event.listen(engine.sync_engine, "begin", _alone)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


def _without_foreign_keys(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _alone(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
