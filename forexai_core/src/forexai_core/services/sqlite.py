"""A SQLite file that several stores share: one thread, one transaction at a time, durable commits."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, final

import attrs

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock

__all__ = ["Database"]

ResultT = TypeVar("ResultT")

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MOST_AT_ONCE = 256  # writes of a commit: the first of them must not wait for ever longer trains


@attrs.define(eq=False)
class _Change:
    """A write on its way: what is to be done, what came of it, and who waits for that."""

    work: Callable[[sqlite3.Connection], Any]
    outcome: Future[Any] = attrs.field(factory=Future)
    result: Any = None
    failure: Exception | None = None


@final
class Database:
    """A database file, opened when first used.

    WAL and ``synchronous=FULL``: a commit that returned survives a power failure. Writes begin with ``BEGIN
    IMMEDIATE``, so two processes never find out at the end that they collided. Writes of a file that arrive while one
    is being committed share the next commit, in their order: each is undone by itself where it fails, and none returns
    before all of them are durable.

    Parameters
    ----------
    path : Path or None
        The file; None keeps everything in memory.
    busy_timeout_s : float
        How long a write waits for other processes, seconds.
    """

    def __init__(self, path: Path | None, *, busy_timeout_s: float = 30.0) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._schemas: dict[str, tuple[int, str]] = {}
        self._connection: sqlite3.Connection | None = None
        self._guard = threading.Lock()  # held while a transaction runs: never taken on the event loop with a file
        self._door = threading.Lock()
        self._closed = False
        self._waiting: deque[_Change] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forexai-sqlite")

    def add_schema(self, name: str, version: int, statements: str) -> None:
        """Have tables made when they are first needed.

        Parameters
        ----------
        name : str
            Whose tables.
        version : int
            Of their layout. A file of a later version is refused.
        statements : str
            SQL that makes them if they are not there.
        """
        with self._guard:
            if self._schemas.setdefault(name, (version, statements)) != (version, statements):
                raise StorageError(f"Two stores claim the tables of '{name}' in {self._place}.")
            if self._connection is not None:
                _apply(self._connection, {name: self._schemas[name]})

    async def write(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run ``work`` in a transaction that is committed on return and rolled back if it raises.

        Raises
        ------
        StorageError
            If the database fails or stays busy.
        IntegrityError
            If the file is damaged.
        """
        if self.path is None:  # nothing to wait for
            return self._transaction("BEGIN IMMEDIATE", work)
        change = _Change(work)
        with self._door:
            self._check_open()
            self._waiting.append(change)
            self._thread.submit(self._commit_waiting)
        outcome: ResultT = await asyncio.wrap_future(change.outcome)
        return outcome

    async def read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run ``work``, which changes nothing, on one consistent state.

        Raises
        ------
        StorageError
            If the database fails or stays busy.
        IntegrityError
            If the file is damaged.
        """
        if self.path is None:
            return self._transaction("BEGIN", work)
        with self._door:
            self._check_open()
            outcome = self._thread.submit(self._transaction, "BEGIN", work)
        return await asyncio.wrap_future(outcome)

    def _commit_waiting(self) -> None:
        """Commit what waits by now; what was cancelled while it waited is left out."""
        changes: list[_Change] = []
        while self._waiting and len(changes) < _MOST_AT_ONCE:
            change = self._waiting.popleft()
            if change.outcome.set_running_or_notify_cancel():
                changes.append(change)
        if not changes:
            return
        try:
            self._transaction("BEGIN IMMEDIATE", lambda connection: _do_all(connection, changes))
        except BaseException as failure:  # noqa: BLE001 - whoever waits is told, whatever it was
            for change in changes:
                change.outcome.set_exception(self._told(change.failure or failure))
            return
        for change in changes:
            if change.failure is None:
                change.outcome.set_result(change.result)
            else:
                change.outcome.set_exception(self._told(change.failure))

    def close(self) -> None:
        """Finish what was begun and close the file. Twice is once."""
        with self._door:
            self._closed = True
        self._thread.shutdown(wait=True)
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from opening the file meanwhile: two that turn to WAL at once do not wait for it."""
        if self.path is None:
            yield
            return
        lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        try:
            with lock:
                yield
        finally:
            lock.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(f"The database {self._place} is closed.")

    @property
    def _place(self) -> str:
        return "in memory" if self.path is None else str(self.path)

    def _transaction(self, begin: str, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        with self._guard:
            try:
                connection = self._connected()
                connection.execute(begin)
                try:
                    result = work(connection)
                except BaseException:
                    if connection.in_transaction:  # SQLite has undone it already where the disk is full or fails
                        connection.execute("ROLLBACK")
                    raise
                self._commit(connection)
            except sqlite3.Error as problem:
                raise self._explained(problem) from problem
            return result

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _told(self, failure: BaseException) -> BaseException:
        return self._explained(failure) if isinstance(failure, sqlite3.Error) else failure

    def _explained(self, problem: sqlite3.Error) -> StorageError:
        code = getattr(problem, "sqlite_errorcode", None)
        if isinstance(code, int) and code & 0xFF in _DAMAGED:
            return IntegrityError(f"The database {self._place} is damaged ({problem}): restore it from a backup.")
        return StorageError(
            f"The database {self._place} failed ({problem}); the change was not made. "
            "Check the disk's space, the rights to the file, and that no other program keeps it locked."
        )

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._check_open()
            if self.path is not None:
                with storing(f"Making {self.path}"):
                    Disk().make_folder(self.path.parent)
                    # SQLite makes its files by the process's mask; this one is for the owner only.
                    os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(
                ":memory:" if self.path is None else self.path,
                timeout=self._busy_timeout_s,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                with self._alone():
                    _prepare(connection)
                    _apply(connection, self._schemas)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _do_all(connection: sqlite3.Connection, changes: Sequence[_Change]) -> None:
    """Do changes in their order, each as a whole or not at all.

    Raises
    ------
    sqlite3.Error
        If the database gave all of them up.
    """
    if len(changes) == 1:
        changes[0].result = changes[0].work(connection)
        return
    for change in changes:
        connection.execute("SAVEPOINT change")
        try:
            change.result = change.work(connection)
        except Exception as failure:
            if not connection.in_transaction:
                raise  # the disk is full or fails: SQLite has undone what came before, too
            connection.execute("ROLLBACK TO change")
            change.failure = failure
        connection.execute("RELEASE change")


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _apply(connection: sqlite3.Connection, schemas: dict[str, tuple[int, str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS layouts (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        for name, (version, statements) in schemas.items():
            _check_layout(connection, name, version)
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(statement)
            connection.execute("INSERT OR IGNORE INTO layouts VALUES (?, ?)", (name, version))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _check_layout(connection: sqlite3.Connection, name: str, version: int) -> None:
    known: tuple[Any, ...] | None = connection.execute("SELECT version FROM layouts WHERE name = ?", (name,)).fetchone()
    if known is not None and known[0] != version:
        raise StorageError(
            f"The tables of '{name}' have layout {known[0]}, this release knows {version}. "
            "Open them with the release that wrote them, or a later one."
        )
