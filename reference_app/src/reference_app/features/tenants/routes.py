"""``/api/v1/tenants``: tenants, members, and invitations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.roles import permissions_of
from forexai_saas.storage.scopes import Scope
from reference_app.accounts import Accounts
from reference_app.features.tenants import repository, schemas
from reference_app.features.tenants.invitation_routes import invite, list_invitations, revoke_invitation
from reference_app.features.tenants.member_routes import change_member, leave, list_members, remove_member, transfer
from reference_app.http.addresses import address_of
from reference_app.http.callers import Caller
from reference_app.http.permissions import PERMISSION, SIGNED_IN
from reference_app.platform import Platform

__all__ = ["tenants_router"]

_SEE = {PERMISSION: "tenant:data:read"}


async def _shown(accounts: Accounts, user_id: UUID, tenant_id: UUID) -> schemas.TenantShown | None:
    row = await repository.tenant_row(accounts.on.database, Scope(tenant_id=tenant_id, user_id=user_id))
    if row is None:
        return None
    return schemas.TenantShown(
        id=row.id,
        name=row.name,
        role=row.role,
        permissions=tuple(sorted(permissions_of(row.role))),
        created_ns=str(row.created_ns),
    )


@get("/", opt={SIGNED_IN: True}, summary="List the tenants that a person works for.")
async def list_tenants(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> schemas.TenantList:
    """List the tenants that a person works for."""
    found = sorted(await accounts.on.lookups.ask("forexai_tenants_of_user", caller.user_id))
    shown = [await _shown(accounts, caller.user_id, tenant_id) for (tenant_id,) in found]
    return schemas.TenantList(items=tuple(each for each in shown if each is not None))


@get("/{tenant_id:uuid}", opt=_SEE, summary="Show a tenant.")
async def show_tenant(
    tenant_id: FromPath[UUID], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> schemas.TenantShown:
    """Show a tenant, and what the caller may do there."""
    shown = await _shown(accounts, caller.user_id, tenant_id)
    if shown is None:
        raise NotFoundError("There is no such tenant.")
    return shown


@post("/join", status_code=200, opt={SIGNED_IN: True}, summary="Take up an invitation.")
async def join(
    data: JSONBody[schemas.Joining],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> schemas.TenantShown:
    """Take up an invitation that was sent to one's own mail address."""
    address = address_of(request, platform.settings)
    tenant_id = await accounts.inviting.accept(caller.user_id, data.token, address=address)
    shown = await _shown(accounts, caller.user_id, tenant_id)
    if shown is None:
        raise NotFoundError("There is no such tenant.")
    return shown


tenants_router = Router(
    "/tenants",
    route_handlers=[
        list_tenants,
        show_tenant,
        list_members,
        change_member,
        remove_member,
        leave,
        transfer,
        list_invitations,
        invite,
        revoke_invitation,
        join,
    ],
    tags=["tenants"],
)
