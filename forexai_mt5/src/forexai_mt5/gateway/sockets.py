"""A WebSocket as ASGI has it: text in, text out, with an end to every wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from forexai_mt5.protocol.codec import LARGEST_BYTES, ProtocolError

__all__ = ["Receive", "Scope", "Send", "Socket", "SocketGoneError"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CODES = {"stopping": 1001, "wrong": 1002, "too-large": 1009, "too-fast": 1008, "refused": 1008}


class SocketGoneError(Exception):
    """The other side has gone, or does not read."""


class Socket:
    """One connection.

    Parameters
    ----------
    receive, send : callable
        Of ASGI.
    send_s : float
        How long the other side may take to make room.
    """

    def __init__(self, receive: Receive, send: Send, *, send_s: float) -> None:
        self._receive, self._send, self._send_s = receive, send, send_s
        self._writing = asyncio.Lock()
        self._over = False

    async def accept(self) -> None:
        """Let it in."""
        event = await self._receive()
        if event["type"] != "websocket.connect":
            raise SocketGoneError
        await self._send({"type": "websocket.accept"})

    async def read(self) -> str:
        """Wait for a message.

        Raises
        ------
        SocketGoneError
            If the other side has gone.
        ProtocolError
            If it is not text, or too large: a server that holds the limit has not even read that.
        """
        event = await self._receive()
        if event["type"] != "websocket.receive":
            self._over = True
            raise SocketGoneError
        text = event.get("text")
        if not isinstance(text, str):
            raise ProtocolError("Messages are text.")
        if len(text) > LARGEST_BYTES:
            raise ProtocolError(f"A message has more than {LARGEST_BYTES:,} bytes.", is_size=True)
        return text

    async def write(self, text: str) -> None:
        """Send a message.

        Raises
        ------
        SocketGoneError
            If the other side has gone, or has not read for too long.
        """
        await self._put({"type": "websocket.send", "text": text})

    async def close(self, code: str) -> None:
        """End it, once."""
        if self._over:
            return
        self._over = True
        await self._put({"type": "websocket.close", "code": _CODES.get(code, 1008), "reason": code}, closing=True)

    async def _put(self, event: MutableMapping[str, Any], *, closing: bool = False) -> None:
        if self._over and not closing:
            raise SocketGoneError
        try:
            async with asyncio.timeout(self._send_s), self._writing:
                await self._send(event)
        except Exception as problem:  # servers raise each their own when the other side has gone
            self._over = True
            raise SocketGoneError from problem
