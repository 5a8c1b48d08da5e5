"""Who may call what: each route is public on purpose, for anybody signed in, or asks for a permission."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from forexai_saas.accounts.administrators import check_administrator
from forexai_saas.accounts.roles import PERMISSIONS, Role
from forexai_saas.errors import AccountError
from reference_app.accounts import Accounts
from reference_app.http.callers import Caller, caller_at_tenant, identify, keep_caller
from reference_app.http.origins import check_origin
from reference_app.settings import AppSettings

__all__ = ["ADMIN", "PERMISSION", "PUBLIC", "SIGNED_IN", "check_permission"]

ADMIN, PERMISSION, PUBLIC, SIGNED_IN = "admin", "permission", "public", "signed_in"
"""Keys of a route's options: administrators of the platform, ``reads`` or ``changes``; a permission within a tenant;
anybody; any person who is signed in, but no program."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_READERS = frozenset(Role)
_WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.TRADER})


async def check_permission(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a call through, or say why not; the caller is kept for the route.

    Raises
    ------
    AccountError
        If nobody is signed in, another site asks, the tenant is not the caller's, or the permission is missing.
    """
    accounts: Accounts = connection.app.state.accounts
    settings: AppSettings = connection.app.state.platform.settings
    if handler.opt.get(PUBLIC) is True:
        # Signing somebody in by another's page is refused too: they would then work in a stranger's account.
        check_origin(connection, settings, by_cookie=False)
        return
    caller, by_cookie = await identify(connection, accounts, settings)
    check_origin(connection, settings, by_cookie=by_cookie)
    if handler.opt.get(SIGNED_IN) is True:
        keep_caller(connection, _person(caller))
        return
    if ADMIN in handler.opt:
        keep_caller(connection, _administrator(_person(caller), accounts, changes=handler.opt[ADMIN] == "changes"))
        return
    wanted = handler.opt.get(PERMISSION, "")
    caller = await caller_at_tenant(connection, caller, accounts)
    if not wanted or not _may(caller, wanted):
        raise AccountError("permission.missing", f"This asks for the permission '{wanted}', which you do not have.")
    if caller.suspended and connection.scope.get("method", "") not in _SAFE and not _goes_on(wanted):
        raise AccountError("tenant.suspended", "This tenant is suspended: it can be seen, and positions be reduced.")
    keep_caller(connection, caller)


def _person(caller: Caller) -> Caller:
    if caller.kind == "key":
        raise AccountError("permission.missing", "This is for people who are signed in, not for keys.")
    return caller


def _administrator(caller: Caller, accounts: Accounts, *, changes: bool) -> Caller:
    check_administrator(
        platform_admin=caller.platform_admin,
        second_factor_ns=caller.second_factor_ns,
        totp_ns=caller.totp_ns,
        now_ns=accounts.on.clock.now_ns(),
        changes=changes,
    )
    return caller


def _goes_on(wanted: str) -> bool:
    """Tell whether what a permission is for goes on in a suspended tenant: seeing, proving a log, leaving, and trading.

    Of trading, the gate, which such a route asks, lets positions be reduced and none be opened.
    """
    return wanted in PERMISSIONS and (wanted.endswith(":read") or PERMISSIONS[wanted].trades)


def _may(caller: Caller, wanted: str) -> bool:
    if wanted in PERMISSIONS:
        return wanted in caller.permissions
    # A plugin's own, which no key carries: who may see everything may read, who may trade may change.
    if caller.kind == "key":
        return False
    return caller.role in (_READERS if wanted.endswith(":read") else _WRITERS)
