"""The register: every person and every tenant, a page at a time, for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.roles import Role
from forexai_saas.accounts.second_factor import has_second_factor
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.standing import Standing
from forexai_saas.errors import AccountError
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users

__all__ = ["PersonView", "Register", "TenantView"]

_FIRST = UUID(int=0)
MOST = 200
"""Rows of a page at most; the look-ups give one more."""


@attrs.frozen(kw_only=True)
class PersonView:
    """A person as an administrator sees one."""

    user_id: UUID
    email: str
    name: str
    language: str
    state: str
    verified: bool
    second_factor: bool
    platform_admin: bool
    created_ns: int
    tenants: tuple[UUID, ...]


@attrs.frozen(kw_only=True)
class TenantView:
    """A tenant as an administrator sees one.

    Attributes
    ----------
    members : int
        How many work for it.
    owners : tuple of UUID
        Whose it is.
    standing : Standing
        With the platform.
    """

    tenant_id: UUID
    name: str
    state: str
    created_ns: int
    members: int
    owners: tuple[UUID, ...]
    standing: Standing


@final
class Register:
    """Gives people and tenants; each row is read as its owner's, so no query reaches over tenants.

    Parameters
    ----------
    on : Foundation
        Database and look-ups.
    book : FactBook
        Where tenants stand.
    """

    def __init__(self, on: Foundation, book: FactBook) -> None:
        self._on = on
        self._book = book

    async def people(self, *, after: UUID | None = None, limit: int = 50) -> Sequence[PersonView]:
        """Give people in the order in which they registered, those after one."""
        found = await self._on.lookups.ask("forexai_users_after", after or _FIRST)
        return [await self.person(user_id) for (user_id,) in found[:limit]]

    async def person_by_email(self, email: str) -> PersonView | None:
        """Give whoever has a mail address; None where nobody has."""
        found = await self._on.lookups.one("forexai_user_by_email", email)
        return None if found is None else await self.person(found[0])

    async def person(self, user_id: UUID) -> PersonView:
        """Give one person.

        Raises
        ------
        AccountError
            If there is none of that key.
        """
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            row = await session.first(sa.select(users))
            factor = await has_second_factor(session)
        if row is None:
            raise AccountError("user.unknown", "There is no such person.")
        belongs_to = await self._on.lookups.ask("forexai_tenants_of_user", user_id)
        return PersonView(
            user_id=row.id,
            email=row.email,
            name=row.name,
            language=row.language,
            state=row.state,
            verified=row.email_verified_ns is not None,
            second_factor=factor,
            platform_admin=row.platform_admin,
            created_ns=row.created_ns,
            tenants=tuple(sorted(tenant_id for (tenant_id,) in belongs_to)),
        )

    async def tenant_ids(self, *, after: UUID | None = None, limit: int = 50) -> Sequence[UUID]:
        """Give the keys of tenants in the order in which they were made, those after one."""
        found = await self._on.lookups.ask("forexai_tenants_after", after or _FIRST)
        return [tenant_id for (tenant_id,) in found[:limit]]

    async def tenants(self, *, after: UUID | None = None, limit: int = 50) -> Sequence[TenantView]:
        """Give tenants in the order in which they were made, those after one."""
        return [await self.tenant(tenant_id) for tenant_id in await self.tenant_ids(after=after, limit=limit)]

    async def tenant(self, tenant_id: UUID) -> TenantView:
        """Give one tenant.

        Raises
        ------
        AccountError
            If there is none of that key.
        """
        async with self._on.database.reading(Scope(tenant_id=tenant_id)) as session:
            row = await session.first(sa.select(tenants))
            if row is None:
                raise AccountError("tenant.unknown", "There is no such tenant.")
            members = await session.rows(sa.select(memberships.c.user_id, memberships.c.role))
            standing = await self._book.standing(session)
        return TenantView(
            tenant_id=row.id,
            name=row.name,
            state=row.state,
            created_ns=row.created_ns,
            members=len(members),
            owners=tuple(sorted(member.user_id for member in members if member.role == Role.OWNER)),
            standing=standing,
        )
