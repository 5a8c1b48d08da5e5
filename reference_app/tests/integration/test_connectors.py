"""The door of connectors, mounted in the platform as it is served."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading

import pytest
import websockets
from assembled import HOST, client_of, parts_of, plugin_of

from forexai_core.errors import PluginContractError
from forexai_core.plugins import discover
from forexai_core.ports.app import Mount
from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SimulatedVenue
from reference_app.assembly import assemble
from reference_app.settings import AppSettings

PATIENCE_S = 300


async def answer_plainly(scope, receive, send):
    """Tell what reached it."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["path"]})
        await send({"type": "websocket.close", "code": 1000})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": f"{scope['method']} {scope['path']}".encode()})


def a_mount(path="/signals/live", made_for=None, **more):
    def make(hosts):
        if made_for is not None:
            made_for.update(hosts)
        return answer_plainly

    return Mount(path=path, make=make, ways_in="a test lets everybody in", **more)


def test_a_mount_gets_what_lies_below_it_and_knows_by_which_hosts_it_is_reached():
    hosts: set[str] = set()
    with client_of(plugin_of(parts_of(mounts=(a_mount(made_for=hosts),))), port=8800) as client:
        base = f"http://{HOST}"
        assert client.get(f"{base}/api/v1/signals/live/anything").text.startswith("GET ")
        assert client.post(f"{base}/api/v1/signals/live/auth").text.rstrip("/").endswith("/auth")
        with client.websocket_connect(f"ws://{HOST}/api/v1/signals/live/ws") as connected:
            assert connected.receive_text().rstrip("/").endswith("/ws")
        assert client.get(f"{base}/api/v1/signals/dead").status_code == 404
        assert client.get("http://elsewhere.example/api/v1/signals/live/x").status_code == 400
    assert {HOST, f"{HOST}:8800", "127.0.0.1:8800"} <= hosts
    assert client.app.state["largest_message_bytes"] == 65_536


def test_a_mount_outside_its_prefix_is_left_out():
    plugins = discover([plugin_of(parts_of(mounts=(a_mount(path="/billing/live"),)))], entry_points=False)
    (left_out,) = assemble(AppSettings(), plugins=plugins).unmounted
    assert "does not lie below /signals" in left_out.reason
    with pytest.raises(PluginContractError):
        assemble(AppSettings(required_plugins=("signals",)), plugins=plugins)


def forexai(*arguments, **options):
    program = "import sys; from forexai_core.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True, **options)


@pytest.fixture
def served(tmp_path):
    """The platform in a process of its own: give its host, and its home."""
    server = forexai("serve", "--port", "0", "--home", str(tmp_path / "home"))
    timer = threading.Timer(PATIENCE_S, server.kill)
    timer.start()
    try:
        yield re.search(r"http://(127\.0\.0\.1:\d+)/", server.stdout.readline())[1], tmp_path / "home"
    finally:
        server.terminate()
        server.communicate()
        timer.cancel()


async def test_a_connector_is_paired_by_the_operators_code_and_served_and_what_is_too_large_is_cut_off(served):
    # The application reaches plugins by hooks alone; this test is of both.
    from forexai_mt5.connector.credentials import Credentials
    from forexai_mt5.connector.service import ConnectorService
    from forexai_mt5.connector.settings import ConnectorSettings
    from forexai_mt5.connector.transport import PlatformTransport

    host, home = served
    asked = forexai("connector", "code", "main", "--home", str(home), "--json")
    code = json.loads((await asyncio.to_thread(asked.communicate))[0])["code"]
    venue = SimulatedVenue(("EURUSD",))
    venue.set_quote("EURUSD", 1.1, 1.1001)
    settings = ConnectorSettings(platform=f"http://{host}/api/v1/connector")
    transport = PlatformTransport(settings.platform)
    states, up = [], asyncio.Event()

    def tell(state, text):
        states.append((state.value, text))
        if state.value == "connected":
            up.set()

    with embedded_services(None) as machine:
        credentials = Credentials(machine.secrets, transport, settings.host)
        assert (await credentials.pair(code, "a test")).account == "main"
        service = ConnectorService(
            broker=SimulatedBroker(venue), transport=transport, credentials=credentials, intents=machine.intents,
            halts=MemoryHalts(), clock=machine.clock, settings=settings, on_state=tell,
        )  # fmt: skip
        running = asyncio.ensure_future(service.run())
        async with asyncio.timeout(PATIENCE_S):
            await up.wait()
            async with websockets.connect(f"ws://{host}/api/v1/connector/ws", compression="deflate") as stranger:
                await stranger.send("x" * 65_537)
                with pytest.raises(websockets.ConnectionClosed) as ended:
                    await stranger.recv()
        assert ended.value.rcvd.code == 1009
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [state for state, _ in states] == ["connecting", "connected", "stopped"]
