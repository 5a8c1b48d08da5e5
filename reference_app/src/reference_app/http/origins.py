"""Whose page a request comes from: other sites' pages may not change anything here."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from forexai_saas.errors import AccountError
from reference_app.settings import AppSettings

__all__ = ["check_origin"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(connection: ASGIConnection[Any, Any, Any, Any], settings: AppSettings, *, by_cookie: bool) -> None:
    """Refuse a change that a page of another site asks for.

    Browsers say in ``Origin`` which page sends a request, and no page can change that. Programs need not say it.

    Parameters
    ----------
    connection : ASGIConnection
        The request.
    settings : AppSettings
        By which scheme the application is reached.
    by_cookie : bool
        Whether the caller is known by a cookie, which a browser adds by itself: then the header must be there.

    Raises
    ------
    AccountError
        If the page is another's, or nobody says whose it is.
    """
    if connection.scope.get("method", "GET") in _SAFE:
        return
    origin = connection.headers.get("origin")
    scheme = "https" if settings.behind_tls else "http"
    own = f"{scheme}://{connection.headers.get('host', '').lower()}"
    if origin is None and not by_cookie:
        return
    if origin is None or origin.lower() != own:
        raise AccountError("origin.refused", "This was asked for by a page of another site, so nothing was done.")
