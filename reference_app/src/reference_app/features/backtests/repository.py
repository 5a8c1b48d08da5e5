"""Rows of backtests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from reference_app.http.cursors import after
from reference_app.tables import backtests

__all__ = ["FINAL", "add_row", "backtest_row", "backtest_rows", "change_row", "open_count", "remove_row"]

FINAL = frozenset({"done", "failed", "cancelled"})
"""States that nothing follows."""


async def backtest_rows(database: Database, scope: Scope, *, cursor: str | None, limit: int) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's backtests, and one more."""
    async with database.reading(scope) as session:
        return await session.rows(after(sa.select(backtests), backtests.c.id, cursor, limit))


async def backtest_row(database: Database, scope: Scope, backtest_id: UUID) -> sa.Row[Any] | None:
    """Give a backtest of the tenant."""
    async with database.reading(scope) as session:
        return await session.first(sa.select(backtests).where(backtests.c.id == backtest_id))


async def open_count(database: Database, scope: Scope) -> int:
    """Count a tenant's backtests that have not ended."""
    waiting = sa.select(sa.func.count()).select_from(backtests).where(backtests.c.state.not_in(FINAL))
    async with database.reading(scope) as session:
        return int(await session.value(waiting))


async def add_row(database: Database, scope: Scope, values: Mapping[str, Any]) -> None:
    """Add a backtest."""
    async with database.writing(scope) as session:
        await session.execute(sa.insert(backtests).values(**values))


async def change_row(
    database: Database, scope: Scope, backtest_id: UUID, values: Mapping[str, Any], *, attempt: int | None = None
) -> bool:
    """Change a backtest that has not ended, and where an attempt is named, is in it; False where that is not so."""
    this = sa.and_(backtests.c.id == backtest_id, backtests.c.state.not_in(FINAL))
    if attempt is not None:
        this = sa.and_(this, backtests.c.attempt == attempt)
    async with database.writing(scope) as session:
        return await session.changed(sa.update(backtests).where(this).values(**values)) == 1


async def remove_row(database: Database, scope: Scope, backtest_id: UUID) -> bool:
    """Remove a backtest that has ended; False where there is no such one."""
    this = sa.and_(backtests.c.id == backtest_id, backtests.c.state.in_(FINAL))
    async with database.writing(scope) as session:
        return await session.changed(sa.delete(backtests).where(this)) == 1
