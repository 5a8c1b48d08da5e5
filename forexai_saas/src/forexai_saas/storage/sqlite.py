"""SQLite: durable, one writer at a time, transactions that mean what they say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from forexai_saas.storage.scopes import Scope

__all__ = ["begin", "prepare"]

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")


def prepare(connection: Any, _record: Any) -> None:
    """Set a new connection up."""
    # The driver would begin transactions of its own, late and without the writer's lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin(connection: sa.Connection, _scope: Scope, *, writes: bool) -> None:
    """Begin a transaction; a writer takes its turn now, so that it cannot find at its end that it collided."""
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
