"""Verifying the chain: against itself, and against a head that was kept elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import IntegrityError
from forexai_saas.audit.chain import BrokenLink, Record, first_broken, first_link
from forexai_saas.errors import ScopeError
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import audit_chains, audit_records

__all__ = ["Auditor", "Head", "Verdict"]

_AT_ONCE = 1_000
_FIELDS = ("number", "time_ns", "action", "actor", "subject", "details", "sealed", "link")


@attrs.frozen(kw_only=True)
class Head:
    """How far a chain had come, signed; to be kept where whoever runs the database cannot write.

    Attributes
    ----------
    number : int
        Of the newest record then; 0 for none.
    link : bytes
        Its hash.
    signature : bytes
        By a key that lies outside the database.
    """

    tenant_id: UUID
    number: int
    link: bytes
    signature: bytes = attrs.field(repr=False)

    def text(self) -> str:
        """Write it for a file, a mail or a printer."""
        parts = {"tenant": str(self.tenant_id), "number": self.number}
        return json.dumps({**parts, "link": self.link.hex(), "signature": self.signature.hex()}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Head:
        """Read what :meth:`text` wrote.

        Raises
        ------
        IntegrityError
            If it is no head.
        """
        try:
            kept: dict[str, Any] = json.loads(text)
            link, signature = bytes.fromhex(kept["link"]), bytes.fromhex(kept["signature"])
            return cls(tenant_id=UUID(kept["tenant"]), number=int(kept["number"]), link=link, signature=signature)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise IntegrityError("This is no head of an audit log. Give the file as it was kept.") from problem


@attrs.frozen(kw_only=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    records : int
        How many hold, from the first.
    broken : BrokenLink or None
        The first that does not.
    """

    records: int
    broken: BrokenLink | None = None

    @property
    def sound(self) -> bool:
        """Whether the whole chain holds."""
        return self.broken is None


@final
class Auditor:
    """Verifies chains and signs their heads.

    A chain shows by itself what was changed, left out, added or put elsewhere in its middle. Whoever may write the
    whole database could cut its end off, or write all of it anew: that shows against a head that was kept elsewhere.

    Parameters
    ----------
    key : bytes
        Signs heads; of a master key, outside the database.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    async def head(self, session: Session) -> Head:
        """Sign how far the chain of the transaction's tenant has come."""
        tenant_id = _tenant(session)
        row = await session.first(sa.select(audit_chains))
        number, link = (0, first_link(tenant_id)) if row is None else (row.number, row.link)
        signature = self._signature(tenant_id, number, link)
        return Head(tenant_id=tenant_id, number=number, link=link, signature=signature)

    async def verify(self, session: Session, *, kept: Head | None = None) -> Verdict:
        """Look at every record of the transaction's tenant.

        Parameters
        ----------
        session : Session
            Reading, so that it sees one state.
        kept : Head, optional
            A head from before.

        Raises
        ------
        IntegrityError
            If the kept head is another tenant's, or was not signed here.
        """
        tenant_id = _tenant(session)
        if kept is not None:
            self._check(tenant_id, kept)
        number, link = 0, first_link(tenant_id)
        while batch := await _records(session, number):
            broken = first_broken(batch, after=number, before=link) or _missed(batch, kept)
            if broken is not None:
                return Verdict(records=broken.number - 1, broken=broken)
            number, link = batch[-1].number, batch[-1].link
        broken = await self._end(session, number, link, kept)
        return Verdict(records=number, broken=broken)

    async def _end(self, session: Session, number: int, link: bytes, kept: Head | None) -> BrokenLink | None:
        row = await session.first(sa.select(audit_chains))
        expected = max(0 if row is None else row.number, 0 if kept is None else kept.number)
        if number < expected:
            return BrokenLink(number=number + 1, problem="it is missing, and so is all after it")
        if number and (row is None or row.number < number or row.link != link):
            return BrokenLink(number=number, problem="it was added past the log")
        return None

    def _check(self, tenant_id: UUID, kept: Head) -> None:
        expected = self._signature(kept.tenant_id, kept.number, kept.link)
        if kept.tenant_id != tenant_id or not hmac.compare_digest(expected, kept.signature):
            raise IntegrityError("The head that was kept is another tenant's, or was not signed here.")

    def _signature(self, tenant_id: UUID, number: int, link: bytes) -> bytes:
        return hmac.new(self._key, tenant_id.bytes + number.to_bytes(8) + link, hashlib.sha256).digest()


def _missed(batch: list[Record], kept: Head | None) -> BrokenLink | None:
    """Compare with the head that was kept, where the batch holds its record."""
    if kept is None:
        return None
    at = next((record for record in batch if record.number == kept.number), None)
    if at is None or at.link == kept.link:
        return None
    return BrokenLink(number=at.number, problem="it, or one before it, was another when the head was kept")


async def _records(session: Session, after: int) -> list[Record]:
    chosen = sa.select(audit_records).where(audit_records.c.number > after).order_by(audit_records.c.number)
    rows = await session.rows(chosen.limit(_AT_ONCE))
    return [Record(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]


def _tenant(session: Session) -> UUID:
    if session.scope.tenant_id is None:
        raise ScopeError("This transaction speaks for no tenant, whose chain could be verified.")
    return session.scope.tenant_id
