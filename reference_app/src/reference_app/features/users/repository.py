"""Rows of a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.second_factor import has_second_factor
from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import recovery_codes, users

__all__ = ["recovery_codes_left", "user_row"]


async def user_row(database: Database, user_id: UUID) -> tuple[sa.Row[Any], bool]:
    """Give a person's row, and whether there is a second factor."""
    async with database.reading(Scope(user_id=user_id)) as session:
        row = await session.first(sa.select(users))
        factor = await has_second_factor(session)
    if row is None:
        raise NotFoundError("This person is no more.")
    return row, factor


async def recovery_codes_left(database: Database, user_id: UUID) -> int:
    """Count a person's recovery codes that were not used."""
    counted = sa.select(sa.func.count()).select_from(recovery_codes).where(recovery_codes.c.used_ns.is_(None))
    async with database.reading(Scope(user_id=user_id)) as session:
        return int(await session.value(counted))
