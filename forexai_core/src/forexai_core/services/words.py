"""Words of persons in SQLite, for every session of a home."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, final

from forexai_core.errors import NotFoundError
from forexai_core.ports.words import Said, Word
from forexai_core.services.sqlite import Database

__all__ = ["SqliteWords"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS words (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    subject TEXT NOT NULL,
    verdict TEXT NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    answered_ns INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS words_by_account ON words (account, answered_ns)
"""

_WORD = ("kind", "account", "subject", "verdict", "by", "reason", "time_ns")
_COLUMNS = "number, kind, account, subject, verdict, by, reason, time_ns, answered_ns, done, answer"


@final
class SqliteWords:
    """Words in a table that all processes of a home share.

    Parameters
    ----------
    database : Database
        Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.add_schema("words", 1, _SCHEMA)

    @classmethod
    def of_home(cls, home: Path) -> Self:
        """Open those of a home; close it when done."""
        return cls(Database(home / "state.sqlite3"))

    def close(self) -> None:
        """Close the database, which others may share."""
        self._database.close()

    async def say(self, word: Word) -> Said:
        """Keep a word; see `forexai_core.ports.words.Words`."""
        values = (str(word.kind), *(getattr(word, name) for name in _WORD[1:]))

        def work(connection: sqlite3.Connection) -> Said:
            marks = ", ".join("?" * len(_WORD))
            query = f"INSERT INTO words ({', '.join(_WORD)}) VALUES ({marks})"  # noqa: S608 - constants
            return _get(connection, int(connection.execute(query, values).lastrowid or 0))

        return await self._database.write(work)

    async def waiting(self, account: str) -> Sequence[Said]:
        """Give what is not answered; see `forexai_core.ports.words.Words`."""
        return await self._listed("account = ? AND answered_ns = 0", account)

    async def answer(self, number: int, *, done: bool, answer: str, time_ns: int) -> Said:
        """Keep an answer; see `forexai_core.ports.words.Words`."""

        def work(connection: sqlite3.Connection) -> Said:
            query = "UPDATE words SET answered_ns = ?, done = ?, answer = ? WHERE number = ? AND answered_ns = 0"
            connection.execute(query, (time_ns, int(done), answer, number))
            return _get(connection, number)

        return await self._database.write(work)

    async def get(self, number: int) -> Said:
        """Give a word; see `forexai_core.ports.words.Words`."""
        return await self._database.read(lambda connection: _get(connection, number))

    async def history(self, account: str) -> Sequence[Said]:
        """Give every word; see `forexai_core.ports.words.Words`."""
        return await self._listed("account = ?", account)

    async def _listed(self, which: str, account: str) -> Sequence[Said]:
        query = f"SELECT {_COLUMNS} FROM words WHERE {which} ORDER BY number"  # noqa: S608 - constants
        return await self._database.read(
            lambda connection: [_said(row) for row in connection.execute(query, (account,))]
        )


def _get(connection: sqlite3.Connection, number: int) -> Said:
    query = f"SELECT {_COLUMNS} FROM words WHERE number = ?"  # noqa: S608 - constants
    row = connection.execute(query, (number,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no word number {number}.")
    return _said(row)


def _said(row: tuple[Any, ...]) -> Said:
    word = Word(**dict(zip(_WORD, row[1:8], strict=True)))
    return Said(number=row[0], word=word, answered_ns=row[8], done=bool(row[9]), answer=row[10])
