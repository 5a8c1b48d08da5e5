"""The newest fencing token of each place, kept beside what it protects."""

from __future__ import annotations

import sqlite3

from forexai_core.ports.leases import Fence

__all__ = ["SCHEMA", "admit"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS fences (
    place TEXT PRIMARY KEY,
    resource TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL
)
"""


def admit(connection: sqlite3.Connection, place: str, fence: Fence) -> None:
    """Refuse an old token within a transaction, and keep a new one.

    Raises
    ------
    FencedError
        If a newer token, or one of another resource, was seen at that place.
    """
    row = connection.execute("SELECT resource, epoch, number FROM fences WHERE place = ?", (place,)).fetchone()
    newest = None if row is None else Fence(resource=row[0], epoch=row[1], number=row[2])
    fence.check(newest, place=place)
    if newest != fence:
        connection.execute(
            "INSERT INTO fences VALUES (?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET epoch = excluded.epoch, "
            "number = excluded.number",
            (place, fence.resource, fence.epoch, fence.number),
        )
