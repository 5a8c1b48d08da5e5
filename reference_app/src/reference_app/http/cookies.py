"""The cookies that hold a browser's session: out of reach of scripts, and sent to this site alone."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from reference_app.settings import AppSettings

__all__ = ["PENDING", "SESSION", "cleared", "cookie_name", "cookie_of", "made"]

SESSION, PENDING = "forexai-session", "forexai-pending"
"""A session, and a sign-in that waits for its second factor."""


def cookie_name(kind: str, settings: AppSettings) -> str:
    """Give the name of a cookie.

    Over TLS it begins with ``__Host-``: a browser then takes it from this very host over TLS alone, so that no
    neighbouring site can plant one. Over plain HTTP on this computer browsers refuse that name.
    """
    return f"__Host-{kind}" if settings.behind_tls else kind


def cookie_of(connection: ASGIConnection[Any, Any, Any, Any], kind: str, settings: AppSettings) -> str:
    """Give what a cookie holds, or an empty text."""
    return connection.cookies.get(cookie_name(kind, settings), "")


def made(kind: str, token: str, life_s: int, settings: AppSettings) -> Cookie:
    """Make a cookie."""
    return Cookie(
        key=cookie_name(kind, settings),
        value=token,
        max_age=max(1, life_s),
        path="/",
        secure=settings.behind_tls,
        httponly=True,
        samesite="strict",
    )


def cleared(kind: str, settings: AppSettings) -> Cookie:
    """Have a browser forget a cookie."""
    return Cookie(
        key=cookie_name(kind, settings),
        value="",
        max_age=0,
        path="/",
        secure=settings.behind_tls,
        httponly=True,
        samesite="strict",
    )
