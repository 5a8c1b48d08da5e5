"""The log: records are added in the transaction of what they record, and read with what is personal opened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.ports.clock import Clock
from forexai_saas.audit.chain import Detail, Record, first_link, link_of, written_details
from forexai_saas.audit.people import AuditPeople, KnownPerson
from forexai_saas.errors import ScopeError
from forexai_saas.secrets.sealing import Place
from forexai_saas.secrets.vault import Vault
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import audit_chains, audit_records

__all__ = ["PLATFORM", "SYSTEM", "AuditLog", "AuditView", "Event"]

SYSTEM, PLATFORM = "system", "platform"
"""Who acts where no person of the tenant does: the software by itself, or whoever runs the platform."""


@attrs.frozen(kw_only=True)
class Event:
    """Something to be recorded.

    Attributes
    ----------
    action : str
        Such as ``sign-in.done``.
    actor : UUID or str
        The person who did it, or ``system`` or ``platform``.
    subject : UUID or None
        The person whom it concerns, where that is somebody else.
    details : mapping
        What is not personal; stays for ever.
    personal : mapping of str to str
        Network address, program, name: sealed with the actor's key, or the subject's where no person acted.
    """

    action: str
    actor: UUID | str
    subject: UUID | None = None
    details: Mapping[str, Detail] = attrs.field(factory=lambda: MappingProxyType({}))
    personal: Mapping[str, str] = attrs.field(factory=lambda: MappingProxyType({}), repr=False)


@attrs.frozen(kw_only=True)
class AuditView:
    """A record as whoever may read the log sees it.

    Attributes
    ----------
    actor_id, subject_id : UUID or None
        Who is behind the pseudonyms; None for nobody, and for somebody who was forgotten.
    personal : mapping of str to str or None
        None where it cannot be read any more.
    """

    number: int
    time_ns: int
    action: str
    actor: str
    subject: str
    actor_id: UUID | None
    subject_id: UUID | None
    details: Mapping[str, Detail]
    personal: Mapping[str, str] | None = attrs.field(repr=False)


@final
class AuditLog:
    """Adds to the chain of the transaction's tenant, and reads it.

    Parameters
    ----------
    vault : Vault
        For the keys of people.
    clock : Clock
        When it happened.
    """

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self.people = AuditPeople(vault)
        self._clock = clock

    async def append(self, session: Session, event: Event) -> Record:
        """Record something in the transaction that does it: both happen, or neither.

        From here to its end the transaction holds the chain of its tenant, so append last.

        Raises
        ------
        ScopeError
            If the transaction speaks for no tenant.
        """
        tenant_id = _tenant(session)
        # First of all: whoever else appends waits here, so that nobody is made known twice either.
        number, before = await _taken(session, first_link(tenant_id))
        actor = await self._person(session, event.actor)
        subject = await self._person(session, event.subject)
        holder = actor or subject
        record = Record(
            number=number,
            time_ns=self._clock.now_ns(),
            action=event.action,
            actor=actor.pseudonym if actor else str(event.actor),
            subject=subject.pseudonym if subject else "",
            details=written_details(event.details),
            sealed=_sealed(holder, event.personal, _place(tenant_id, number)),
            link=b"",
        )
        record = attrs.evolve(record, link=link_of(before, record))
        await session.execute(sa.insert(audit_records).values(**attrs.asdict(record)))
        await session.execute(sa.update(audit_chains).values(link=record.link))
        return record

    async def read(self, session: Session, *, after: int = 0, limit: int = 100) -> Sequence[AuditView]:
        """Give records in their order, those after a number; what is personal is opened where it still can be."""
        chosen = sa.select(audit_records).where(audit_records.c.number > after)
        return await self._views(session, chosen.order_by(audit_records.c.number).limit(limit))

    async def newest(self, session: Session, *, before: int | None = None, limit: int = 100) -> Sequence[AuditView]:
        """Give records from the newest on, those before a number; what is personal is opened where it still can be."""
        chosen = sa.select(audit_records).order_by(audit_records.c.number.desc()).limit(limit)
        return await self._views(session, chosen if before is None else chosen.where(audit_records.c.number < before))

    async def _views(self, session: Session, chosen: sa.Select[Any]) -> Sequence[AuditView]:
        tenant_id, people = _tenant(session), await self.people.all(session)
        rows = await session.rows(chosen)
        return [_view(row, people, _place(tenant_id, row.number)) for row in rows]

    async def _person(self, session: Session, who: UUID | str | None) -> KnownPerson | None:
        return await self.people.known(session, who) if isinstance(who, UUID) else None


async def _taken(session: Session, first: bytes) -> tuple[int, bytes]:
    """Take the next number of the chain, and its row, which whoever comes next waits for."""
    insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(audit_chains)
    taken = insert.values(number=1, link=first).on_conflict_do_update(
        index_elements=["tenant_id"], set_={"number": audit_chains.c.number + 1}
    )
    row = await session.first(taken.returning(audit_chains.c.number, audit_chains.c.link))
    if row is None:
        raise ScopeError("The chain of this tenant cannot be reached.")
    return row.number, row.link


def _tenant(session: Session) -> UUID:
    if session.scope.tenant_id is None:
        raise ScopeError("This transaction speaks for no tenant, so nothing can be recorded or read for one.")
    return session.scope.tenant_id


def _place(tenant_id: UUID, number: int) -> Place:
    return Place(f"tenant:{tenant_id}", "audit_records", str(number), "sealed")


def _sealed(holder: KnownPerson | None, personal: Mapping[str, str], place: Place) -> bytes:
    if not personal:
        return b""
    if holder is None:
        raise ScopeError("What is personal belongs to a person: name one as the actor or the subject.")
    return holder.seal(json.dumps(dict(personal), sort_keys=True).encode(), place)


def _view(row: sa.Row[Any], people: Mapping[str, KnownPerson], place: Place) -> AuditView:
    actor, subject = people.get(row.actor), people.get(row.subject)
    holder = subject if row.actor in {SYSTEM, PLATFORM} else actor
    personal: Mapping[str, str] | None = {}
    if row.sealed:
        personal = None if holder is None else json.loads(holder.open(row.sealed, place))
    return AuditView(
        number=row.number,
        time_ns=row.time_ns,
        action=row.action,
        actor=row.actor,
        subject=row.subject,
        actor_id=actor.user_id if actor else None,
        subject_id=subject.user_id if subject else None,
        details=json.loads(row.details),
        personal=personal,
    )
