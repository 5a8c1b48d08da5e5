"""A platform and connectors in one process: gateways over shared services, and connections as dictionaries of ASGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from forexai_core.errors import BrokerUnreachableError
from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SimulatedVenue
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import WireClosedError
from forexai_mt5.gateway.app import Gateway
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.trading import TradeCommand

HOST = "trade.example.org"
PATIENT = {"heartbeat_s": 0.5, "silence_s": 60.0, "lease_s": 60.0, "hello_s": 60.0, "send_s": 60.0}
"""So that a busy machine fails no test: those about an end that comes by itself say how soon."""


class AsgiSocket:
    """The client's end of a WebSocket that an ASGI application serves."""

    def __init__(self, app, path="/connector/ws", *, host=HOST, address="10.0.0.1", headers=(), room=100_000):
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue(room)
        self.to_app.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket", "path": path, "client": (address, 5), "headers": [(b"host", host.encode()), *headers],
        }  # fmt: skip
        self.task = asyncio.ensure_future(app(scope, self.to_app.get, self.from_app.put))
        self.closed: dict[str, Any] | None = None

    async def send(self, text):
        if self.closed or self.task.done():
            raise WireClosedError("gone")
        self.to_app.put_nowait({"type": "websocket.receive", "text": text})

    async def event(self):
        getting = asyncio.ensure_future(self.from_app.get())
        await asyncio.wait({getting, self.task}, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        getting.cancel()
        return {"type": "websocket.close", "code": 1006} if self.from_app.empty() else self.from_app.get_nowait()

    async def receive(self):
        while True:
            event = await self.event()
            if event["type"] == "websocket.send":
                return event["text"]
            if event["type"] == "websocket.close":
                self.closed = event
                raise WireClosedError(str(event.get("reason", event["code"])))

    async def message(self, wanted):
        """Wait for a message of a type."""
        while True:
            told = json.loads(await self.receive())
            if told["type"] == wanted:
                return told

    def hang_up(self):
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})


async def post(app, place, body, *, host=HOST, address="10.0.0.1", headers=(), chunks=None):
    """Post to an ASGI application; give status and body."""
    events = [{"type": "http.request", "body": part, "more_body": True} for part in (chunks or [body])]
    events.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive():
        return events.pop(0)

    async def send(event):
        sent.append(event)

    scope = {
        "type": "http", "method": "POST", "path": f"/connector/{place}", "client": (address, 5),
        "headers": [(b"host", host.encode()), *headers],
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"], len(events)


class DirectTransport:
    """A connector's way to a gateway of this process; `harm` may cut or change what passes."""

    def __init__(self, pick: Callable[[], Any], *, host=HOST):
        self.pick, self.host = pick, host
        self.sockets: list[AsgiSocket] = []
        self.down = False

    async def post(self, place, body):
        if self.down:
            raise BrokerUnreachableError("the network is down")
        status, answer, _ = await post(self.pick(), place, body, host=self.host)
        return status, answer

    @asynccontextmanager
    async def open(self):
        if self.down:
            raise BrokerUnreachableError("the network is down")
        socket = AsgiSocket(self.pick(), host=self.host)
        self.sockets.append(socket)
        try:
            if (await socket.event())["type"] != "websocket.accept":
                raise BrokerUnreachableError("refused")
            yield socket
        finally:
            socket.hang_up()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([socket.task], timeout=5)

    def cut(self):
        """Cut what is open."""
        for socket in self.sockets:
            if not socket.task.done():
                socket.closed = {"code": 1006}
                socket.hang_up()
                socket.from_app.put_nowait({"type": "websocket.close", "code": 1006})


class CountingBroker(SimulatedBroker):
    """Counts what it was asked to do, may be slow, and may lose its answer."""

    def __init__(self, venue=None):
        super().__init__(venue or quoted_venue())
        self.submitted: list[str] = []
        self.wait_s = 0.0
        self.fail: Exception | None = None

    async def submit(self, request):
        self.submitted.append(request.client_id)
        if self.wait_s:
            await asyncio.sleep(self.wait_s)
        state = self._reached().submit(request)
        if self.fail is not None:
            raise self.fail
        return state


def quoted_venue():
    venue = SimulatedVenue(("EURUSD",))
    venue.set_quote("EURUSD", 1.1, 1.1001)
    return venue


class Platform:
    """Gateways over one set of services, as several web processes are."""

    def __init__(self, *, gateways=1, home=None, clock=None, **settings):
        self.services = embedded_services(home, clock=clock)
        self.settings = GatewaySettings(**({"hosts": {HOST}} | PATIENT | settings))
        self.gateways = [Gateway(self.services, self.settings) for _ in range(gateways)]

    @property
    def admission(self):
        return self.gateways[0].admission

    def line(self, account="main", **more):
        return ConnectorLine(self.services, account, **more)


class Machine:
    """A machine with a connector, whose store outlives its processes."""

    def __init__(self, platform, broker=None, *, gateway=0, halts=None, **settings):
        self.platform, self.broker = platform, broker or CountingBroker()
        self.gateway = gateway
        self.transport = DirectTransport(lambda: platform.gateways[self.gateway])
        self.store = embedded_services(None, clock=platform.services.clock)
        self.halts = halts or MemoryHalts()
        self.settings = ConnectorSettings(platform=f"https://{HOST}/connector", **({"report_s": 0.2} | settings))
        self.states: list[tuple[str, str]] = []
        self.task: asyncio.Task[None] | None = None

    @property
    def credentials(self):
        return Credentials(self.store.secrets, self.transport, HOST)

    async def pair(self, account="main"):
        code = await self.platform.admission.issue_code(account)
        return await self.credentials.pair(code.text, "test")

    def start(self, intents=None):
        service = ConnectorService(
            broker=self.broker, transport=self.transport, credentials=self.credentials,
            intents=intents or self.store.intents, halts=self.halts, clock=self.store.clock, settings=self.settings,
            on_state=lambda state, text: self.states.append((state.value, text)),
        )  # fmt: skip
        self.task = asyncio.ensure_future(service.run())
        return service

    async def kill(self):
        """End its process, as kill -9 does to what it was in the middle of."""
        self.task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self.task
        self.transport.cut()


async def until(condition, timeout_s=60.0):
    """Wait until something holds."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)


async def eventually(condition, timeout_s=60.0):
    """Wait until something that has to be asked for holds."""
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)


async def connected(platform, machine, account="main", line=None):
    """Wait until a machine's connector serves its account."""
    await until(lambda: machine.states and machine.states[-1][0] == "connected")


def opening(line, command_id, *, ttl_ms=60_000, **changes):
    """Make a command to open."""
    fields = {
        "id": command_id, "action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.1,
        "issued_at": line._services.clock.now_ns(), "ttl_ms": ttl_ms, "fence": line.fence,
    }  # fmt: skip
    return TradeCommand.model_validate(fields | changes)
