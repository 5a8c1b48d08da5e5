"""The way to a platform: HTTP requests without redirects, and a WebSocket with a limit on what it takes in."""

from __future__ import annotations

import asyncio
import http.client
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.protocol.codec import LARGEST_BYTES

__all__ = ["PlatformTransport", "Transport", "Wire", "WireClosedError"]

_LARGEST_ANSWER = 64 * 1024


class WireClosedError(Exception):
    """The connection is gone."""


class Wire(Protocol):
    """An open WebSocket."""

    async def send(self, text: str) -> None:
        """Send a message; waits while the other side does not read. Raises `WireClosedError`."""
        ...

    async def receive(self) -> str:
        """Wait for a message. Raises `WireClosedError`."""
        ...


class Transport(Protocol):
    """The way to a platform."""

    async def post(self, place: str, body: bytes) -> tuple[int, bytes]:
        """Post to ``auth`` or ``heartbeat``; give status and body. Raises `BrokerUnreachableError`."""
        ...

    def open(self) -> AbstractAsyncContextManager[Wire]:
        """Open the WebSocket. Raises `BrokerUnreachableError`."""
        ...


class _WebSocket:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as problem:
            raise WireClosedError(str(problem)) from None

    async def receive(self) -> str:
        try:
            message = await self._connection.recv()
        except ConnectionClosed as problem:
            raise WireClosedError(str(problem)) from None
        if not isinstance(message, str):
            raise WireClosedError("The platform sent bytes.")
        return message

    async def ping(self) -> float:
        """Give the seconds until the platform's server answers a ping."""
        try:
            return await (await self._connection.ping())
        except ConnectionClosed as problem:
            raise WireClosedError(str(problem)) from None


class PlatformTransport:
    """The real one.

    Parameters
    ----------
    address : str
        ``https://host/…/connector``; checked by the settings.
    timeout_s : float
        For a request, and for opening the WebSocket.
    context : ssl.SSLContext, optional
        For certificates of one's own; default the system's.
    """

    def __init__(self, address: str, *, timeout_s: float = 10.0, context: ssl.SSLContext | None = None) -> None:
        self._parts = urlsplit(address)
        self._timeout_s = timeout_s
        secure = self._parts.scheme == "https"
        self._context = (context or ssl.create_default_context()) if secure else None

    async def post(self, place: str, body: bytes) -> tuple[int, bytes]:
        """Post; a redirect is an answer like any other, and is not followed."""
        return await asyncio.to_thread(self._post, place, body)

    def _post(self, place: str, body: bytes) -> tuple[int, bytes]:
        host, port = self._parts.hostname or "", self._parts.port
        connection = (
            http.client.HTTPConnection(host, port, timeout=self._timeout_s)
            if self._context is None
            else http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=self._context)
        )
        try:
            connection.request("POST", f"{self._parts.path}/{place}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST_ANSWER)
        except (OSError, http.client.HTTPException) as problem:
            raise BrokerUnreachableError(f"The platform at {host} does not answer: {problem}.") from problem
        finally:
            connection.close()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Wire]:
        """Open the WebSocket, packed; a message beyond the limit ends it before it is held."""
        address = self._parts._replace(scheme="wss" if self._context else "ws", path=f"{self._parts.path}/ws").geturl()
        try:
            connection = await connect(
                address,
                ssl=self._context,
                max_size=LARGEST_BYTES,
                open_timeout=self._timeout_s,
                close_timeout=2.0,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as problem:
            raise BrokerUnreachableError(f"The platform's connection cannot be opened: {problem}.") from problem
        try:
            yield _WebSocket(connection)
        finally:
            await connection.close()
