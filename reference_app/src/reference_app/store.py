"""The application's database: where it is, how it is prepared at start-up, and what keeps its secrets."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import final

import attrs

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk, storing
from forexai_saas.secrets.master_keys import MasterKeys, read_master_keys
from forexai_saas.storage.database import Database
from forexai_saas.storage.engines import DatabaseSettings
from forexai_saas.storage.lookups import Lookups
from forexai_saas.storage.opening import check_grown, prepare_embedded
from reference_app.schema import Schema
from reference_app.settings import AppSettings

__all__ = ["BACKUPS", "DATABASE_FILE", "KEY_FILE", "Store", "database_settings", "open_store", "own_folder"]

DATABASE_FILE = "platform.sqlite3"
"""Name of the embedded database within a home."""
KEY_FILE = Path("keys", "master.json")
"""Place of the master keys within a home."""
BACKUPS = "backups"
"""Folder of a home for what an upgrade keeps of before."""

_OTHERS = 0o077


def own_folder(folder: Path) -> None:
    """Make a folder for its owner only, and take from others what they may do with one that is there.

    Raises
    ------
    StorageError
        If it cannot be made or changed.
    """
    with storing(f"Preparing the folder {folder}"):
        Disk().make_folder(folder)
        if os.name == "posix" and folder.stat().st_mode & _OTHERS:
            folder.chmod(0o700)


def database_settings(settings: AppSettings, home: Path) -> DatabaseSettings:
    """Tell where the database is: the one that is set, or the file of a home."""
    if settings.database is None:
        return DatabaseSettings(url=f"sqlite:///{home / DATABASE_FILE}")
    chosen = DatabaseSettings(url=settings.database.get_secret_value())
    if chosen.embedded:
        raise ConfigError("`database` is for a server: postgresql://… Leave it out to keep a file in the home.")
    return chosen


@final
@attrs.frozen(kw_only=True)
class Store:
    """Database, look-ups and master keys of one application.

    Attributes
    ----------
    passing : Path or None
        A folder that lives as long as the application, where no home was given.
    """

    settings: DatabaseSettings
    schema: Schema
    database: Database
    lookups: Lookups
    masters: MasterKeys
    home: Path
    passing: Path | None = None

    async def prepare(self) -> None:
        """Bring an embedded database to what the code knows; refuse a server that is not.

        Raises
        ------
        SchemaError
            If the tables are newer than the code, or an upgrade has to be run first.
        """
        if self.settings.embedded:
            await prepare_embedded(
                self.settings,
                backups=self.home / BACKUPS,
                scopes=self.schema.scopes,
                branches=self.schema.branches,
            )
        else:
            await check_grown(self.settings, scopes=self.schema.scopes, branches=self.schema.branches)

    async def close(self) -> None:
        """Close all connections; what was in memory only is gone."""
        await self.lookups.close()
        await self.database.close()
        if self.passing is not None:
            shutil.rmtree(self.passing, ignore_errors=True)


def open_store(settings: AppSettings, schema: Schema) -> Store:
    """Open the store of an application; nothing is connected to yet, and no table is made.

    Parameters
    ----------
    settings : AppSettings
        Where. Without a home and a database, a folder is made that is deleted at the end.
    schema : Schema
        All tables.

    Raises
    ------
    ConfigError
        If the address of the database or the master keys are not right.
    """
    passing = None
    home = settings.home
    if home is None:
        home = passing = Path(tempfile.mkdtemp(prefix="forexai-"))
    own_folder(home)
    chosen = database_settings(settings, home)
    database = Database(chosen, scopes=schema.scopes, metadata=schema.metadata)
    return Store(
        settings=chosen,
        schema=schema,
        database=database,
        lookups=Lookups(database, chosen),
        masters=read_master_keys(settings.master_key or home / KEY_FILE),
        home=home,
        passing=passing,
    )
