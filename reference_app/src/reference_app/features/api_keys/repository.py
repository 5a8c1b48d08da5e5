"""Rows of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import api_keys
from reference_app.http.cursors import after

__all__ = ["key_rows", "maker_of"]


async def key_rows(
    database: Database, scope: Scope, *, maker: UUID | None, cursor: str | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's keys that were not revoked, and one more; those of one maker, or all."""
    wanted = sa.select(api_keys).where(api_keys.c.revoked_ns.is_(None))
    if maker is not None:
        wanted = wanted.where(api_keys.c.user_id == maker)
    async with database.reading(scope) as session:
        return await session.rows(after(wanted, api_keys.c.id, cursor, limit))


async def maker_of(database: Database, scope: Scope, key_id: UUID) -> UUID | None:
    """Tell who made a key of the tenant."""
    async with database.reading(scope) as session:
        maker: UUID | None = await session.value(sa.select(api_keys.c.user_id).where(api_keys.c.id == key_id))
    return maker
