"""Rows of tenants, their members and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.roles import Role
from forexai_saas.accounts.tokens import hashed
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users
from reference_app.http.cursors import after
from reference_app.tables import invitations

__all__ = [
    "add_invitation",
    "change_role",
    "joined",
    "member_rows",
    "person_row",
    "remove_member",
    "take_invitation",
    "tenant_row",
]

_HEADS = (Role.OWNER, Role.ADMIN)


async def tenant_row(database: Database, scope: Scope) -> sa.Row[Any] | None:
    """Give a tenant with the role of the scope's person in it."""
    async with database.reading(scope) as session:
        return await session.first(
            sa.select(tenants, memberships.c.role)
            .join(memberships, memberships.c.tenant_id == tenants.c.id)
            .where(memberships.c.user_id == scope.user_id)
        )


async def member_rows(database: Database, scope: Scope, *, cursor: str | None, limit: int) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's memberships, and one more."""
    async with database.reading(scope) as session:
        return await session.rows(after(sa.select(memberships), memberships.c.user_id, cursor, limit))


async def person_row(database: Database, user_id: UUID) -> sa.Row[Any] | None:
    """Give name and address of a member. People are not their tenants': each is asked for alone."""
    async with database.reading(Scope(user_id=user_id)) as session:
        return await session.first(sa.select(users.c.name, users.c.email))


async def change_role(on: Foundation, scope: Scope, user_id: UUID, role: str) -> bool:
    """Give a member another role; False where nobody of that key is a member."""
    async with on.database.writing(scope) as session:
        if not await _may_touch(session, scope, user_id, role):
            return False
        this = sa.update(memberships).where(memberships.c.user_id == user_id)
        await session.execute(this.values(role=role))
        await _check_owner_left(session)
        await record(session, on, "member.role-changed", details={"member": str(user_id), "role": role})
    return True


async def remove_member(on: Foundation, scope: Scope, user_id: UUID) -> bool:
    """Remove a member, whose keys go along; False where nobody of that key is one."""
    async with on.database.writing(scope) as session:
        if not await _may_touch(session, scope, user_id, None):
            return False
        await session.execute(sa.delete(memberships).where(memberships.c.user_id == user_id))
        await _check_owner_left(session)
        await record(session, on, "member.removed", details={"member": str(user_id)})
    return True


async def add_invitation(
    on: Foundation, scope: Scope, *, email: str, role: str, token: str, now_ns: int, expires_ns: int
) -> None:
    """Keep an invitation; its token is kept as a hash."""
    async with on.database.writing(scope) as session:
        _check_rank(await _role(session, scope.user_id), role)
        await session.execute(
            sa.insert(invitations).values(
                id=new_id(),
                email=plain_address(email),
                role=role,
                token_hash=hashed(token),
                made_by=scope.user_id,
                created_ns=now_ns,
                expires_ns=expires_ns,
            )
        )
        await record(session, on, "member.invited", details={"role": role})


async def take_invitation(on: Foundation, scope: Scope, token: str, *, now_ns: int) -> None:
    """Make the scope's person a member, as an invitation to that person's address says.

    Raises
    ------
    AccountError
        If the invitation is none, was used, is too old, is for another address, or whoever made it may no longer
        give that role.
    """
    async with on.database.writing(scope) as session:
        email = await session.value(sa.select(users.c.email))
        this = sa.and_(
            invitations.c.token_hash == hashed(token),
            invitations.c.email == email,
            invitations.c.used_ns.is_(None),
            invitations.c.expires_ns > now_ns,
        )
        row = await session.first(sa.select(invitations).where(this))
        if row is None or not await session.changed(sa.update(invitations).where(this).values(used_ns=now_ns)):
            raise _refused()
        giver = await _role(session, row.made_by)
        if giver not in _HEADS or (row.role == Role.OWNER and giver != Role.OWNER):
            raise _refused()
        if await _role(session, scope.user_id):
            raise AccountError("member.there", "You work for this tenant already.")
        await session.execute(sa.insert(memberships).values(user_id=scope.user_id, role=row.role, created_ns=now_ns))
        await record(session, on, "member.joined", details={"role": row.role, "invited_by": str(row.made_by)})


def joined(token: str, tenant_id: UUID) -> str:
    """Write the token of an invitation: which tenant, and a secret."""
    return f"{tenant_id.hex}.{token}"


async def _may_touch(session: Session, scope: Scope, user_id: UUID, role: str | None) -> bool:
    present = await _role(session, user_id)
    if not present:
        return False
    own = await _role(session, scope.user_id)
    _check_rank(own, present)
    if role is not None:
        _check_rank(own, role)
    return True


async def _role(session: Session, user_id: UUID | None) -> str:
    return await session.value(sa.select(memberships.c.role).where(memberships.c.user_id == user_id)) or ""


def _check_rank(own: str, other: str) -> None:
    """Only owners give, change or take an owner's role."""
    if other == Role.OWNER and own != Role.OWNER:
        raise AccountError("member.role", "Only an owner can do that with an owner's role.")


async def _check_owner_left(session: Session) -> None:
    owners = sa.select(sa.func.count()).select_from(memberships).where(memberships.c.role == Role.OWNER.value)
    if not await session.value(owners):
        raise AccountError("member.last-owner", "A tenant keeps one owner at least. Make somebody else one first.")


def _refused() -> AccountError:
    return AccountError("invitation.refused", "This invitation is not for you, was used already, or is too old.")
