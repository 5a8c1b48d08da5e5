"""The SQLite file: durability settings, rollback, layouts, damage, competition."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat

import pytest

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.services.clocks import ManualClock
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.sqlite import Database

SCHEMA = "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "state.sqlite3"


@pytest.fixture
def database(path):
    database = Database(path, busy_timeout_s=0.05)
    database.add_schema("t", 1, SCHEMA)
    yield database
    database.close()


def insert(number):
    return lambda connection: connection.execute("INSERT INTO t VALUES (?)", (number,)).rowcount


def rows(connection):
    return [row[0] for row in connection.execute("SELECT x FROM t ORDER BY x")]


async def test_commits_are_made_to_last(database):
    def settings(connection):
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert await database.read(settings) == ["wal", 2]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
async def test_the_file_is_for_its_owner_only(database, path):
    await database.write(insert(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("where", ["file", "memory"])
async def test_what_raises_is_rolled_back(path, where):
    database = Database(path if where == "file" else None)
    database.add_schema("t", 1, SCHEMA)

    def work(connection):
        insert(1)(connection)
        raise StorageError("no")

    with pytest.raises(StorageError, match="no"):
        await database.write(work)
    await database.write(insert(2))
    with pytest.raises(StorageError, match="UNIQUE"):
        await database.write(insert(2))
    assert await database.read(rows) == [2]
    database.close()


async def test_a_layout_of_another_release_is_refused(database, path):
    await database.write(insert(1))
    other = Database(path)
    other.add_schema("t", 2, SCHEMA)
    with pytest.raises(StorageError, match="layout 1, this release knows 2"):
        await other.read(rows)
    other.close()


async def test_stores_do_not_share_a_name(database):
    database.add_schema("t", 1, SCHEMA)
    with pytest.raises(StorageError, match="Two stores"):
        database.add_schema("t", 1, "CREATE TABLE t (y)")


async def test_tables_can_be_added_while_it_is_open(database):
    await database.write(insert(1))
    leases = SqliteLeases(database, ManualClock(1))
    assert await leases.epoch() == 1


async def test_a_file_that_is_no_database_is_named(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    database = Database(path)
    for _ in range(2):
        with pytest.raises(IntegrityError, match="state"):
            await database.read(rows)
    database.close()


async def test_a_damaged_file_is_named(database, path):
    await database.write(lambda connection: [insert(number * 1_000_000_007)(connection) for number in range(2_000)])
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    again = Database(path)
    again.add_schema("t", 1, SCHEMA)
    with pytest.raises(IntegrityError, match="damaged"):
        await again.read(rows)
    again.close()


async def test_a_file_that_others_keep_locked_is_an_error_in_time(database, path):
    await database.write(insert(1))
    rival = sqlite3.connect(path, isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        await database.write(insert(2))
    assert await database.read(rows) == [1]
    rival.execute("ROLLBACK")
    rival.close()
    await database.write(insert(3))


async def test_what_is_closed_says_so(database):
    await database.write(insert(1))
    database.close()
    database.close()
    with pytest.raises(StorageError, match="closed"):
        await database.write(insert(2))
    memory = Database(None)
    memory.close()
    with pytest.raises(StorageError, match="closed"):
        await memory.write(insert(2))


async def test_writers_at_once_lose_nothing(database, path):
    rival = Database(path)
    rival.add_schema("t", 1, SCHEMA)
    patient = Database(path)
    patient.add_schema("t", 1, SCHEMA)
    await asyncio.gather(*((rival, patient)[n % 2].write(insert(n)) for n in range(60)))
    assert await database.read(rows) == list(range(60))
    rival.close()
    patient.close()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    database = Database(tmp_path / "file" / "state.sqlite3")
    with pytest.raises(StorageError, match=r"state\.sqlite3"):
        await database.read(rows)
    database.close()
