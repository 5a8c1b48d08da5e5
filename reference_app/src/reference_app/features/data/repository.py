"""Rows of uploaded files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from reference_app.http.cursors import after
from reference_app.tables import price_files

__all__ = ["add_row", "change_row", "file_row", "file_rows", "remove_row"]


async def file_rows(database: Database, scope: Scope, *, cursor: str | None, limit: int) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's files, and one more."""
    async with database.reading(scope) as session:
        return await session.rows(after(sa.select(price_files), price_files.c.id, cursor, limit))


async def file_row(database: Database, scope: Scope, file_id: UUID) -> sa.Row[Any] | None:
    """Give a file of the tenant."""
    async with database.reading(scope) as session:
        return await session.first(_this(file_id))


async def add_row(on: Foundation, scope: Scope, values: Mapping[str, Any]) -> None:
    """Add a file whose content is to follow."""
    async with on.database.writing(scope) as session:
        await session.execute(sa.insert(price_files).values(**values))
        await record(session, on, "prices.added", details={"file": str(values["id"])})


async def change_row(
    on: Foundation, scope: Scope, file_id: UUID, values: Mapping[str, Any], *, checking: UUID | None
) -> bool:
    """Change a file that waits for the reading of an upload, or with None for its content; False where it does not."""
    this = sa.and_(price_files.c.id == file_id, price_files.c.state.in_(("waiting", "refused")))
    if checking is not None:
        this = sa.and_(price_files.c.id == file_id, price_files.c.state == "checking", price_files.c.upload == checking)
    async with on.database.writing(scope) as session:
        changed = sa.update(price_files).where(this).values(changed_ns=on.clock.now_ns(), **values)
        return await session.changed(changed) == 1


async def remove_row(on: Foundation, scope: Scope, file_id: UUID) -> sa.Row[Any] | None:
    """Remove a file, and give it as it was; None where there is none."""
    async with on.database.writing(scope) as session:
        row = await session.first(_this(file_id))
        if row is not None:
            await session.execute(sa.delete(price_files).where(price_files.c.id == file_id))
            await record(session, on, "prices.removed", details={"file": str(file_id)})
        return row


def _this(file_id: UUID) -> sa.Select[Any]:
    return sa.select(price_files).where(price_files.c.id == file_id)
