"""The gateway before strangers: each attack on a socket ends that socket, and nothing else."""

from __future__ import annotations

import asyncio
import json
import socket
import zlib

import attrs
import pytest
import uvicorn
from gateway_bench import AsgiSocket, Machine, Platform, connected, opening, until

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.connector.service import ConnectorService
from forexai_mt5.connector.transport import PlatformTransport, WireClosedError
from forexai_mt5.gateway.app import UVICORN_OPTIONS
from forexai_mt5.protocol.codec import LARGEST_BYTES
from forexai_mt5.protocol.session import Hello


@pytest.fixture
async def platform():
    made = Platform()
    yield made
    made.services.close()


async def hello_of(machine, instance="i-test"):
    device_id, ticket, proof = await machine.credentials.ticket(instance)
    return Hello(device_id=device_id, instance=instance, ticket=ticket, proof=proof)


async def greeted(platform, machine, **more):
    """Open a socket and say HELLO; give it after its WELCOME."""
    opened = AsgiSocket(platform.gateways[0], **more)
    assert (await opened.event())["type"] == "websocket.accept"
    await opened.send((await hello_of(machine)).model_dump_json(exclude_none=True))
    await opened.message("WELCOME")
    return opened


async def ended(opened):
    """Give the code of the GOODBYE that ends a socket."""
    goodbye = await opened.message("GOODBYE")
    with pytest.raises(WireClosedError):
        await opened.message("never")
    return goodbye["code"]


@pytest.fixture
async def machine(platform):
    made = Machine(platform)
    await made.pair()
    return made


async def test_a_used_ticket_opens_nothing(platform, machine):
    hello = (await hello_of(machine)).model_dump_json(exclude_none=True)
    codes = []
    for _ in range(2):
        opened = AsgiSocket(platform.gateways[0])
        await opened.event()
        await opened.send(hello)
        codes.append(json.loads(await opened.receive())["type"])
    assert codes == ["WELCOME", "GOODBYE"]


async def test_of_two_sockets_of_one_connector_that_come_at_once_one_is_served():
    platform = Platform()
    machine = Machine(platform)
    await machine.pair()
    leases, both = platform.services.leases, asyncio.Event()
    waiting = []

    class Slow:
        def __getattr__(self, name):
            return getattr(leases, name)

        async def acquire(self, *args, **named):
            waiting.append(named["owner"])
            if len(waiting) == 1:
                await asyncio.wait([asyncio.ensure_future(both.wait())], timeout=0.5)
            return await leases.acquire(*args, **named)

    platform.gateways[0]._services = attrs.evolve(platform.services, leases=Slow())
    sockets = []
    for _ in range(2):
        opened = AsgiSocket(platform.gateways[0])
        await opened.event()
        await opened.send((await hello_of(machine)).model_dump_json(exclude_none=True))
        sockets.append(opened)
    await asyncio.wait([each.task for each in sockets], return_when=asyncio.FIRST_COMPLETED)
    assert [each.task.done() for each in sockets] == [True, False]
    first = [json.loads(event["text"]) for event in sockets[0].from_app._queue if "text" in event]
    assert [each["type"] for each in first if each["type"] != "HEARTBEAT"] == ["WELCOME", "GOODBYE"]
    welcome = await sockets[1].message("WELCOME")
    lease = await leases.current("connector:main")
    assert welcome["fence"] == {"epoch": str(lease.fence.epoch), "number": str(lease.fence.number)}
    assert len(platform.gateways[0]._running) == 1
    sockets[1].hang_up()
    await asyncio.wait([sockets[1].task])
    platform.services.close()


async def test_a_connection_whose_lease_is_over_passes_nothing_on(platform, machine):
    opened = await greeted(platform, machine)
    ((key, running),) = platform.gateways[0]._running.items()
    connection = running.get_coro().cr_frame.f_locals["self"]
    async with platform.line() as line:
        connection._renewed_s -= platform.settings.lease_s  # as of a process that stood still
        with pytest.raises(BrokerUnreachableError, match="lease has run out"):
            await line.command(opening(line, "c1"))
    assert await ended(opened) == "fenced"
    assert key not in platform.gateways[0]._running
    assert len(connection.link.outbox) == 0


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type":"HEARTBEAT","timestamp":"1"}', "wrong"),
        ("{", "wrong"),
        ("x" * (LARGEST_BYTES + 1), "wrong"),
        ('{"type":"HELLO","device_id":"d-1","instance":"i-1","ticket":"' + "t" * 40 + '","proof":"' + "p" * 86 + '"}',
         "refused"),
    ],
)  # fmt: skip
async def test_what_is_no_hello_gets_no_further(platform, first, code):
    opened = AsgiSocket(platform.gateways[0])
    await opened.event()
    await opened.send(first)
    assert await ended(opened) == code


async def test_who_says_nothing_is_shown_out():
    platform = Platform(hello_s=0.3)
    opened = AsgiSocket(platform.gateways[0])
    await opened.event()
    assert await ended(opened) == "silent"
    assert platform.gateways[0].connections == 0


async def test_a_version_that_nobody_speaks_is_refused(platform, machine):
    opened = AsgiSocket(platform.gateways[0])
    await opened.event()
    hello = await hello_of(machine)
    await opened.send(hello.model_copy(update={"versions": (2,)}).model_dump_json(exclude_none=True))
    assert await ended(opened) == "refused"


