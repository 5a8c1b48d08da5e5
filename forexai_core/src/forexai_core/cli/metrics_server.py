"""Figures of a running session for this machine: what Prometheus reads, health and readiness."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import NamedTuple

import attrs

from forexai_core.cli.printing import note
from forexai_core.errors import ConfigError
from forexai_core.live.session.figures import ABOUT, health_of
from forexai_core.live.session.loop import Session
from forexai_core.services.exposition import CONTENT_TYPE, exposition

__all__ = ["served"]

_HOST = "127.0.0.1"
_LOCAL = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PATIENCE_S = 5.0
_MOST_LINES = 100
_JSON = "application/json"


class _Answer(NamedTuple):
    status: HTTPStatus
    kind: str
    text: str


@asynccontextmanager
async def served(session: Session, port: int | None) -> AsyncIterator[int | None]:
    """Serve a session's figures on this machine alone while it runs; without a port nothing is.

    Parameters
    ----------
    session : Session
        Whose figures.
    port : int or None
        Where; 0 takes a free one.

    Yields
    ------
    int or None
        The port.

    Raises
    ------
    ConfigError
        If another program has the port.
    """
    if port is None:
        yield None
        return

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError):  # who asks has gone, dawdles, or speaks no HTTP
            async with asyncio.timeout(_PATIENCE_S):
                writer.write(_encoded(await _answer(reader, session)))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(serve, _HOST, port, limit=1 << 13)
    except OSError as problem:
        raise ConfigError(f"--metrics: port {port} cannot be served ({problem}). Choose another, or 0.") from problem
    taken: int = server.sockets[0].getsockname()[1]
    note(f"figures: http://{_HOST}:{taken}/metrics, /health, /ready")
    try:
        yield taken
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, session: Session) -> _Answer:
    """Read a request, and answer it."""
    first, headers = await _request(reader)
    method, _, rest = first.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if headers.get("host", "").rpartition(":")[0] not in _LOCAL and headers.get("host") not in _LOCAL:
        # A page from elsewhere, whose name was made to point here, must not read an account's equity.
        return _Answer(HTTPStatus.FORBIDDEN, "text/plain", "Ask for it as localhost.\n")
    if method != "GET":
        return _Answer(HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", "Only GET is answered.\n")
    if path == "/metrics":
        session.figures.show(session)
        return _Answer(HTTPStatus.OK, CONTENT_TYPE, exposition(session.figures.metrics.snapshot(), ABOUT))
    health = health_of(session)
    if path == "/health":
        return _Answer(HTTPStatus.OK, _JSON, json.dumps({"state": health.state, "prices": session.prices}) + "\n")
    if path == "/ready":
        status = HTTPStatus.OK if health.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return _Answer(status, _JSON, json.dumps(attrs.asdict(health)) + "\n")
    return _Answer(HTTPStatus.NOT_FOUND, "text/plain", "There are /metrics, /health and /ready.\n")


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Read the first line and the headers.

    Raises
    ------
    ValueError
        If there are too many, or one is too long.
    """
    first = (await reader.readline()).decode("latin-1").strip()
    headers: dict[str, str] = {}
    for _ in range(_MOST_LINES):
        line = (await reader.readline()).decode("latin-1").strip()
        if not line:
            return first, headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip().lower()
    raise ValueError("too many headers")


def _encoded(answer: _Answer) -> bytes:
    body = answer.text.encode()
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        f"Content-Type: {answer.kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
