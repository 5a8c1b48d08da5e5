"""Applications of plugins that look after who gets in themselves, such as the door of connectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from forexai_core.ports.app import ASGI
from reference_app.http.permissions import PUBLIC
from reference_app.platform import MountedPart
from reference_app.settings import AppSettings

__all__ = ["hosts_with_port", "largest_message_bytes", "offered_mounts"]


def hosts_with_port(settings: AppSettings) -> frozenset[str]:
    """Give the names by which programs reach the platform, each with its port and, as behind a proxy, without."""
    names = [name.casefold() for name in settings.hosts]
    return frozenset([*names, *(f"{name}:{settings.port}" for name in names)])


def offered_mounts(mounted: Iterable[MountedPart], hosts: frozenset[str]) -> list[ASGIRouteHandler]:
    """Make handlers of what plugins mount, for the router of the API; permissions are not asked for there."""
    return [
        asgi(mount.path, is_mount=True, copy_scope=True, opt={PUBLIC: True})(_through(mount.make(hosts)))
        for part in mounted
        for mount in part.parts.mounts
    ]


def _through(app: ASGI) -> Any:
    async def through(scope: Scope, receive: Receive, send: Send) -> None:
        await app(cast("Any", scope), cast("Any", receive), cast("Any", send))

    return through


def largest_message_bytes(mounted: Iterable[MountedPart]) -> int | None:
    """Give how large a WebSocket message may be; None where nothing takes any."""
    return min((mount.largest_message_bytes for part in mounted for mount in part.parts.mounts), default=None)
