"""By which names the application may be asked for.

A page of somebody else's site whose name suddenly means this computer (DNS rebinding) is of one origin with what it
asks for; the name in the Host header gives it away, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from http import HTTPStatus

import msgspec
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from reference_app.http.problems import MEDIA_TYPE, Problem

__all__ = ["host_check", "name_of_host"]


def name_of_host(header: str) -> str:
    """Give the name in a Host header without its port, in small letters: ``[::1]:8765`` gives ``[::1]``."""
    text = header.strip().lower()
    if text.startswith("["):
        name, bracket, _ = text.partition("]")
        return name + bracket
    return text.partition(":")[0]


def host_check(names: Collection[str]) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that answers to these names only, whatever the port."""
    allowed = frozenset(name.lower() for name in names)

    def around(app: ASGIApp) -> ASGIApp:
        async def checked(scope: Scope, receive: Receive, send: Send) -> None:
            hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            if len(hosts) == 1 and name_of_host(hosts[0]) in allowed:
                await app(scope, receive, send)
                return
            problem = Problem(
                title=HTTPStatus.BAD_REQUEST.phrase,
                status=HTTPStatus.BAD_REQUEST,
                detail="The platform is not known by this name. Its operator adds it to allowed_hosts.",
            )
            refusal = ASGIResponse(body=msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE)
            await refusal(scope, receive, send)

        return checked

    return around
