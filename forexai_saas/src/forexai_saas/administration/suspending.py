"""Suspending people and tenants, and taking that back: never without a reason, and told in two logs."""

from __future__ import annotations

from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_core.ports.notifier import NoticeLevel
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.roles import Role
from forexai_saas.accounts.sessions import end_sessions
from forexai_saas.audit.chain import Detail
from forexai_saas.audit.log import PLATFORM, Event
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.facts import Held, Lifted, read_fact
from forexai_saas.errors import AccountError
from forexai_saas.notifications.board import Board
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import billing_facts, memberships, tenants, users

__all__ = ["Suspending"]

_SOURCE = "operator"
_LONGEST_REASON = 200


@final
class Suspending:
    """Suspends and restores.

    A person who is suspended is signed out everywhere at once, and neither a password nor a key of theirs is good for
    anything. A tenant that is suspended may only reduce: its positions are never closed for it.

    The administrator's own log says first who does it, then the log of whom it concerns, in the transaction that does
    it, that the platform did: a log may tell of an attempt that failed, but nothing is done that no log tells.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    book : FactBook
        Holds of tenants are facts in it.
    board : Board
        Where owners are told.
    """

    def __init__(self, on: Foundation, book: FactBook, board: Board) -> None:
        self._on = on
        self._book = book
        self._board = board

    async def suspend_person(self, admin_id: UUID, user_id: UUID, *, reason: str) -> bool:
        """Shut a person out; False where that is so already.

        Raises
        ------
        AccountError
            If there is no such person, it is oneself, or the reason is none.
        """
        return await self._set_person(admin_id, user_id, reason, before="active", after="suspended")

    async def restore_person(self, admin_id: UUID, user_id: UUID, *, reason: str) -> bool:
        """Let a person in again, by signing in anew; False where nothing keeps them out."""
        return await self._set_person(admin_id, user_id, reason, before="suspended", after="active")

    async def suspend_tenant(self, admin_id: UUID, tenant_id: UUID, *, reason: str) -> bool:
        """Let a tenant only reduce from now on; False where that is so already.

        Raises
        ------
        AccountError
            If there is no such tenant, it was closed, or the reason is none.
        """
        told, hold = _checked(reason), f"operator.{new_id().hex}"
        if await self._tenant_state(tenant_id) == "suspended":
            return False
        await self._announce(admin_id, "platform.suspend-tenant", {"tenant": str(tenant_id), "reason": told})
        async with self._on.database.writing(Scope(tenant_id=tenant_id)) as session:
            if not await _changed(session, tenants, "active", "suspended"):
                return False
            fact = Held(hold=hold, from_ns=self._on.clock.now_ns(), reason=told)
            await self._book.record(session, fact, source=_SOURCE, key=hold)
            event = Event(action="tenant.suspended", actor=PLATFORM, details={"reason": told})
            await self._on.audit.append(session, event)
        await self._tell_owners(tenant_id, hold, told)
        return True

    async def restore_tenant(self, admin_id: UUID, tenant_id: UUID, *, reason: str) -> bool:
        """Lift what the platform holds a tenant by; False where it does not. Holds of others stay."""
        told = _checked(reason)
        if await self._tenant_state(tenant_id) == "active":
            return False
        await self._announce(admin_id, "platform.restore-tenant", {"tenant": str(tenant_id), "reason": told})
        async with self._on.database.writing(Scope(tenant_id=tenant_id)) as session:
            if not await _changed(session, tenants, "suspended", "active"):
                return False
            for hold in await _open_holds(session):
                lifted = Lifted(hold=hold, from_ns=self._on.clock.now_ns())
                await self._book.record(session, lifted, source=_SOURCE, key=f"{hold}.lifted")
            event = Event(action="tenant.restored", actor=PLATFORM, details={"reason": told})
            await self._on.audit.append(session, event)
        return True

    async def _set_person(self, admin_id: UUID, user_id: UUID, reason: str, *, before: str, after: str) -> bool:
        told = _checked(reason)
        if admin_id == user_id:
            raise AccountError("admin.oneself", "Nobody suspends or restores themselves. Ask another administrator.")
        state = await self._person_state(user_id)
        if state != before:
            return False
        verb = "suspend" if after == "suspended" else "restore"
        await self._announce(admin_id, f"platform.{verb}-user", {"reason": told}, subject=user_id)
        scope = await self._on.scope_of(user_id)
        async with self._on.database.writing(scope) as session:
            if not await _changed(session, users, before, after):
                return False
            # At the restoring too: a sign-in that was on its way while the person was suspended is none to go on with.
            ended = await end_sessions(session, self._on, "suspended")
            if scope.tenant_id is not None:
                details: dict[str, Detail] = {"reason": told, "sessions": ended}
                action = "account.suspended" if after == "suspended" else "account.restored"
                await self._on.audit.append(
                    session, Event(action=action, actor=PLATFORM, subject=user_id, details=details)
                )
        return True

    async def _announce(
        self, admin_id: UUID, action: str, details: dict[str, str], *, subject: UUID | None = None
    ) -> None:
        """Say in the administrator's own log who is about to do what."""
        scope = await self._on.scope_of(admin_id)
        if scope.tenant_id is None:
            raise AccountError("admin.homeless", "An administrator needs a tenant of their own, whose log tells of it.")
        async with self._on.database.writing(scope) as session:
            event = Event(action=action, actor=admin_id, subject=subject, details=details)
            await self._on.audit.append(session, event)

    async def _tell_owners(self, tenant_id: UUID, hold: str, reason: str) -> None:
        async with self._on.database.reading(Scope(tenant_id=tenant_id)) as session:
            owners = sa.select(memberships.c.user_id).where(memberships.c.role == Role.OWNER.value)
            found = [row.user_id for row in await session.rows(owners)]
        for user_id in found:
            async with self._on.database.writing(Scope(user_id=user_id)) as session:
                level, values = NoticeLevel.CRITICAL, {"reason": reason}
                await self._board.put(session, hold, "plan.suspended", level=level, values=values, mail=True)

    async def _person_state(self, user_id: UUID) -> str:
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            state: str | None = await session.value(sa.select(users.c.state))
        if state is None or state == "erased":
            raise AccountError("user.unknown", "There is no such person.")
        return state

    async def _tenant_state(self, tenant_id: UUID) -> str:
        async with self._on.database.reading(Scope(tenant_id=tenant_id)) as session:
            state: str | None = await session.value(sa.select(tenants.c.state))
        if state is None:
            raise AccountError("tenant.unknown", "There is no such tenant.")
        if state == "closed":
            raise AccountError("tenant.closed", "This tenant was closed.")
        return state


async def _changed(session: Session, table: sa.Table, before: str, after: str) -> bool:
    return await session.changed(sa.update(table).where(table.c.state == before).values(state=after)) == 1


async def _open_holds(session: Session) -> list[str]:
    """Name the holds of the platform on the transaction's tenant that were not lifted."""
    rows = await session.rows(sa.select(billing_facts.c.body).where(billing_facts.c.source == _SOURCE))
    facts = [read_fact(row.body) for row in rows]
    lifted = {fact.hold for fact in facts if isinstance(fact, Lifted)}
    return sorted({fact.hold for fact in facts if isinstance(fact, Held)} - lifted)


def _checked(reason: str) -> str:
    told = reason.strip()
    if not 0 < len(told) <= _LONGEST_REASON or not told.isprintable():
        raise AccountError("admin.reason", f"Give the reason in 1 to {_LONGEST_REASON} characters.")
    return told
