"""One connection of a connector: greeted, leased, and carrying messages between the socket and the bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, Literal

import attrs

from forexai_core.errors import FencedError, ForexAIError, StorageError
from forexai_core.ports.bus import Bus, Message, Overflow
from forexai_core.ports.clock import Clock
from forexai_core.ports.leases import Lease, Leases
from forexai_mt5.gateway.admission import Admission, Device
from forexai_mt5.gateway.kills import LinkKills
from forexai_mt5.gateway.routes import Outward, inward_topic, outward_topic, read_inward
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.gateway.sockets import Socket, SocketGoneError
from forexai_mt5.protocol.codec import FromConnector, ProtocolError, from_connector, from_platform
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.link import Link, LinkFullError
from forexai_mt5.protocol.rates import Bucket
from forexai_mt5.protocol.session import Goodbye, Heartbeat, Hello, Welcome
from forexai_mt5.protocol.trading import TradeCommand

__all__ = ["Connection", "EndedError", "EndingCode"]

EndingCode = Literal["stopping", "refused", "fenced", "revoked", "too-fast", "too-large", "wrong", "silent", "busy"]
_BURST_S = 5.0


class EndedError(Exception):
    """A connection ends, for a reason that the connector is told."""

    def __init__(self, code: EndingCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@attrs.define(kw_only=True, eq=False)
class Connection:
    """A connector that has been let in.

    Attributes
    ----------
    socket : Socket
        Its WebSocket.
    device : Device
        Who it is.
    lease : Lease
        Of the account's connection; renewed while it lasts.
    kills : LinkKills
        What was said over the link of kills that stand.
    """

    socket: Socket
    device: Device
    lease: Lease
    kills: LinkKills
    bus: Bus
    leases: Leases
    clock: Clock
    admission: Admission
    settings: GatewaySettings
    _heard_s: float = 0.0
    _renewed_s: float = 0.0
    _echo: int = 0

    @property
    def link(self) -> Link[FromConnector]:
        """Both streams; they outlive the connection."""
        return self.kills.link

    @property
    def fence(self) -> FenceToken:
        """The token of this connection."""
        return FenceToken(epoch=self.lease.fence.epoch, number=self.lease.fence.number)

    def _now_s(self) -> float:
        return self.clock.monotonic_ns() / 1e9

    # -------------------------------------------------------------------------------------------------------- its life
    async def run(self, hello: Hello) -> None:
        """Carry messages until it ends.

        Raises
        ------
        EndedError
            If the gateway ends it.
        SocketGoneError
            If the connector has gone.
        """
        self._heard_s = self._renewed_s = self._now_s()
        topic = inward_topic(self.device.account)
        async with self.bus.subscribe(topic, capacity=256, overflow=Overflow.DISCONNECT) as inward:
            await self._welcome(hello)
            await self._announce("up")
            try:
                await _first_to_end(self._listen(), self._follow(inward), self._keep())
            finally:
                with suppress(ForexAIError):
                    await self._announce("down")

    async def _welcome(self, hello: Hello) -> None:
        link = self.link
        link.opened(self._now_s())
        link.inbox.follow(hello.instance, hello.first)
        if hello.peer == link.outbox.stream:
            link.outbox.acknowledge(hello.received)
        await self.socket.write(
            link.send(
                Welcome(
                    stream=link.outbox.stream,
                    first=link.outbox.first,
                    received=link.inbox.received,
                    fence=self.fence,
                    heartbeat_s=float(self.settings.heartbeat_s),
                    silence_s=float(self.settings.silence_s),
                    timestamp=self.clock.now_ns(),
                )
            )
        )
        for text in link.outbox.after():
            await self.socket.write(text)
        await self._say_kills(await self.kills.due())

    async def _say_kills(self, texts: list[str]) -> None:
        for text in texts:
            await self.socket.write(text)

    async def _announce(self, kind: Literal["up", "down"]) -> None:
        await self._publish(Outward(kind=kind, link=self.fence))

    async def _publish(self, outward: Outward) -> None:
        await self.bus.publish(outward_topic(self.device.account), outward.model_dump_json().encode())

    # --------------------------------------------------------------------------------------------------- from connector
    async def _listen(self) -> None:
        messages = Bucket(self.settings.messages_per_s, self.settings.messages_per_s * _BURST_S)
        volume = Bucket(self.settings.bytes_per_s, self.settings.bytes_per_s * _BURST_S)
        while True:
            try:
                text = await self.socket.read()
                self._heard_s = now_s = self._now_s()
                if not (messages.take(1, now_s) and volume.take(len(text), now_s)):
                    raise EndedError("too-fast", "More came than one connection may send.")
                message = from_connector(text)
            except ProtocolError as problem:
                raise EndedError("too-large" if problem.is_size else "wrong", str(problem)) from None
            await self._take(message)

    async def _take(self, message: FromConnector) -> None:
        if isinstance(message, Hello) or (message.numbered and message.seq == 0):
            raise EndedError("wrong", f"A {message.type} without its place in the stream, or out of place.")
        if isinstance(message, Goodbye):
            raise EndedError("stopping", "The connector has said goodbye.")
        for text in self.link.hear(message, self._now_s()):
            await self.socket.write(text)
        await self._say_kills(await self.kills.heed())
        if isinstance(message, Heartbeat):
            self._echo = message.timestamp
        elif not message.numbered and message.type in {"ACCOUNT_UPDATE", "PRICES"}:
            await self._pass_on(message)
        while (ready := self.link.inbox.next()) is not None:
            # Counted as dealt with, and acknowledged, only once the bus has it: else it comes again.
            await self._pass_on(ready)
            self.link.inbox.done()

    async def _pass_on(self, message: FromConnector) -> None:
        plain = message.model_copy(update={"seq": 0, "ack": 0})
        try:
            await self._publish(Outward(kind="message", link=self.fence, text=plain.model_dump_json(exclude_none=True)))
        except StorageError:
            raise EndedError("busy", "The platform cannot pass messages on now.") from None

    # ---------------------------------------------------------------------------------------------------- to connector
    async def _follow(self, inward: AsyncIterator[Message]) -> None:
        async for message in inward:
            try:
                await self._hand_over(message)
            except ProtocolError:
                continue  # of another version, or from somebody who should not write there: it concerns nobody
        raise EndedError("busy", "The connection falls behind.")

    async def _hand_over(self, message: Message) -> None:
        asked = read_inward(message.payload)
        if asked.kind == "end":
            if asked.device_id in {"", self.device.id} and (asked.link is None or asked.link == self.fence):
                raise EndedError(asked.code, "The connection was ended by the platform.")
            return
        if asked.kind == "kills":
            await self._say_kills(await self.kills.due())
            return
        if asked.link != self.fence:
            return  # meant for another connection: that one answers, or nobody
        wanted = from_platform(asked.text)
        if not wanted.numbered:
            return  # greetings, beats and the like are this connection's own
        if self._now_s() - self._renewed_s >= self.settings.lease_s:
            await self._refuse(wanted, "The connection's lease has run out.")
            raise EndedError("fenced", "The connection's lease has run out.")
        try:
            text = self.link.send(wanted)
        except LinkFullError as problem:
            await self._refuse(wanted, str(problem))
            return
        await self.socket.write(text)

    async def _refuse(self, wanted: object, reason: str) -> None:
        about = getattr(wanted, "id", "")
        if about:
            fence = wanted.fence if isinstance(wanted, TradeCommand) else None
            await self._publish(Outward(kind="undelivered", link=self.fence, about=about, fence=fence, reason=reason))

    # ------------------------------------------------------------------------------------------------------ keeping it
    async def _keep(self) -> None:
        beat_s = min(self.settings.heartbeat_s, self.settings.lease_s / 3)
        last_beat_s = last_lease_s = self._now_s()
        while True:
            await self.clock.sleep(min(0.5, beat_s))
            now_s = self._now_s()
            if now_s - self._heard_s >= self.settings.silence_s:
                raise EndedError("silent", f"Nothing was heard for {self.settings.silence_s:g} s.")
            for text in self.link.due(now_s):
                await self.socket.write(text)
            if now_s - last_beat_s >= beat_s:
                last_beat_s = now_s
                await self.socket.write(self.link.send(Heartbeat(timestamp=self.clock.now_ns(), echo=self._echo)))
            if now_s - last_lease_s >= self.settings.lease_s / 3:
                last_lease_s = now_s
                await self._renew()

    async def _renew(self) -> None:
        before_s = self._now_s()
        try:
            self.lease = await self.leases.renew(self.lease)
        except FencedError:
            raise EndedError("fenced", "Another connector has taken the account over.") from None
        self._renewed_s = before_s
        if await self.admission.device(self.device.id) is None:
            raise EndedError("revoked", "This device is no more paired.")


async def _first_to_end(*works: Coroutine[Any, Any, None]) -> None:
    """Run coroutines until one ends or raises; then end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = [task.exception() for task in done]
        problem = next((each for each in ended if isinstance(each, EndedError)), None) or ended[0]
        raise problem or SocketGoneError
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
