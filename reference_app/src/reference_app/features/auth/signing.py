"""Handing a sign-in to a browser or a native client."""

from __future__ import annotations

from litestar import Response
from litestar.datastructures import Cookie

from forexai_core.ports.clock import Clock
from forexai_saas.accounts.sessions import Client, Grant
from reference_app.features.auth.schemas import SignedIn
from reference_app.http.cookies import PENDING, SESSION, cleared, made
from reference_app.settings import AppSettings

__all__ = ["COOKIE_LIFE_S", "handed"]

COOKIE_LIFE_S = 14 * 86_400
"""How long a browser keeps the cookie; the server's own limits end the session earlier."""


def handed(grant: Grant, client: Client, clock: Clock, settings: AppSettings) -> Response[SignedIn]:
    """Answer a sign-in: cookies for a browser, tokens for a native client, never both."""
    waits = grant.second_factor_missing
    answer = SignedIn(
        second_factor="required" if waits else "done",
        expires_ns=str(grant.expires_ns),
        access_token=grant.token if client.native and not waits else None,
        refresh_token=(grant.refresh_token or None) if client.native else None,
        pending_token=grant.token if client.native and waits else None,
    )
    cookies: list[Cookie] = []
    if not client.native:
        left_s = round((grant.expires_ns - clock.now_ns()) / 1e9)
        kept = (
            made(PENDING, grant.token, left_s, settings)
            if waits
            else made(SESSION, grant.token, COOKIE_LIFE_S, settings)
        )
        cookies = [kept] if waits else [kept, cleared(PENDING, settings)]
    # What lets somebody in is kept by no cache on the way.
    return Response(answer, status_code=200, cookies=cookies, headers={"Cache-Control": "no-store"})
