"""People in the log: a pseudonym and a key each, so that somebody can be forgotten while the chain holds."""

from __future__ import annotations

import secrets
from typing import final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import IntegrityError
from forexai_saas.secrets.sealing import Place, open_sealed, seal
from forexai_saas.secrets.vault import Spot, Vault
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import audit_people

__all__ = ["AuditPeople", "KnownPerson"]

_KEY_BYTES, _KEY_VERSION = 32, 1


@attrs.frozen(kw_only=True)
class KnownPerson:
    """Somebody in the log of one tenant.

    Attributes
    ----------
    pseudonym : str
        Random: it tells nothing, and leads to nobody once the person was forgotten.
    key : bytes
        Seals what is personal.
    """

    user_id: UUID
    pseudonym: str
    key: bytes = attrs.field(repr=False)

    def seal(self, text: bytes, place: Place) -> bytes:
        """Seal what is personal."""
        return seal(self.key, _KEY_VERSION, text, place)

    def open(self, sealed: bytes, place: Place) -> bytes:
        """Open it; an :class:`~forexai_core.errors.IntegrityError` where it was changed."""
        return open_sealed(self.key, sealed, place)


@final
class AuditPeople:
    """Knows and forgets people.

    Parameters
    ----------
    vault : Vault
        Seals their keys for the tenant.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def known(self, session: Session, user_id: UUID) -> KnownPerson:
        """Give somebody's pseudonym and key; the first time, they are made."""
        row = await session.first(sa.select(audit_people).where(audit_people.c.user_id == user_id))
        if row is not None:
            return await self._opened(session, row)
        made = KnownPerson(user_id=user_id, pseudonym=f"p-{secrets.token_hex(16)}", key=secrets.token_bytes(_KEY_BYTES))
        sealed = await self._vault.seal(session, "tenant", _spot(user_id), made.key)
        await session.execute(
            sa.insert(audit_people).values(user_id=user_id, pseudonym=made.pseudonym, sealed_key=sealed)
        )
        return made

    async def all(self, session: Session) -> dict[str, KnownPerson]:
        """Give all who were not forgotten, by pseudonym."""
        people = [await self._opened(session, row) for row in await session.rows(sa.select(audit_people))]
        return {each.pseudonym: each for each in people}

    async def forget(self, session: Session, user_id: UUID) -> bool:
        """Destroy somebody's key and pseudonym in the tenant's log; False where there was none."""
        return await session.changed(sa.delete(audit_people).where(audit_people.c.user_id == user_id)) == 1

    async def _opened(self, session: Session, row: sa.Row[tuple[UUID, UUID, str, bytes]]) -> KnownPerson:
        key = await self._vault.open(session, "tenant", _spot(row.user_id), row.sealed_key)
        if len(key) != _KEY_BYTES:
            raise IntegrityError(f"The key of {row.pseudonym} in the audit log is damaged. Restore audit_people.")
        return KnownPerson(user_id=row.user_id, pseudonym=row.pseudonym, key=key)


def _spot(user_id: UUID) -> Spot:
    return Spot("audit_people", user_id.hex, "sealed_key")
