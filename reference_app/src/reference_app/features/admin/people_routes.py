"""``/api/v1/admin/users``: everybody, and shutting somebody out."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from forexai_saas.accounts.addresses import plain_address
from forexai_saas.administration.register import PersonView
from reference_app.accounts import Accounts
from reference_app.features.admin.schemas import Changed, PersonList, PersonShown, Reason
from reference_app.http.callers import Caller
from reference_app.http.cursors import cursor_of, key_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import ADMIN

__all__ = ["list_people", "restore_person", "show_person", "suspend_person"]

_READS, _CHANGES = {ADMIN: "reads"}, {ADMIN: "changes"}


@get("/users", opt=_READS, summary="List people.")
async def list_people(
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
    email: Annotated[str | None, QueryParameter(max_length=254, description="Whoever has this address alone.")] = None,
) -> PersonList:
    """List people in the order in which they registered, or find the one of a mail address."""
    if email is not None:
        found = await accounts.register.person_by_email(plain_address(email))
        return PersonList(items=() if found is None else (_shown(found),))
    views = await accounts.register.people(after=key_of(cursor), limit=limit + 1)
    following = cursor_of(views[limit - 1].user_id) if len(views) > limit else None
    return PersonList(items=tuple(_shown(view) for view in views[:limit]), next_cursor=following)


@get("/users/{user_id:uuid}", opt=_READS, summary="Show a person.")
async def show_person(user_id: FromPath[UUID], accounts: NamedDependency[Accounts]) -> PersonShown:
    """Show a person."""
    return _shown(await accounts.register.person(user_id))


@post("/users/{user_id:uuid}/suspend", status_code=200, opt=_CHANGES, summary="Shut a person out.")
async def suspend_person(
    user_id: FromPath[UUID],
    data: JSONBody[Reason],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> Changed:
    """Shut a person out: every session ends at once, and no password or key is good for anything."""
    return Changed(changed=await accounts.suspending.suspend_person(caller.user_id, user_id, reason=data.reason))


@post("/users/{user_id:uuid}/unsuspend", status_code=200, opt=_CHANGES, summary="Let a person in again.")
async def restore_person(
    user_id: FromPath[UUID],
    data: JSONBody[Reason],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> Changed:
    """Let a person in again, who signs in anew."""
    return Changed(changed=await accounts.suspending.restore_person(caller.user_id, user_id, reason=data.reason))


def _shown(view: PersonView) -> PersonShown:
    return PersonShown(
        id=view.user_id,
        email=view.email,
        name=view.name,
        language="id" if view.language == "id" else "en",
        state=cast("Literal['active', 'suspended', 'erased']", view.state),
        verified=view.verified,
        second_factor=view.second_factor,
        platform_admin=view.platform_admin,
        created_ns=str(view.created_ns),
        tenants=view.tenants,
    )
