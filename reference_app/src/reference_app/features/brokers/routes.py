"""``/api/v1/tenants/{tenant_id}/brokers/connections``."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from litestar import Request, Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody

from reference_app.accounts import Accounts
from reference_app.features.brokers import schemas
from reference_app.features.brokers.book import Connections
from reference_app.features.brokers.naming import session_name
from reference_app.features.brokers.repository import connection_rows, grant_rows
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION

__all__ = ["brokers_router"]

_SEE, _WRITE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "brokers:paper:write"}
_GRANT = {PERMISSION: "members:all:write"}


def _shown(row: sa.Row[Any]) -> schemas.ConnectionShown:
    return schemas.ConnectionShown(
        id=row.id,
        name=row.name,
        broker="paper",
        mode=row.mode,
        session=session_name(row.tenant_id, row.id),
        state="open" if row.archived_ns is None else "archived",
        currency=row.currency,
        leverage=row.leverage,
        margin_mode=row.margin_mode,
        balance=f"{row.balance:.2f}",
        market="made-up",
        instruments=tuple(row.instruments),
        seed=row.seed,
        pace=row.pace,
        created_ns=str(row.created_ns),
        archived_ns=None if row.archived_ns is None else str(row.archived_ns),
    )


@get("/", opt=_SEE, summary="List accounts.")
async def list_connections(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    show: FromQuery[Literal["open", "archived"]] = "open",
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.ConnectionList:
    """List the tenant's accounts, a page at a time."""
    found = await connection_rows(
        accounts.on.database, caller.scope, archived=show == "archived", cursor=cursor, limit=limit
    )
    rows, following = page_of(found, limit, "id")
    return schemas.ConnectionList(items=tuple(map(_shown, rows)), next_cursor=following)


@post("/", status_code=201, opt=_WRITE, summary="Make a paper account.")
async def make_connection(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.PaperAccountWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    connections: NamedDependency[Connections],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[schemas.ConnectionShown]:
    """Make a paper account. Send an ``Idempotency-Key``: each account counts against the plan."""

    async def make() -> schemas.ConnectionShown:
        return _shown(await connections.add_paper(caller.scope, caller.person, data))

    return await once.answer(request, caller, idempotency_key, make, schemas.ConnectionShown, status=201)


@get("/{account_id:uuid}", opt=_SEE, summary="Show an account.")
async def show_connection(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    connections: NamedDependency[Connections],
) -> schemas.ConnectionShown:
    """Show as what an account is kept."""
    return _shown(await connections.find(caller.scope, account_id))


@delete("/{account_id:uuid}", opt=_WRITE, summary="Archive an account.")
async def archive_connection(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    connections: NamedDependency[Connections],
) -> None:
    """Archive an account: nothing trades on it any more, its history stays, and the plan has room for another."""
    await connections.archive(caller.scope, account_id)


@get("/{account_id:uuid}/grants", opt=_SEE, summary="List who may trade on a live account.")
async def list_grants(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.GrantList:
    """List the members to whom an account is granted; on paper whoever may trade needs no grant."""
    found = await grant_rows(accounts.on.database, caller.scope, account_id, cursor=cursor, limit=limit)
    rows, following = page_of(found, limit, "user_id")
    items = (
        schemas.GrantShown(user_id=row.user_id, granted_ns=str(row.granted_ns), granted_by=row.granted_by)
        for row in rows
    )
    return schemas.GrantList(items=tuple(items), next_cursor=following)


@put("/{account_id:uuid}/grants/{user_id:uuid}", status_code=204, opt=_GRANT, summary="Grant an account to a member.")
async def grant_connection(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    user_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    connections: NamedDependency[Connections],
) -> None:
    """Grant an account to a member. Twice is once. A live one takes what arming it takes: a code, shown just now."""
    await connections.grant(caller.scope, caller.person, account_id, user_id)


@delete("/{account_id:uuid}/grants/{user_id:uuid}", opt=_GRANT, summary="Take a grant back.")
async def withdraw_connection(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    account_id: FromPath[UUID],
    user_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    connections: NamedDependency[Connections],
) -> None:
    """Take a grant back."""
    await connections.withdraw(caller.scope, caller.person, account_id, user_id)


brokers_router = Router(
    "/tenants/{tenant_id:uuid}/brokers/connections",
    route_handlers=[
        list_connections,
        make_connection,
        show_connection,
        archive_connection,
        list_grants,
        grant_connection,
        withdraw_connection,
    ],
    tags=["brokers"],
)
