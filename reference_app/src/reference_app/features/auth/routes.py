"""``/api/v1/auth``: registering, signing in and out, and passwords."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from forexai_core.errors import NotFoundError
from forexai_saas.accounts.registering import Registration
from reference_app.accounts import Accounts
from reference_app.features.auth import schemas
from reference_app.features.auth.second_factor_routes import second_factor_router
from reference_app.features.auth.signing import handed
from reference_app.http.addresses import address_of, client_of
from reference_app.http.callers import Caller
from reference_app.http.cookies import PENDING, SESSION, cleared, cookie_of
from reference_app.http.permissions import PUBLIC, SIGNED_IN
from reference_app.platform import Platform

__all__ = ["auth_router"]

_Request = Request[Any, Any, Any]


@post("/register", status_code=202, opt={PUBLIC: True}, summary="Register; a mail follows.")
async def register(
    data: JSONBody[schemas.Registering],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> schemas.Accepted:
    """Register somebody. The answer is the same whether or not the address is known; one mail goes out either way."""
    asked = Registration(email=data.email, password=data.password, name=data.name, language=data.language)
    await accounts.registering.register(asked, address=address_of(request, platform.settings))
    return schemas.Accepted()


@post("/verify-email", status_code=204, opt={PUBLIC: True}, summary="Prove a mail address by the link that was sent.")
async def verify_email(
    data: JSONBody[schemas.Verifying],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> None:
    """Prove a mail address, by the link of the mail and the password that was registered with."""
    await accounts.registering.verify(data.token, data.password, address=address_of(request, platform.settings))


@post("/login", status_code=200, opt={PUBLIC: True}, summary="Sign in with a password.")
async def login(
    data: JSONBody[schemas.SigningIn],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> Response[schemas.SignedIn]:
    """Sign in. Where there is a second factor, the sign-in waits for its code."""
    client = client_of(request, platform.settings, native=data.native)
    grant = await accounts.signing_in.sign_in(data.email, data.password, client)
    return handed(grant, client, platform.services.clock, platform.settings)


@post("/second-factor", status_code=200, opt={PUBLIC: True}, summary="Finish a sign-in with a code.")
async def second_factor(
    data: JSONBody[schemas.SecondFactorShown],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> Response[schemas.SignedIn]:
    """Finish a sign-in that waits for its second factor."""
    client = client_of(request, platform.settings, native=data.pending_token is not None)
    token = data.pending_token or cookie_of(request, PENDING, platform.settings)
    grant = await accounts.signing_in.show_second_factor(token, data.code, client)
    return handed(grant, client, platform.services.clock, platform.settings)


@post("/refresh", status_code=200, opt={PUBLIC: True}, summary="Change a refresh token for the next pair.")
async def refresh(
    data: JSONBody[schemas.Refreshing],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> Response[schemas.SignedIn]:
    """Give a native client its next tokens. A token that comes a second time ends the session."""
    client = client_of(request, platform.settings, native=True)
    grant = await accounts.refreshing.refresh(data.refresh_token, client)
    return handed(grant, client, platform.services.clock, platform.settings)


@post("/logout", status_code=204, opt={SIGNED_IN: True}, summary="End this session.")
async def logout(
    caller: NamedDependency[Caller], accounts: NamedDependency[Accounts], platform: NamedDependency[Platform]
) -> Response[None]:
    """End this session."""
    await accounts.sessions.end(caller.user_id, caller.session)
    return Response(None, status_code=204, cookies=[cleared(SESSION, platform.settings)])


@post("/logout-everywhere", status_code=200, opt={SIGNED_IN: True}, summary="End every session of this person.")
async def logout_everywhere(
    caller: NamedDependency[Caller], accounts: NamedDependency[Accounts], platform: NamedDependency[Platform]
) -> Response[schemas.Ended]:
    """End every session of this person, this one included."""
    ended = schemas.Ended(sessions=await accounts.sessions.end_all(caller.user_id))
    return Response(ended, status_code=200, cookies=[cleared(SESSION, platform.settings)])


@post("/forgot-password", status_code=202, opt={PUBLIC: True}, summary="Have a link sent that sets a new password.")
async def forgot_password(
    data: JSONBody[schemas.Forgotten],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> schemas.Accepted:
    """Send a link to whoever has the account; the same answer where nobody has."""
    await accounts.resetting.forgot(data.email, address=address_of(request, platform.settings))
    return schemas.Accepted()


@post("/reset-password", status_code=204, opt={PUBLIC: True}, summary="Set a new password by the link that was sent.")
async def reset_password(
    data: JSONBody[schemas.NewPassword],
    request: _Request,
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> None:
    """Set a new password. Every session ends, and nobody is signed in; the second factor stays."""
    await accounts.resetting.reset(data.token, data.password, address=address_of(request, platform.settings))


@post("/change-password", status_code=204, opt={SIGNED_IN: True}, summary="Change the password.")
async def change_password(
    data: JSONBody[schemas.ChangedPassword], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> None:
    """Change a password that is known; every other session ends."""
    await accounts.resetting.change(caller.user_id, data.old, data.new, session_id=caller.session)


@get("/sessions", opt={SIGNED_IN: True}, summary="List this person's sessions.")
async def list_sessions(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> schemas.SessionList:
    """List the sessions that have not ended, the newest first."""
    views = await accounts.sessions.list(caller.user_id)
    return schemas.SessionList(
        items=tuple(
            schemas.SessionShown(
                id=view.session_id,
                kind="native" if view.kind == "native" else "browser",
                current=view.session_id == caller.session_id,
                created_ns=str(view.created_ns),
                seen_ns=str(view.seen_ns),
                agent=view.agent,
                address=view.address,
            )
            for view in views
        )
    )


@delete("/sessions/{session_id:uuid}", opt={SIGNED_IN: True}, summary="End one of this person's sessions.")
async def end_session(
    session_id: FromPath[UUID], caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]
) -> None:
    """End one session of this person."""
    if not await accounts.sessions.end(caller.user_id, session_id):
        raise NotFoundError("There is no such session, or it has ended already.")


auth_router = Router(
    "/auth",
    route_handlers=[
        register,
        verify_email,
        login,
        second_factor,
        refresh,
        logout,
        logout_everywhere,
        forgot_password,
        reset_password,
        change_password,
        list_sessions,
        end_session,
        second_factor_router,
    ],
    tags=["auth"],
)
