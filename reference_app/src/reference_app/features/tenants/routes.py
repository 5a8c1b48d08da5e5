"""``/api/v1/tenants``: tenants, members, and invitations."""

from __future__ import annotations

from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.roles import permissions_of
from forexai_saas.accounts.tokens import new_token
from forexai_saas.errors import AccountError
from forexai_saas.storage.scopes import Scope
from reference_app.accounts import Accounts
from reference_app.features.tenants import repository, schemas
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import PERMISSION, SIGNED_IN

__all__ = ["tenants_router"]

_INVITED_S = 7 * 86_400
_SEE, _CHANGE = {PERMISSION: "tenant:data:read"}, {PERMISSION: "members:all:write"}


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


@get("/{tenant_id:uuid}/members", opt=_SEE, summary="List who works for a tenant.")
async def list_members(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.MemberList:
    """List who works for a tenant, a page at a time."""
    database = accounts.on.database
    rows, following = page_of(
        await repository.member_rows(database, caller.scope, cursor=cursor, limit=limit), limit, "user_id"
    )
    items = []
    for row in rows:
        person = await repository.person_row(database, row.user_id)
        if person is not None:
            items.append(
                schemas.MemberShown(
                    user_id=row.user_id,
                    name=person.name,
                    email=person.email,
                    role=row.role,
                    created_ns=str(row.created_ns),
                )
            )
    return schemas.MemberList(items=tuple(items), next_cursor=following)


@patch("/{tenant_id:uuid}/members/{user_id:uuid}", status_code=204, opt=_CHANGE, summary="Give a member another role.")
async def change_member(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    user_id: FromPath[UUID],
    data: JSONBody[schemas.RoleChanged],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Give a member another role; it holds from the next request on."""
    if not await repository.change_role(accounts.on, caller.scope, user_id, data.role):
        raise NotFoundError("Nobody of that key works for this tenant.")


@delete("/{tenant_id:uuid}/members/{user_id:uuid}", opt=_CHANGE, summary="Remove a member.")
async def remove_member(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    user_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Remove a member, with that person's keys."""
    if not await repository.remove_member(accounts.on, caller.scope, user_id):
        raise NotFoundError("Nobody of that key works for this tenant.")


@post("/{tenant_id:uuid}/invitations", status_code=201, opt=_CHANGE, summary="Invite somebody.")
async def invite(
    tenant_id: FromPath[UUID],
    data: JSONBody[schemas.Inviting],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> schemas.Invitation:
    """Make an invitation for one mail address, good once and for a week; whoever invites hands it over."""
    token, expires_ns = repository.joined(new_token(), tenant_id), accounts.on.after_ns(_INVITED_S)
    await repository.add_invitation(
        accounts.on,
        caller.scope,
        email=data.email,
        role=data.role,
        token=token,
        now_ns=accounts.on.clock.now_ns(),
        expires_ns=expires_ns,
    )
    return schemas.Invitation(token=token, expires_ns=str(expires_ns))


@post("/join", status_code=200, opt={SIGNED_IN: True}, summary="Take up an invitation.")
async def join(
    data: JSONBody[schemas.Joining], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> schemas.TenantShown:
    """Take up an invitation to one's own mail address."""
    named, _, _ = data.token.partition(".")
    try:
        tenant_id = UUID(hex=named)
    except ValueError as problem:
        raise AccountError("invitation.refused", "This is no invitation.") from problem
    scope = Scope(tenant_id=tenant_id, user_id=caller.user_id)
    await repository.take_invitation(accounts.on, scope, data.token, now_ns=accounts.on.clock.now_ns())
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
        invite,
        join,
    ],
    tags=["tenants"],
)
