"""Rows of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import account_grants, trading_accounts
from reference_app.http.cursors import after
from reference_app.tables import paper_accounts

__all__ = ["archive_row", "connection_in", "connection_row", "connection_rows", "grant_rows"]


def _connections() -> sa.Select[Any]:
    joined = sa.and_(
        trading_accounts.c.tenant_id == paper_accounts.c.tenant_id, trading_accounts.c.id == paper_accounts.c.id
    )
    named = (trading_accounts.c.name, trading_accounts.c.mode, trading_accounts.c.created_ns)
    return sa.select(paper_accounts, *named).join(trading_accounts, joined)


async def connection_rows(
    database: Database, scope: Scope, *, archived: bool, cursor: str | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Give a page of a tenant's accounts, and one more; those that were archived, or those that were not."""
    state = paper_accounts.c.archived_ns
    wanted = _connections().where(state.is_not(None) if archived else state.is_(None))
    async with database.reading(scope) as session:
        return await session.rows(after(wanted, paper_accounts.c.id, cursor, limit))


async def connection_row(database: Database, scope: Scope, account_id: UUID) -> sa.Row[Any]:
    """Give an account of the tenant; raises as :func:`connection_in` does."""
    async with database.reading(scope) as session:
        return await connection_in(session, account_id)


async def connection_in(session: Session, account_id: UUID) -> sa.Row[Any]:
    """Give an account, in a transaction of its tenant.

    Raises
    ------
    NotFoundError
        If the tenant has no such account.
    """
    row = await session.first(_connections().where(paper_accounts.c.id == account_id))
    if row is None:
        raise NotFoundError("There is no such account.")
    return row


async def archive_row(on: Foundation, scope: Scope, account_id: UUID) -> None:
    """Archive an account; one that is archived already stays as it is.

    Raises
    ------
    NotFoundError
        If the tenant has no such account.
    """
    open_one = sa.and_(paper_accounts.c.id == account_id, paper_accounts.c.archived_ns.is_(None))
    async with on.database.writing(scope) as session:
        await connection_in(session, account_id)
        ended = sa.update(paper_accounts).where(open_one).values(archived_ns=on.clock.now_ns())
        if await session.changed(ended):
            await record(session, on, "account.archived", details={"account": str(account_id)})


async def grant_rows(
    database: Database, scope: Scope, account_id: UUID, *, cursor: str | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Give a page of those to whom an account is granted, and one more; raises as :func:`connection_in` does."""
    wanted = sa.select(account_grants).where(account_grants.c.account_id == account_id)
    async with database.reading(scope) as session:
        await connection_in(session, account_id)
        return await session.rows(after(wanted, account_grants.c.user_id, cursor, limit))
