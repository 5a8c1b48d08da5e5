"""``POST /api/v1/auth/login-link``."""

from __future__ import annotations

import time
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from forexai_saas.errors import AccountError
from reference_app.accounts import Accounts
from reference_app.features.auth.schemas import LoginLink, SignedIn
from reference_app.features.auth.signing import handed
from reference_app.features.login_links.links import take_login_link
from reference_app.features.login_links.repository import demo_user, open_demo_session
from reference_app.http.addresses import client_of
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform

__all__ = ["login_link"]


@post(
    "/auth/login-link",
    status_code=200,
    opt={PUBLIC: True},
    summary="Sign in by the link that `forexai serve --demo` printed.",
    tags=["auth"],
)
async def login_link(
    data: JSONBody[LoginLink],
    request: Request[Any, Any, Any],
    accounts: NamedDependency[Accounts],
    platform: NamedDependency[Platform],
) -> Response[SignedIn]:
    """Sign in to the demonstration: a session like any other, of a person like any other."""
    settings = platform.settings
    # The file was written by another process: by the system's clock, not by one that a test sets.
    if (
        not settings.demo
        or settings.home is None
        or not take_login_link(settings.home, data.token, now_ns=time.time_ns())
    ):
        raise AccountError("login-link.refused", "This link was used already, or is too old. Run the command again.")
    client = client_of(request, settings)
    grant = await open_demo_session(accounts.on, await demo_user(accounts.on), client)
    return handed(grant, client, platform.services.clock, settings)
