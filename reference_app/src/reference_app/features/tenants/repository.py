"""Rows of tenants."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants

__all__ = ["tenant_row"]


async def tenant_row(database: Database, scope: Scope) -> sa.Row[Any] | None:
    """Give a tenant with the role of the scope's person in it."""
    async with database.reading(scope) as session:
        return await session.first(
            sa.select(tenants, memberships.c.role)
            .join(memberships, memberships.c.tenant_id == tenants.c.id)
            .where(memberships.c.user_id == scope.user_id)
        )
