"""The vault: seals with keys of tenants and people, and rotates them."""

from __future__ import annotations

import secrets
from typing import Any, Literal, final

import attrs
import sqlalchemy as sa

from forexai_core.errors import NotFoundError
from forexai_core.ports.clock import Clock
from forexai_saas.errors import ScopeError
from forexai_saas.secrets.master_keys import KEY_BYTES, MasterKeys
from forexai_saas.secrets.sealing import Place, key_version, open_sealed, seal
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import tenant_keys, user_keys

__all__ = ["Spot", "Vault"]

OwnerKind = Literal["tenant", "user"]
_TABLES: dict[str, sa.Table] = {"tenant": tenant_keys, "user": user_keys}


@attrs.frozen
class Spot:
    """Where a value is kept among the owner's."""

    table: str
    row: str
    column: str


@final
class Vault:
    """Seals values with a random key of their owner, which is itself wrapped by the master key.

    Parameters
    ----------
    masters : MasterKeys
        Kept outside the database.
    clock : Clock
        For when a key was made.
    """

    def __init__(self, masters: MasterKeys, clock: Clock) -> None:
        self._masters = masters
        self._clock = clock

    async def seal(self, session: Session, kind: OwnerKind, spot: Spot, text: bytes) -> bytes:
        """Seal with the newest key of the session's tenant or person; the first time, one is made."""
        row = await session.first(_newest(kind))
        if row is None:
            version, key = await self._add(session, kind, 1)
        else:
            version, key = row.version, self._unwrapped(session, kind, row)
        return seal(key, version, text, _place(session, kind, spot))

    async def open(self, session: Session, kind: OwnerKind, spot: Spot, sealed: bytes) -> bytes:
        """Open what was sealed for the session's tenant or person.

        Raises
        ------
        NotFoundError
            If the key was destroyed.
        IntegrityError
            If the value was changed, moved, or is somebody else's.
        """
        table = _TABLES[kind]
        row = await session.first(sa.select(table).where(table.c.version == key_version(sealed)))
        if row is None:
            raise NotFoundError(f"The key of {_owner(session, kind)} is no more, so what it sealed cannot be read.")
        return open_sealed(self._unwrapped(session, kind, row), sealed, _place(session, kind, spot))

    async def rotate(self, session: Session, kind: OwnerKind) -> int:
        """Make a new key, with which is sealed from now on; older values still open. Return its version."""
        row = await session.first(_newest(kind))
        version, _ = await self._add(session, kind, 1 if row is None else row.version + 1)
        return version

    async def reseal(self, session: Session, kind: OwnerKind, spot: Spot, sealed: bytes) -> bytes:
        """Seal a value anew with the newest key, as rotation asks for; the same value where it is already."""
        row = await session.first(_newest(kind))
        if row is not None and row.version == key_version(sealed):
            return sealed
        return await self.seal(session, kind, spot, await self.open(session, kind, spot, sealed))

    async def rewrap(self, session: Session, kind: OwnerKind) -> int:
        """Wrap the keys of the session's owner with the newest master key; return how many were older."""
        table, changed = _TABLES[kind], 0
        for row in await session.rows(sa.select(table).where(table.c.master_version < self._masters.version)):
            wrapped = self._wrapped(session, kind, row.version, self._unwrapped(session, kind, row))
            update = sa.update(table).where(table.c.version == row.version)
            changed += await session.changed(update.values(wrapped=wrapped, master_version=self._masters.version))
        return changed

    async def destroy(self, session: Session, kind: OwnerKind) -> int:
        """Destroy the keys of the session's owner: what they sealed can never be read again. Return how many."""
        return await session.changed(sa.delete(_TABLES[kind]))

    async def _add(self, session: Session, kind: OwnerKind, version: int) -> tuple[int, bytes]:
        key = secrets.token_bytes(KEY_BYTES)
        values: dict[str, Any] = {
            "version": version,
            "wrapped": self._wrapped(session, kind, version, key),
            "master_version": self._masters.version,
            "created_ns": self._clock.now_ns(),
        }
        await session.execute(sa.insert(_TABLES[kind]).values(**values))
        return version, key

    def _wrapped(self, session: Session, kind: OwnerKind, version: int, key: bytes) -> bytes:
        master = self._masters.key(self._masters.version)
        return seal(master, self._masters.version, key, _key_place(session, kind, version))

    def _unwrapped(self, session: Session, kind: OwnerKind, row: sa.Row[Any]) -> bytes:
        master = self._masters.key(row.master_version)
        return open_sealed(master, row.wrapped, _key_place(session, kind, row.version))


def _newest(kind: OwnerKind) -> sa.Select[Any]:
    table = _TABLES[kind]
    return sa.select(table).order_by(table.c.version.desc()).limit(1)


def _owner(session: Session, kind: OwnerKind) -> str:
    key = session.scope.tenant_id if kind == "tenant" else session.scope.user_id
    if key is None:
        raise ScopeError(f"This transaction speaks for no {kind}, so nothing can be sealed or opened for one.")
    return f"{kind}:{key}"


def _place(session: Session, kind: OwnerKind, spot: Spot) -> Place:
    return Place(_owner(session, kind), spot.table, spot.row, spot.column)


def _key_place(session: Session, kind: OwnerKind, version: int) -> Place:
    return Place(_owner(session, kind), _TABLES[kind].name, str(version), "wrapped")
