"""``/api/v1/tenants/{tenant_id}/invitations``: links by mail by which people join."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.inviting import InvitationView
from forexai_saas.accounts.members import MANAGE
from forexai_saas.accounts.roles import Role
from reference_app.accounts import Accounts
from reference_app.features.tenants import schemas
from reference_app.features.users.repository import user_row
from reference_app.http.callers import Caller
from reference_app.http.cursors import key_of, page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION

__all__ = ["invite", "list_invitations", "revoke_invitation"]

_CHANGE = {PERMISSION: MANAGE}


@get("/{tenant_id:uuid}/invitations", opt=_CHANGE, summary="List open invitations.")
async def list_invitations(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> schemas.InvitationList:
    """List the invitations that may still be taken up, the newest first, a page at a time."""
    found = await accounts.inviting.list(caller.scope, before=key_of(cursor), limit=limit + 1)
    views, following = page_of(found, limit, "invitation_id")
    return schemas.InvitationList(items=tuple(_shown(view) for view in views), next_cursor=following)


@post("/{tenant_id:uuid}/invitations", status_code=201, opt=_CHANGE, summary="Invite somebody by mail.")
async def invite(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    data: JSONBody[schemas.Inviting],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[schemas.InvitationShown]:
    """Send an invitation to one mail address, good once and for a week; an older one to it is void."""

    async def make() -> schemas.InvitationShown:
        language = data.language or (await user_row(accounts.on.database, caller.user_id))[0].language
        return _shown(await accounts.inviting.invite(caller.scope, data.email, Role(data.role), language=language))

    return await once.answer(request, caller, idempotency_key, make, schemas.InvitationShown, status=201)


@delete("/{tenant_id:uuid}/invitations/{invitation_id:uuid}", opt=_CHANGE, summary="Take an invitation back.")
async def revoke_invitation(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    invitation_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Take an invitation back before it was taken up."""
    if not await accounts.inviting.revoke(caller.scope, invitation_id):
        raise NotFoundError("There is no such invitation, or it is not open any more.")


def _shown(view: InvitationView) -> schemas.InvitationShown:
    return schemas.InvitationShown(
        id=view.invitation_id,
        email=view.email,
        role=view.role.value,
        created_ns=str(view.created_ns),
        expires_ns=str(view.expires_ns),
    )