@pytest.mark.parametrize(
    "more",
    [{"headers": [(b"origin", b"https://evil.example")]}, {"host": "evil.example"}, {"path": "/connector/other"}],
)
async def test_pages_other_hosts_and_other_places_are_not_accepted(platform, more):
    opened = AsgiSocket(platform.gateways[0], **more)
    assert (await opened.event())["type"] == "websocket.close"


async def test_only_so_many_may_stand_at_the_door():
    platform = Platform(most_greeting=3)
    waiting = [AsgiSocket(platform.gateways[0]) for _ in range(5)]
    types = [(await each.event())["type"] for each in waiting]
    assert types.count("websocket.accept") == 3
    platform.services.close()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * (LARGEST_BYTES + 1), "too-large"),
        ("not json", "wrong"),
        ('{"type":"TRADE_COMMAND"}', "wrong"),
        ('{"type":"ANSWER","query_id":"q","part":0,"last":true}', "wrong"),
        ('{"type":"GOODBYE","code":"stopping"}', "stopping"),
    ],
)
async def test_what_breaks_the_protocol_ends_the_connection(platform, machine, text, code):
    opened = await greeted(platform, machine)
    await opened.send(text)
    assert await ended(opened) == code


async def test_who_sends_too_fast_is_cut_off():
    platform = Platform(messages_per_s=10)
    machine = Machine(platform)
    await machine.pair()
    opened = await greeted(platform, machine)
    for _ in range(100):
        await opened.send('{"type":"HEARTBEAT","timestamp":"1"}')
    assert await ended(opened) == "too-fast"
    platform.services.close()


async def test_who_falls_silent_loses_the_account():
    platform = Platform(silence_s=0.3)
    machine = Machine(platform)
    await machine.pair()
    opened = await greeted(platform, machine)
    assert await ended(opened) == "silent"
    async with platform.line() as line:
        assert await line.link() is None


async def test_who_does_not_read_is_cut_off_and_holds_up_nobody():
    platform = Platform(send_s=0.3)
    machine = Machine(platform)
    await machine.pair()
    slow = await greeted(platform, machine, room=3)
    other = Machine(platform)
    await other.pair("other")
    other.start()
    await connected(platform, other)
    async with platform.line("other") as line:
        assert (await line.command(opening(line, "c1"))).success
    await asyncio.wait([slow.task], timeout=60)
    assert slow.task.done()
    async with platform.line() as line:
        assert await line.link() is None
    await other.kill()


async def test_what_others_publish_to_a_connector_is_checked(platform, machine):
    opened = await greeted(platform, machine)
    bus = platform.services.bus
    async with platform.line() as line:
        link = (await line.link()).model_dump(mode="json")
        for payload in (
            b"\xff",
            b"{}",
            json.dumps({"kind": "message", "link": link, "text": '{"type":"WELCOME"}'}).encode(),
            json.dumps({"kind": "message", "link": link, "text": '{"type":"HEARTBEAT","timestamp":"7"}'}).encode(),
        ):
            await bus.publish("connector/main/in", payload)
        await line.kill("still there")
        assert (await opened.message("KILL"))["reason"] == "still there"


# ------------------------------------------------------------------------------------------------------ a real server
@pytest.fixture
async def served():
    """A gateway behind a real server on a real port, with the limits that it asks for."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    platform = Platform(hosts={f"127.0.0.1:{port}"})
    options = {"log_level": "critical", "lifespan": "off", "proxy_headers": False}
    server = uvicorn.Server(uvicorn.Config(platform.gateways[0], **options, **UVICORN_OPTIONS))
    task = asyncio.ensure_future(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    platform.address = f"http://127.0.0.1:{port}/connector"
    yield platform
    server.should_exit = True
    await task
    platform.services.close()


async def test_over_real_sockets_a_command_passes_and_a_cut_is_survived(served):
    machine = Machine(served)
    machine.transport = PlatformTransport(served.address)
    machine.settings = machine.settings.model_copy(update={"platform": served.address})
    credentials = type(machine.credentials)(machine.store.secrets, machine.transport, machine.settings.host)
    await credentials.pair((await served.admission.issue_code("main")).text, "real")
    service = ConnectorService(
        broker=machine.broker, transport=machine.transport, credentials=credentials, intents=machine.store.intents,
        halts=machine.halts, clock=machine.store.clock, settings=machine.settings,
    )  # fmt: skip
    running = asyncio.ensure_future(service.run())
    await until(lambda: service.state == "connected")
    async with served.line() as line:
        assert (await line.command(opening(line, "c1"))).success
        await service._wire._connection.close()
        await until(lambda: service.state != "connected")
        await until(lambda: service.state == "connected")
        assert (await line.command(opening(line, "c2"))).success
    assert machine.broker.submitted == ["c1", "c2"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    machine.store.close()


async def test_a_message_that_is_too_large_is_cut_off_while_it_comes_packed_or_not(served):
    for text in ("x" * (LARGEST_BYTES + 1), "\0" * 50_000_000):
        async with PlatformTransport(served.address).open() as wire:
            # The second one has some 50 kB on the way: packed, it would pass.
            assert len(zlib.compress(text.encode())) < LARGEST_BYTES
            await wire.send(text)
            with pytest.raises(WireClosedError, match="1009"):
                await wire.receive()


async def test_a_platform_that_is_not_there_is_unreachable():
    transport = PlatformTransport("http://127.0.0.1:9/connector", timeout_s=1.0)
    with pytest.raises(BrokerUnreachableError):
        await transport.post("auth", b"{}")
    with pytest.raises(BrokerUnreachableError):
        async with transport.open():
            pass
