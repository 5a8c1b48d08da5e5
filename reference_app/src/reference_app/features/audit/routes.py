"""``/api/v1/tenants/{tenant_id}/audit``: who did what, and the proof that nobody changed it."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from reference_app.accounts import Accounts
from reference_app.features.audit.schemas import AuditList, VerdictShown, Verifying
from reference_app.features.audit.shown import shown, verdict
from reference_app.http.callers import Caller
from reference_app.http.cursors import number_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import PERMISSION

__all__ = ["audit_router"]

_READ = {PERMISSION: "audit:log:read"}


@get("/", opt=_READ, summary="List what was done in a tenant, the newest first.")
async def list_records(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> AuditList:
    """List the records of the tenant's log, a page at a time."""
    on = accounts.on
    async with on.database.reading(caller.scope) as session:
        found = await on.audit.newest(session, before=number_of(cursor), limit=limit + 1)
    items = tuple(shown(view) for view in found[:limit])
    return AuditList(items=items, next_cursor=str(items[-1].number) if len(found) > limit else None)


@post("/verify", status_code=200, opt=_READ, summary="Prove that nothing in the log was changed.")
async def verify(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[Verifying],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> VerdictShown:
    """Hold every record against the one before it, and the end against a head that was kept elsewhere."""
    return await verdict(accounts.on.database, accounts.auditor, caller.scope, data.head)


audit_router = Router("/tenants/{tenant_id:uuid}/audit", route_handlers=[list_records, verify], tags=["audit"])
