"""A connector that was shown out hears why, however its connection ended."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from gateway_bench import CountingBroker

from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.connector.service import ConnectorService, DismissedError
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import WireClosedError
from forexai_mt5.protocol.codec import encode
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.session import Goodbye, Heartbeat, Welcome

FENCE = FenceToken(epoch=1, number=1)
WELCOME = Welcome(stream="s-1", first=1, received=0, fence=FENCE, heartbeat_s=0.1, silence_s=60.0, timestamp=1)


class EndedWire:
    """A connection that is closed when something is sent after the greetings, with something unread."""

    def __init__(self, *unread):
        self.unread, self.greeted = [encode(WELCOME), *map(encode, unread)], False
        self.closed = asyncio.Event()

    async def send(self, _text):
        if self.greeted:
            self.closed.set()
            raise WireClosedError("gone")
        self.greeted = True

    async def receive(self):
        if self.unread and '"WELCOME"' not in self.unread[0]:
            await self.closed.wait()
        if not self.unread:
            raise WireClosedError("gone")
        return self.unread.pop(0)


class EndedTransport:
    """Whose every connection ends so."""

    def __init__(self, *unread):
        self.unread, self.opened, self.anew = unread, 0, asyncio.Event()

    @asynccontextmanager
    async def open(self):
        self.opened += 1
        if self.opened > 1:
            self.anew.set()
        yield EndedWire(*self.unread)


class Tickets:
    async def place(self):
        return "main"

    async def ticket(self, _instance):
        return "d-1", "t" * 20, "p" * 20


def serving(*unread):
    machine, transport = embedded_services(None), EndedTransport(*unread)
    service = ConnectorService(
        broker=CountingBroker(), transport=transport, credentials=Tickets(), intents=machine.intents,
        halts=MemoryHalts(), clock=machine.clock,
        settings=ConnectorSettings(platform="http://127.0.0.1:1/connector", report_s=60.0),
    )  # fmt: skip
    return service, transport


@pytest.mark.parametrize("code", ["fenced", "revoked"])
async def test_the_reason_is_heard_also_where_the_end_was_noticed_by_sending(code):
    service, transport = serving(Heartbeat(timestamp=2), Goodbye(code=code, reason="as a person said"))
    with pytest.raises(DismissedError, match="as a person said"):
        async with asyncio.timeout(60):
            await service.run()
    assert transport.opened == 1


async def test_without_such_a_reason_it_connects_anew():
    service, transport = serving(Heartbeat(timestamp=2), Goodbye(code="busy", reason="later"))
    running = asyncio.ensure_future(service.run())
    async with asyncio.timeout(60):
        await transport.anew.wait()
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
