"""``/api/v1/admin/tenants``: every tenant, suspending one, and its log without what is personal in it."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_saas.administration.register import TenantView
from forexai_saas.storage.scopes import Scope
from reference_app.accounts import Accounts
from reference_app.features.admin.schemas import Changed, Reason, TenantListShown, TenantOverview
from reference_app.features.audit.schemas import AuditList, VerdictShown, Verifying
from reference_app.features.audit.shown import shown, verdict
from reference_app.http.callers import Caller
from reference_app.http.cursors import cursor_of, key_of, number_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import ADMIN

__all__ = ["list_log", "list_tenants", "restore_tenant", "show_tenant", "suspend_tenant", "verify_log"]

_READS, _CHANGES = {ADMIN: "reads"}, {ADMIN: "changes"}


@get("/tenants", opt=_READS, summary="List tenants.")
async def list_tenants(
    accounts: NamedDependency[Accounts], cursor: CursorAsked = None, limit: LimitAsked = 50
) -> TenantListShown:
    """List tenants in the order in which they were made."""
    views = await accounts.register.tenants(after=key_of(cursor), limit=limit + 1)
    following = cursor_of(views[limit - 1].tenant_id) if len(views) > limit else None
    return TenantListShown(items=tuple(_shown(view) for view in views[:limit]), next_cursor=following)


@get("/tenants/{tenant_id:uuid}", opt=_READS, summary="Show a tenant.")
async def show_tenant(tenant_id: FromPath[UUID], accounts: NamedDependency[Accounts]) -> TenantOverview:
    """Show a tenant."""
    return _shown(await accounts.register.tenant(tenant_id))


@post("/tenants/{tenant_id:uuid}/suspend", status_code=200, opt=_CHANGES, summary="Let a tenant only reduce.")
async def suspend_tenant(
    tenant_id: FromPath[UUID],
    data: JSONBody[Reason],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> Changed:
    """Suspend a tenant: it is seen, and its positions are reduced by whoever works for it; nothing else is done."""
    return Changed(changed=await accounts.suspending.suspend_tenant(caller.user_id, tenant_id, reason=data.reason))


@post("/tenants/{tenant_id:uuid}/unsuspend", status_code=200, opt=_CHANGES, summary="Let a tenant go on.")
async def restore_tenant(
    tenant_id: FromPath[UUID],
    data: JSONBody[Reason],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> Changed:
    """Let a tenant go on."""
    return Changed(changed=await accounts.suspending.restore_tenant(caller.user_id, tenant_id, reason=data.reason))


@get("/tenants/{tenant_id:uuid}/audit", opt=_READS, summary="List a tenant's log, without what is personal.")
async def list_log(
    tenant_id: FromPath[UUID],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> AuditList:
    """List a tenant's log, the newest first. Who is behind the pseudonyms is the tenant's own business."""
    async with accounts.on.database.reading(Scope(tenant_id=tenant_id)) as session:
        found = await accounts.on.audit.newest(session, before=number_of(cursor), limit=limit + 1)
    items = tuple(shown(view, personal=False) for view in found[:limit])
    return AuditList(items=items, next_cursor=str(items[-1].number) if len(found) > limit else None)


@post("/tenants/{tenant_id:uuid}/audit/verify", status_code=200, opt=_READS, summary="Prove a tenant's log.")
async def verify_log(
    tenant_id: FromPath[UUID], data: JSONBody[Verifying], accounts: NamedDependency[Accounts]
) -> VerdictShown:
    """Prove that nothing in a tenant's log was changed, against a head that was kept elsewhere too."""
    return await verdict(accounts.on.database, accounts.auditor, Scope(tenant_id=tenant_id), data.head)


def _shown(view: TenantView) -> TenantOverview:
    return TenantOverview(
        id=view.tenant_id,
        name=view.name,
        state=cast("Literal['active', 'suspended', 'closed']", view.state),
        created_ns=str(view.created_ns),
        members=view.members,
        owners=view.owners,
        standing=view.standing.state.value,
        plan=view.standing.plan.name,
        holds=view.standing.holds,
    )
