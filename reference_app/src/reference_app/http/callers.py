"""Who calls: a person by cookie or token, or a program by its key, and for which tenant."""

from __future__ import annotations

from typing import Any, Literal, cast
from uuid import UUID

import attrs
import sqlalchemy as sa
from litestar import Request
from litestar.connection import ASGIConnection

from forexai_saas.accounts.api_keys import Caller as Program
from forexai_saas.accounts.roles import permissions_of
from forexai_saas.accounts.sessions import Identity, SessionKind
from forexai_saas.errors import AccountError
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants
from reference_app.accounts import Accounts
from reference_app.http.addresses import address_of
from reference_app.http.cookies import SESSION, cookie_of
from reference_app.settings import AppSettings

__all__ = ["TENANT_HEADER", "Caller", "caller_at_tenant", "caller_of", "identify", "keep_caller"]

TENANT_HEADER = "forexai-tenant"
"""Names the tenant where the path does not, and the caller works for several."""

_KEPT = "forexai_caller"
_KEY_PREFIX = "fxk_"


@attrs.frozen(kw_only=True)
class Caller:
    """Whoever calls.

    Attributes
    ----------
    kind : str
        ``browser`` and ``native`` are people, ``key`` is a program.
    session_id, key_id : UUID or None
        By what they are known.
    second_factor_ns, totp_ns : int or None
        When the second factor was last shown in this session, and when that was a code of the authenticator.
    tenant_id, role, permissions
        For whom the call is made, and what the caller may do there; empty where a route asks for a person alone.
    suspended : bool
        Whether the tenant is: it reads and reduces, and nothing else.
    identity, program : Identity or Program or None
        As whom the gate before accounts knows the caller: one of the two.
    """

    user_id: UUID
    kind: SessionKind | Literal["key"]
    session_id: UUID | None = None
    key_id: UUID | None = None
    second_factor_ns: int | None = None
    totp_ns: int | None = None
    platform_admin: bool = False
    tenant_id: UUID | None = None
    role: str = ""
    permissions: frozenset[str] = frozenset()
    suspended: bool = False
    identity: Identity | None = None
    program: Program | None = None

    @property
    def scope(self) -> Scope:
        """For whom its transactions speak."""
        return Scope(tenant_id=self.tenant_id, user_id=self.user_id)

    @property
    def session(self) -> UUID:
        """The caller's session.

        Raises
        ------
        AccountError
            If it is a program.
        """
        self.check_person()
        return cast("UUID", self.session_id)

    @property
    def person(self) -> Identity:
        """The person who calls.

        Raises
        ------
        AccountError
            If it is a program.
        """
        self.check_person()
        return cast("Identity", self.identity)

    @property
    def who(self) -> Identity | Program:
        """As whom the gate before accounts knows the caller."""
        return self.person if self.program is None else self.program

    def check_person(self) -> None:
        """Refuse a program.

        Raises
        ------
        AccountError
            If it is one.
        """
        if self.session_id is None:
            raise AccountError("permission.missing", "This is for people who are signed in, not for keys.")


async def identify(
    connection: ASGIConnection[Any, Any, Any, Any], accounts: Accounts, settings: AppSettings
) -> tuple[Caller, bool]:
    """Tell who calls, and whether a cookie said so.

    Raises
    ------
    AccountError
        If nobody is signed in, or the key is good for nothing.
    """
    kind, _, shown = connection.headers.get("authorization", "").partition(" ")
    bearer = shown.strip() if kind.lower() == "bearer" else ""
    if bearer.startswith(_KEY_PREFIX):
        key = await accounts.api_keys.identify(bearer, address=address_of(connection, settings))
        return (
            Caller(
                user_id=key.user_id,
                kind="key",
                key_id=key.key_id,
                tenant_id=key.tenant_id,
                permissions=key.permissions,
                suspended=key.suspended,
                program=key,
            ),
            False,
        )
    by_cookie = not bearer
    token = bearer or cookie_of(connection, SESSION, settings)
    if not token:
        raise AccountError("session.ended", "You are not signed in, or no longer. Sign in again.")
    identity = await accounts.sessions.identify(token)
    if (identity.kind == "browser") != by_cookie:
        # A cookie that was carried off is of no use as a token, where no page's origin would be asked for.
        raise AccountError("session.ended", "You are not signed in, or no longer. Sign in again.")
    return (
        Caller(
            user_id=identity.user_id,
            kind=identity.kind,
            session_id=identity.session_id,
            second_factor_ns=identity.second_factor_ns,
            totp_ns=identity.totp_ns,
            platform_admin=identity.platform_admin,
            identity=identity,
        ),
        by_cookie,
    )


async def caller_at_tenant(
    connection: ASGIConnection[Any, Any, Any, Any], caller: Caller, accounts: Accounts
) -> Caller:
    """Add for which tenant the call is made: that of the path, of the header, or the only one there is.

    Raises
    ------
    AccountError
        If the caller does not belong to it; the same answer where there is none of that name.
    """
    named = connection.path_params.get("tenant_id") or connection.headers.get(TENANT_HEADER)
    if caller.kind == "key":
        if named is not None and _uuid(named) != caller.tenant_id:
            raise _unknown()
        return caller
    if named is not None:
        tenant_id = _uuid(named)
    else:
        belongs_to = await accounts.on.lookups.ask("forexai_tenants_of_user", caller.user_id)
        if len(belongs_to) != 1:
            raise AccountError("tenant.unclear", f"Say for which tenant you ask: send the header {TENANT_HEADER}.")
        tenant_id = belongs_to[0][0]
    role, state = await _role(accounts, Scope(tenant_id=tenant_id, user_id=caller.user_id))
    suspended, permissions = state == "suspended", permissions_of(role)
    return attrs.evolve(caller, tenant_id=tenant_id, role=role, permissions=permissions, suspended=suspended)


async def _role(accounts: Accounts, scope: Scope) -> tuple[str, str]:
    async with accounts.on.database.reading(scope) as session:
        row = await session.first(
            sa.select(memberships.c.role, tenants.c.state)
            .join(tenants, tenants.c.id == memberships.c.tenant_id)
            .where(memberships.c.user_id == scope.user_id)
        )
    if row is None:
        raise _unknown()
    if row.state == "closed":
        raise AccountError("tenant.closed", "This tenant was closed.")
    return str(row.role), str(row.state)


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Give the caller of a route that is not public."""
    return cast("Caller", request.scope["state"][_KEPT])


def keep_caller(connection: ASGIConnection[Any, Any, Any, Any], caller: Caller) -> None:
    """Keep the caller for the route."""
    connection.scope["state"][_KEPT] = caller


def _uuid(text: object) -> UUID:
    try:
        return text if isinstance(text, UUID) else UUID(str(text))
    except ValueError as problem:
        raise _unknown() from problem


def _unknown() -> AccountError:
    return AccountError("tenant.unknown", "There is no such tenant, or you do not belong to it.")
