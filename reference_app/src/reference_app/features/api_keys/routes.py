"""``/api/v1/tenants/{tenant_id}/api-keys``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.api_keys import KeyRequest
from reference_app.accounts import Accounts
from reference_app.features.api_keys.repository import key_rows, maker_of
from reference_app.features.api_keys.schemas import KeyList, KeyMade, KeyShown, KeyWanted
from reference_app.http.callers import Caller
from reference_app.http.cursors import page_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.once import Once
from reference_app.http.permissions import PERMISSION

__all__ = ["api_keys_router"]

_OWN = {PERMISSION: "keys:own:write"}
_ALL = "members:all:write"


@get("/", opt=_OWN, summary="List keys: one's own, or for owners and admins all.")
async def list_keys(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    cursor: CursorAsked = None,
    limit: LimitAsked = 50,
) -> KeyList:
    """List keys that were not revoked, a page at a time."""
    maker = None if _ALL in caller.permissions else caller.user_id
    found = await key_rows(accounts.on.database, caller.scope, maker=maker, cursor=cursor, limit=limit)
    rows, following = page_of(found, limit, "id")
    return KeyList(
        items=tuple(
            KeyShown(
                id=row.id,
                user_id=row.user_id,
                name=row.name,
                hint=row.hint,
                scopes=tuple(row.scopes),
                account_id=row.account_id,
                live=row.live,
                networks=tuple(row.networks),
                created_ns=str(row.created_ns),
                expires_ns=None if row.expires_ns is None else str(row.expires_ns),
            )
            for row in rows
        ),
        next_cursor=following,
    )


@post("/", status_code=201, opt=_OWN, summary="Make a key; it is shown once.")
async def make_key(  # noqa: PLR0917 - parameters are named by the framework, not placed
    tenant_id: FromPath[UUID],
    data: JSONBody[KeyWanted],
    request: Request[Any, Any, Any],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
    once: NamedDependency[Once],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key")] = None,
) -> Response[KeyMade]:
    """Make a key. It can do no more than its maker, on one account; for a live one it takes what live trading takes."""

    async def make() -> KeyMade:
        asked = KeyRequest(
            name=data.name,
            scopes=data.scopes,
            account_id=data.account_id,
            live=data.live,
            networks=data.networks,
            life_s=data.life_s,
        )
        key_id, key = await accounts.keys.make(tenant_id, caller.person, asked)
        return KeyMade(id=key_id, key=key)

    return await once.answer(request, caller, idempotency_key, make, KeyMade, status=201)


@delete("/{key_id:uuid}", opt=_OWN, summary="Revoke a key.")
async def revoke_key(
    tenant_id: FromPath[UUID],  # noqa: ARG001 - the caller's, by the guard
    key_id: FromPath[UUID],
    caller: NamedDependency[Caller],
    accounts: NamedDependency[Accounts],
) -> None:
    """Revoke a key: one's own, or as an owner or admin any."""
    maker = await maker_of(accounts.on.database, caller.scope, key_id)
    theirs = maker == caller.user_id or _ALL in caller.permissions
    if maker is None or not theirs or not await accounts.api_keys.revoke(caller.scope, key_id):
        raise NotFoundError("There is no such key, or it was revoked already.")


api_keys_router = Router(
    "/tenants/{tenant_id:uuid}/api-keys", route_handlers=[list_keys, make_key, revoke_key], tags=["api keys"]
)
