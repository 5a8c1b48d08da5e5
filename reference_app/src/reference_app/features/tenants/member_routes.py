"""``/api/v1/tenants/{tenant_id}/members``: who works for a tenant, as what, and how they leave."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_saas.accounts.members import MANAGE
from forexai_saas.accounts.roles import Role
from reference_app.accounts import Accounts
from reference_app.features.tenants import schemas
from reference_app.http.callers import Caller
from reference_app.http.cursors import key_of, page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import PERMISSION

__all__ = ["change_member", "leave", "list_members", "remove_member", "transfer"]

_SEE, _CHANGE = {PERMISSION: "tenant:data:read"}, {PERMISSION: MANAGE}


@get("/{tenant_id:uuid}/members", opt=_SEE, summary="List who works for a tenant.")
async def list_members(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.MemberList:
    """List who works for a tenant, a page at a time."""
    found = await accounts.members.list(caller.scope, after=key_of(cursor), limit=limit + 1)
    views, following = page_of(found, limit, "user_id")
    return schemas.MemberList(
        items=tuple(
            schemas.MemberShown(
                user_id=view.user_id,
                name=view.name,
                email=view.email,
                role=view.role.value,
                created_ns=str(view.created_ns),
            )
            for view in views
        ),
        next_cursor=following,
    )


@patch("/{tenant_id:uuid}/members/{user_id:uuid}", status_code=204, opt=_CHANGE, summary="Give a member another role.")
async def change_member(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    user_id: FromPath[UUID],
    data: JSONBody[schemas.RoleChanged],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Give a member another role; it holds from the next request on. Only owners make owners."""
    await accounts.members.change_role(caller.scope, user_id, Role(data.role))


@delete("/{tenant_id:uuid}/members/{user_id:uuid}", opt=_CHANGE, summary="Remove a member.")
async def remove_member(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    user_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Remove a member, with that person's keys and grants."""
    await accounts.members.remove(caller.scope, user_id)


@post("/{tenant_id:uuid}/leave", status_code=204, opt=_SEE, summary="Leave a tenant.")
async def leave(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Leave a tenant oneself, whatever the role; its last owner cannot."""
    caller.check_person()
    await accounts.members.remove(caller.scope, caller.user_id)


@post("/{tenant_id:uuid}/transfer", status_code=204, opt=_CHANGE, summary="Make a member the owner in one's place.")
async def transfer(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.Transferred],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Make a member an owner, and oneself an admin: both at once, or neither. For owners."""
    await accounts.members.transfer(caller.scope, data.user_id)
