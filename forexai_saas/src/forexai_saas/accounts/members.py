"""Members of a tenant: their roles, and how they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.roles import Role, permissions_of
from forexai_saas.audit.log import Event
from forexai_saas.errors import AccountError, ScopeError
from forexai_saas.storage.database import Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users

__all__ = ["MANAGE", "MemberView", "Members", "check_may_give"]

MANAGE = "members:all:write"


@attrs.frozen(kw_only=True)
class MemberView:
    """A member as the others see them."""

    user_id: UUID
    name: str
    email: str
    role: Role
    created_ns: int


async def check_may_give(session: Session, giver: UUID, role: str) -> None:
    """Refuse unless somebody may give a role in the transaction's tenant now: only owners make owners.

    Raises
    ------
    AccountError
        If not.
    """
    own = await _role(session, giver)
    if MANAGE not in permissions_of(own) or (role == Role.OWNER and own != Role.OWNER):
        raise AccountError("permission.missing", "Your role does not allow this. Ask an owner of the tenant.")


@final
class Members:
    """Lists members, changes their roles and lets them go.

    Parameters
    ----------
    on : Foundation
        Database and audit log.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def list(self, scope: Scope, *, after: UUID | None = None, limit: int | None = None) -> Sequence[MemberView]:
        """List the members of the scope's tenant, those first who registered first.

        Parameters
        ----------
        after : UUID, optional
            The last one of the page before.
        limit : int, optional
            How many at most.
        """
        chosen = sa.select(memberships).order_by(memberships.c.user_id).limit(limit)
        if after is not None:
            chosen = chosen.where(memberships.c.user_id > after)
        async with self._on.database.reading(scope) as session:
            rows = await session.rows(chosen)
        return [await self._view(row) for row in rows]

    async def change_role(self, scope: Scope, member_id: UUID, role: Role) -> bool:
        """Give a member another role, from now on everywhere; False where it is that already.

        Raises
        ------
        AccountError
            If the scope's person may not, there is no such member, or nobody would own the tenant any more.
        """
        async with self._on.database.writing(scope) as session:
            before = await self._checked(session, scope, member_id, role)
            if before == role:
                return False
            changed = sa.update(memberships).where(memberships.c.user_id == member_id).values(role=role.value)
            await session.execute(changed)
            await _check_owned(session)
            await self._tell(session, "role.changed", member_id, {"before": before, "after": role.value})
        return True

    async def transfer(self, scope: Scope, member_id: UUID) -> bool:
        """Make a member an owner and oneself an admin, both or neither; False where it is oneself.

        Raises
        ------
        AccountError
            If the scope's person is no owner, or there is no such member.
        """
        async with self._on.database.writing(scope) as session:
            await self._checked(session, scope, member_id, Role.OWNER)
            if member_id == scope.user_id:
                return False
            for user_id, role in ((member_id, Role.OWNER), (scope.user_id, Role.ADMIN)):
                given = sa.update(memberships).where(memberships.c.user_id == user_id).values(role=role.value)
                await session.execute(given)
            await self._tell(session, "tenant.transferred", member_id, {})
        return True

    async def remove(self, scope: Scope, member_id: UUID) -> None:
        """Let a member go; their keys and grants in the tenant go too. Anybody may leave by themselves.

        Raises
        ------
        AccountError
            If the scope's person may not, there is no such member, or nobody would own the tenant any more.
        """
        async with self._on.database.writing(scope) as session:
            before = await self._checked(session, scope, member_id, None)
            await session.execute(sa.delete(memberships).where(memberships.c.user_id == member_id))
            await _check_owned(session)
            await self._tell(session, "member.removed", member_id, {"before": before})

    async def _view(self, row: sa.Row[Any]) -> MemberView:
        # People are not their tenants': each is asked for alone.
        async with self._on.database.reading(Scope(user_id=row.user_id)) as session:
            person = await session.first(sa.select(users.c.name, users.c.email))
        return MemberView(
            user_id=row.user_id,
            name="" if person is None else person.name,
            email="" if person is None else person.email,
            role=Role(row.role),
            created_ns=row.created_ns,
        )

    async def _checked(self, session: Session, scope: Scope, member_id: UUID, role: Role | None) -> str:
        """Give the member's role as it is, where the scope's person may change it."""
        # One at a time in a tenant: else two owners could put each other out at once, and nobody would be left. Not
        # FOR UPDATE: whoever adds a row of the tenant, such as an audit record, would wait, and we for them.
        await session.first(sa.select(tenants.c.id).with_for_update(key_share=True))
        before = await _role(session, member_id)
        if before is None:
            raise AccountError("member.unknown", "There is no such member in this tenant.")
        if scope.user_id is None:
            raise ScopeError("Members are changed by a person: name one in the scope.")
        if role is not None or member_id != scope.user_id:
            await check_may_give(session, scope.user_id, before)
        if role is not None:
            await check_may_give(session, scope.user_id, role)
        return before

    async def _tell(self, session: Session, action: str, member_id: UUID, details: dict[str, str]) -> None:
        actor = session.scope.user_id or ""
        await self._on.audit.append(session, Event(action=action, actor=actor, subject=member_id, details=details))


async def _role(session: Session, user_id: UUID) -> str | None:
    role: str | None = await session.value(sa.select(memberships.c.role).where(memberships.c.user_id == user_id))
    return role


async def _check_owned(session: Session) -> None:
    owners = sa.select(memberships.c.user_id).where(memberships.c.role == Role.OWNER.value)
    if await session.first(owners) is None:
        raise AccountError("member.last-owner", "A tenant keeps an owner. Make somebody else one first.")
