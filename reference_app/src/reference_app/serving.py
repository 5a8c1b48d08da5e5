"""Serving the application over HTTP."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import uvicorn
from litestar import Litestar

from forexai_core.errors import ConfigError
from reference_app.asgi import create_app
from reference_app.home_lock import HomeLock
from reference_app.settings import AppSettings

__all__ = ["serve"]

_LOG = logging.getLogger(__name__)
_GRACE_S = 10
_WAITING = 2_048
_NEXT_PORTS = 20
_LAST_PORT = 65_535


def serve(settings: AppSettings, *, ready: Callable[[str], None] | None = None, any_port: bool = False) -> None:
    """Serve until it is stopped.

    Parameters
    ----------
    settings : AppSettings
        Where, and what.
    ready : callable, optional
        Told the address once it is bound and the database is prepared.
    any_port : bool
        Whether to take the next free port where the one of the settings is taken.

    Raises
    ------
    HomeInUseError
        If another server runs on the home.
    ConfigError
        If the address cannot be bound.
    StorageError
        If the database cannot be prepared.
    """
    with ExitStack() as held:
        lock = None if settings.home is None else held.enter_context(HomeLock(settings.home))
        listener = held.enter_context(_next_free(settings) if any_port else _bind(settings))
        host, port = listener.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        # Links in mails lead to the port that it got.
        app = create_app(settings.model_copy(update={"port": port}))
        asyncio.run(_prepare(app))
        if lock is not None:
            lock.tell(address)
        if ready is not None:
            ready(address)
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


def _next_free(settings: AppSettings) -> socket.socket:
    """Bind the port of the settings, or one of the next, or any that is free."""
    for port in (*range(settings.port, min(settings.port + _NEXT_PORTS, _LAST_PORT + 1)), 0):
        try:
            return _bind(settings.model_copy(update={"port": port}))
        except ConfigError as problem:
            _LOG.info("port %s is not free: %s", port, problem)
    return _bind(settings)


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
