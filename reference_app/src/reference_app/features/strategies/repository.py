"""Rows of strategies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_core.errors import ConflictError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from reference_app.http.cursors import after
from reference_app.tables import strategies

__all__ = ["add_row", "change_row", "remove_row", "strategy_row", "strategy_rows"]


async def strategy_rows(database: Database, scope: Scope, *, cursor: str | None, limit: int) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's strategies, and one more."""
    async with database.reading(scope) as session:
        return await session.rows(after(sa.select(strategies), strategies.c.id, cursor, limit))


async def strategy_row(database: Database, scope: Scope, strategy_id: UUID) -> sa.Row[Any] | None:
    """Give a strategy of the tenant."""
    async with database.reading(scope) as session:
        return await session.first(_this(strategy_id))


async def add_row(on: Foundation, scope: Scope, values: Mapping[str, Any]) -> None:
    """Add a strategy.

    Raises
    ------
    AccountError
        If the tenant has one of that name.
    """
    try:
        async with on.database.writing(scope) as session:
            await session.execute(sa.insert(strategies).values(**values))
            await record(session, on, "strategy.added", details={"strategy": str(values["id"])})
    except ConflictError as problem:
        raise _named_twice(values["name"]) from problem


async def change_row(
    on: Foundation, scope: Scope, strategy_id: UUID, version: int, values: Mapping[str, Any]
) -> sa.Row[Any] | None:
    """Write a strategy anew, and give it; None where there is none.

    Raises
    ------
    AccountError
        If it was changed meanwhile, or the tenant has another one of that name.
    """
    this = sa.and_(strategies.c.id == strategy_id, strategies.c.version == version)
    try:
        async with on.database.writing(scope) as session:
            changed = await session.changed(sa.update(strategies).where(this).values(version=version + 1, **values))
            row = await session.first(_this(strategy_id))
            if row is not None and not changed:
                raise AccountError(
                    "strategy.changed",
                    f"Somebody changed this strategy meanwhile; it has version {row.version} now. Look at it first.",
                )
            if row is not None:
                details = {"strategy": str(strategy_id), "version": row.version}
                await record(session, on, "strategy.changed", details=details)
            return row
    except ConflictError as problem:
        raise _named_twice(values["name"]) from problem


async def remove_row(on: Foundation, scope: Scope, strategy_id: UUID) -> bool:
    """Remove a strategy; False where there is none."""
    async with on.database.writing(scope) as session:
        removed = await session.changed(sa.delete(strategies).where(strategies.c.id == strategy_id)) == 1
        if removed:
            await record(session, on, "strategy.removed", details={"strategy": str(strategy_id)})
        return removed


def _this(strategy_id: UUID) -> sa.Select[Any]:
    return sa.select(strategies).where(strategies.c.id == strategy_id)


def _named_twice(name: str) -> AccountError:
    return AccountError("strategy.there", f"There is a strategy '{name}' already. Give this one another name.")
