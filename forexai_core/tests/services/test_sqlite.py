"""The SQLite file: durability settings, rollback, layouts, damage, competition."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager

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


# ---------------------------------------------------------------------------------------------------- shared commits
@contextmanager
def statements_of(database):
    """What the file is told from now on."""
    heard = []
    database._connection.set_trace_callback(heard.append)
    try:
        yield heard
    finally:
        database._connection.set_trace_callback(None)


async def behind_a_slow_one(database, *works):
    """Let writes wait together behind one that takes its time; give what became of each."""
    begun, goes_on = threading.Event(), threading.Event()

    def slow(connection):
        begun.set()
        assert goes_on.wait(120)
        return insert(1_000)(connection)

    first = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(begun.wait, 120)
    waiting = [asyncio.ensure_future(database.write(work)) for work in works]
    await asyncio.sleep(0)
    goes_on.set()
    assert await first == 1
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_waits_shares_a_commit_and_fails_alone(database):
    await database.write(insert(1))

    def refuses(connection):
        insert(50)(connection)
        raise StorageError("no")

    with statements_of(database) as heard:
        came = await behind_a_slow_one(database, insert(2), refuses, insert(1), insert(3), insert(50))
    assert heard.count("COMMIT") == 2  # the slow one's, and theirs
    assert [came[0], came[3], came[4]] == [1, 1, 1]
    assert str(came[1]) == "no"
    assert isinstance(came[2], StorageError)
    assert "UNIQUE" in str(came[2])
    assert await database.read(rows) == [1, 2, 3, 50, 1_000]


async def test_a_commit_that_fails_fails_for_all_that_share_it(database, path):
    await database.write(
        lambda connection: connection.execute("CREATE TABLE u (x REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    )

    def orphan(connection):
        connection.execute("INSERT INTO u VALUES (77)")

    came = await behind_a_slow_one(database, insert(2), orphan, insert(3))
    assert all(isinstance(each, StorageError) for each in came)
    assert all("FOREIGN KEY" in str(each) for each in came)
    assert await database.read(rows) == [1_000]
    await database.write(insert(2))


async def test_a_database_that_gives_a_transaction_up_says_why(database):
    await database.write(insert(1))

    def gives_up(connection):
        connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)")

    came = await behind_a_slow_one(database, insert(2), gives_up, insert(3))
    assert all(isinstance(each, StorageError) for each in came)
    assert all("UNIQUE" in str(each) for each in came)
    assert await database.read(rows) == [1, 1_000]
    with pytest.raises(StorageError, match="UNIQUE"):
        await database.write(gives_up)


async def test_more_than_a_commit_holds_are_all_written(database):
    came = await behind_a_slow_one(database, *map(insert, range(600)))
    assert came == [1] * 600
    assert len(await database.read(rows)) == 601


async def test_what_is_cancelled_while_it_waits_is_left_out(database):
    begun, goes_on = threading.Event(), threading.Event()

    def slow(connection):
        begun.set()
        assert goes_on.wait(120)

    first = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(begun.wait, 120)
    unwanted, wanted = (asyncio.ensure_future(database.write(insert(number))) for number in (1, 2))
    await asyncio.sleep(0)
    unwanted.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    await asyncio.gather(first, wanted)
    assert await database.read(rows) == [2]


MORTAL = """
import asyncio, os, signal, sys
from pathlib import Path
from forexai_core.services.sqlite import Database

database = Database(Path(sys.argv[1]))
database.add_schema("t", 1, "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY)")

def insert(number):
    def work(connection):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        if number == 35:
            os.kill(os.getpid(), signal.SIGKILL)
    return work

async def write(number):
    await database.write(insert(number))
    print(number, flush=True)

async def go():
    for train in range(0, 50, 10):
        await asyncio.gather(*(write(number) for number in range(train, train + 10)))

asyncio.run(go())
"""


def run_mortal(path):
    command = [sys.executable, "-c", MORTAL, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
async def test_a_kill_between_changes_of_one_commit_leaves_none_of_them(path):
    path.parent.mkdir()
    done = await asyncio.to_thread(run_mortal, path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    told = {int(line) for line in done.stdout.split()}
    database = Database(path)
    kept = set(await database.read(rows))
    database.close()
    assert told >= set(range(30))
    assert told <= kept  # what was said to be written is there
    assert kept <= set(range(35))
    assert 35 not in kept
