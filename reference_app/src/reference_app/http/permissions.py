"""Who may call what: each route is public on purpose, or asks for a permission."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler

__all__ = ["PERMISSION", "PUBLIC", "check_permission"]

PERMISSION, PUBLIC = "permission", "public"
"""Keys of a route's options."""


def check_permission(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a call through where its route is public; there are no accounts yet that could carry a permission.

    Raises
    ------
    NotAuthorizedException
        For every route that is not public.
    """
    if handler.opt.get(PUBLIC) is True:
        return
    wanted = handler.opt.get(PERMISSION, "")
    raise NotAuthorizedException(
        f"{connection.url.path} asks for the permission '{wanted}', and this version of "
        "the platform has no accounts that could carry it."
    )
