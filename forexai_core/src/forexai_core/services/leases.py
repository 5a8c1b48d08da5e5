"""Leases in SQLite."""

from __future__ import annotations

import sqlite3
from typing import final

import attrs

from forexai_core.errors import ConfigError, FencedError
from forexai_core.ports.clock import Clock
from forexai_core.ports.leases import Fence, Lease
from forexai_core.ports.names import check_name
from forexai_core.services.sqlite import Database

__all__ = ["SqliteLeases"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS leases (
    resource TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    ttl_s REAL NOT NULL,
    expires_at_ns INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS installation (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL);
INSERT OR IGNORE INTO installation VALUES (1, 1)
"""


@final
class SqliteLeases:
    """Leases in a table; a row stays after its lease, so that numbers go on.

    Parameters
    ----------
    database : Database
        Where.
    clock : Clock
        By which they expire. If the system's clock steps back a lease lasts longer; if it steps forwards, its
        holder is refused at the next renewal: neither gives two owners the same token.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.add_schema("leases", 1, _SCHEMA)

    def close(self) -> None:
        """Close the database, which others may share."""
        self._database.close()

    async def acquire(self, resource: str, *, owner: str, ttl_s: float) -> Lease | None:
        """Take a lease; see `forexai_core.ports.leases.Leases`."""
        check_name("leased resource", resource)
        check_name("lease's owner", owner)
        if not 0 < ttl_s < float("inf"):
            raise ConfigError(f"A lease of '{resource}' must last for more than 0 seconds, not {ttl_s}.")
        now_ns = self._clock.now_ns()
        expires_at_ns = now_ns + round(ttl_s * 1e9)

        def work(connection: sqlite3.Connection) -> Lease | None:
            epoch = _epoch(connection)
            row = _row(connection, resource)
            if row is not None and row.fence.epoch == epoch and row.expires_at_ns > now_ns and row.owner != owner:
                return None
            number = 1 if row is None else row.fence.number + 1
            lease = Lease(
                owner=owner,
                fence=Fence(resource=resource, epoch=epoch, number=number),
                ttl_s=float(ttl_s),
                expires_at_ns=expires_at_ns,
            )
            connection.execute(
                "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)",
                (resource, owner, epoch, number, lease.ttl_s, expires_at_ns),
            )
            return lease

        return await self._database.write(work)

    async def renew(self, lease: Lease) -> Lease:
        """Prolong a lease; see `forexai_core.ports.leases.Leases`."""
        now_ns = self._clock.now_ns()
        renewed = attrs.evolve(lease, expires_at_ns=now_ns + round(lease.ttl_s * 1e9))

        def work(connection: sqlite3.Connection) -> Lease:
            present = _present(connection, lease.fence.resource, now_ns)
            if present is None or present.fence != lease.fence or present.owner != lease.owner:
                raise FencedError(
                    f"The lease of '{lease.fence.resource}' ({lease.fence.epoch}.{lease.fence.number}) is over: it "
                    "expired, was released, or another owner has it. Stop writing, and acquire it again."
                )
            connection.execute(
                "UPDATE leases SET expires_at_ns = ? WHERE resource = ?",
                (renewed.expires_at_ns, lease.fence.resource),
            )
            return renewed

        return await self._database.write(work)

    async def release(self, lease: Lease) -> None:
        """Give a lease back; see `forexai_core.ports.leases.Leases`."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE leases SET expires_at_ns = 0 WHERE resource = ? AND epoch = ? AND number = ? AND owner = ?",
                (lease.fence.resource, lease.fence.epoch, lease.fence.number, lease.owner),
            )

        await self._database.write(work)

    async def current(self, resource: str) -> Lease | None:
        """Return the lease that holds; see `forexai_core.ports.leases.Leases`."""
        now_ns = self._clock.now_ns()
        check_name("leased resource", resource)
        return await self._database.read(lambda connection: _present(connection, resource, now_ns))

    async def epoch(self) -> int:
        """Return the epoch; see `forexai_core.ports.leases.Leases`."""
        return await self._database.read(_epoch)

    async def raise_epoch(self) -> int:
        """Begin an epoch; see `forexai_core.ports.leases.Leases`."""

        def work(connection: sqlite3.Connection) -> int:
            connection.execute("UPDATE installation SET epoch = epoch + 1")
            return _epoch(connection)

        return await self._database.write(work)


def _epoch(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT epoch FROM installation").fetchone()[0])


def _row(connection: sqlite3.Connection, resource: str) -> Lease | None:
    row = connection.execute(
        "SELECT owner, epoch, number, ttl_s, expires_at_ns FROM leases WHERE resource = ?", (resource,)
    ).fetchone()
    if row is None:
        return None
    fence = Fence(resource=resource, epoch=row[1], number=row[2])
    return Lease(owner=row[0], fence=fence, ttl_s=row[3], expires_at_ns=row[4])


def _present(connection: sqlite3.Connection, resource: str, now_ns: int) -> Lease | None:
    row = _row(connection, resource)
    if row is None or row.expires_at_ns <= now_ns or row.fence.epoch != _epoch(connection):
        return None
    return row
