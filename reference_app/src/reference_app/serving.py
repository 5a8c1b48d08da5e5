"""Serving the application over HTTP."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from litestar import Litestar

from forexai_core.errors import ConfigError
from reference_app.asgi import create_app
from reference_app.settings import AppSettings

__all__ = ["serve"]

_LOG = logging.getLogger(__name__)
_GRACE_S = 10
_WAITING = 2_048


def serve(settings: AppSettings, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until it is stopped.

    Parameters
    ----------
    settings : AppSettings
        Where, and what.
    ready : callable, optional
        Told the address once it is bound.

    Raises
    ------
    ConfigError
        If the address cannot be bound.
    StorageError
        If the database cannot be prepared.
    """
    listener = _bind(settings)
    with listener:
        host, port = listener.getsockname()[:2]
        app: Litestar = create_app(settings.model_copy(update={"port": port}))
        asyncio.run(_prepare(app))
        shown = f"[{host}]" if ":" in host else host
        if ready is not None:
            ready(f"http://{shown}:{port}/")
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # whoever could set them could claim any address
            timeout_graceful_shutdown=_GRACE_S,
            lifespan="on",
            **_sockets(app.state["largest_message_bytes"]),
        )
        uvicorn.Server(config).run(sockets=[listener])


async def _prepare(app: Litestar) -> None:
    """Prepare the database before the server starts, so that what is wrong with it is one clear error."""
    try:
        await app.state.store.prepare()
    except BaseException:
        await app.state.store.close()
        app.state.platform.services.close()
        raise


def _sockets(largest_bytes: int | None) -> dict[str, Any]:
    """Say how WebSockets are served, if at all: what is too large is cut off while it comes, packed or not."""
    if largest_bytes is None:
        return {"ws": "none"}
    return {
        "ws": "websockets-sansio",
        "ws_max_size": largest_bytes,
        "ws_ping_interval": None,  # who listens there has a way of its own of knowing that the other side is there
        "ws_per_message_deflate": True,
    }


def _bind(settings: AppSettings) -> socket.socket:
    """Bind before the server starts, so that a port that is taken is one clear error."""
    host = settings.host.strip("[]")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise ConfigError(f"There is no address '{settings.host}' to listen on: {problem}.") from problem
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_WAITING)  # who asks before the server runs waits, instead of being refused
    except OSError as problem:
        listener.close()
        raise ConfigError(
            f"{settings.host}:{settings.port} cannot be listened on: {problem.strerror or problem}. Choose another "
            "port (0 takes a free one), or stop what uses it."
        ) from problem
    return listener
