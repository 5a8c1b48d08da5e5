"""A platform's connection that is watched: what passes is told to the window, and how long an answer takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Protocol, runtime_checkable

from forexai_core.ports.clock import Clock
from forexai_mt5.connector.transport import Transport, Wire, WireClosedError
from forexai_mt5.desktop.events import AccountHeard, Direction, Event, Happened, Pinged
from forexai_mt5.protocol.codec import ProtocolError, from_connector, from_platform
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.reports import AccountUpdate
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = ["CanPing", "WatchedTransport", "happening"]

_PING_S = 5.0
_REMEMBERED = 1_000


@runtime_checkable
class CanPing(Protocol):
    """A connection that can be pinged."""

    async def ping(self) -> float:
        """Give the seconds until the answer. Raises `WireClosedError`."""
        ...


def happening(message: Message, time_ns: int) -> Happened | None:
    """Say what a message means for the log; None where it means nothing to a person."""
    if isinstance(message, TradeCommand):
        return _commanded(message, time_ns)
    if isinstance(message, Kill):
        return Happened(time_ns, "in", "kill", {"detail": message.reason})
    if isinstance(message, TradeResult):
        return _resulted(message, time_ns)
    return None


def _commanded(command: TradeCommand, time_ns: int) -> Happened:
    if command.action == "OPEN":
        values = {"order": command.order_type or "", "lots": str(command.lot_size), "symbol": command.symbol}
        return Happened(time_ns, "in", "open", values)
    return Happened(time_ns, "in", command.action.lower(), {"ticket": str(command.ticket)})


def _resulted(result: TradeResult, time_ns: int) -> Happened:
    out: Direction = "out"
    if result.outcome != "DONE":
        detail = result.error.message if result.error else ""
        return Happened(time_ns, out, result.outcome.lower(), {"detail": detail})
    ticket = str(result.ticket)
    if result.filled_lots and result.open_price:
        values = {"filled": str(result.filled_lots), "price": str(result.open_price), "ticket": ticket}
        return Happened(time_ns, out, "done", values)
    return (
        Happened(time_ns, out, "accepted", {"ticket": ticket}) if result.ticket else Happened(time_ns, out, "changed")
    )


class WatchedTransport:
    """A way to a platform whose messages are told, each command and each result once.

    Parameters
    ----------
    way : Transport
        The real one.
    clock : Clock
        For stamps.
    tell : callable
        Takes an event; called in the thread of the connector.
    """

    def __init__(self, way: Transport, clock: Clock, tell: Callable[[Event], None]) -> None:
        self._way, self._clock, self._tell = way, clock, tell
        # What was not acknowledged comes again with the next connection.
        self._seen: deque[tuple[str, str]] = deque(maxlen=_REMEMBERED)

    async def post(self, place: str, body: bytes) -> tuple[int, bytes]:
        """Post, as the real one does; what is in it is told to nobody."""
        return await self._way.post(place, body)

    def open(self) -> AbstractAsyncContextManager[Wire]:
        """Open the WebSocket."""
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Wire]:
        async with self._way.open() as wire:
            pinging = asyncio.ensure_future(self._ping(wire)) if isinstance(wire, CanPing) else None
            try:
                yield _WatchedWire(wire, self)
            finally:
                if pinging is not None:
                    pinging.cancel()
                    with suppress(asyncio.CancelledError):
                        await pinging

    async def _ping(self, wire: CanPing) -> None:
        while True:
            try:
                self._tell(Pinged(1_000 * await wire.ping()))
            except WireClosedError:
                return  # whoever listens hears of it, too
            await self._clock.sleep(_PING_S)

    def heard(self, text: str) -> None:
        """Look at what came from the platform."""
        with suppress(ProtocolError):  # the service says what is wrong with it
            self._noted(from_platform(text))

    def said(self, text: str) -> None:
        """Look at what went to the platform."""
        with suppress(ProtocolError):  # as above
            self._noted(from_connector(text))

    def _noted(self, message: Message) -> None:
        if isinstance(message, AccountUpdate):
            self._tell(AccountHeard(message))
            return
        told = happening(message, self._clock.now_ns())
        if told is None:
            return
        mark = type(message).__name__, getattr(message, "command_id", "") or getattr(message, "id", "")
        if mark not in self._seen:
            self._seen.append(mark)
            self._tell(told)


class _WatchedWire:
    def __init__(self, wire: Wire, watch: WatchedTransport) -> None:
        self._wire, self._watch = wire, watch

    async def send(self, text: str) -> None:
        await self._wire.send(text)
        self._watch.said(text)

    async def receive(self) -> str:
        text = await self._wire.receive()
        self._watch.heard(text)
        return text
