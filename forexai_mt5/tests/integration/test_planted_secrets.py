"""Nothing secret is written down or shown: logs, databases, the wire, tracebacks and reprs of a whole session."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import logging
import socket
import traceback
from types import ModuleType
from typing import Any
from urllib.parse import quote

import attrs
import pytest
import uvicorn
from adapter_bench import AdapterBench
from gateway_bench import opening, until
from unreliable_network import UnreliableNetwork

from forexai_core.errors import ForexAIError
from forexai_core.ports.secrets import Secret
from forexai_core.services import embedded_services
from forexai_core.services.halts import FileHalts
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.session import LogIn
from forexai_mt5.adapter.terminals import Opened, venue_of
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import PlatformTransport
from forexai_mt5.gateway.app import UVICORN_OPTIONS, Gateway
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.worker.messages import Call

pytestmark = pytest.mark.usefixtures("ledger")

PASSWORD, WRONG = "planted-Passw0rd-7f3a9c", "planted-Wr0ng-1c55e2"
FIRST = AccountSettings()
SECOND = AccountSettings(login=50_000_002, server="Other-Server", password=PASSWORD)


def written(secret: str) -> set[bytes]:
    """Give a secret as it may be written: plain, quoted, in hex, in base64, in two bytes a letter."""
    raw = secret.encode()
    return {raw, raw.hex().encode(), quote(secret).encode(), secret.encode("utf-16-le"),
            base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")}  # fmt: skip


def found_in(content: bytes, planted: dict[str, str]) -> list[str]:
    return [name for name, secret in planted.items() if any(form in content for form in written(secret))]


class Kept(logging.Handler):
    """Keeps what is logged, with tracebacks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextlib.contextmanager
def everything_logged():
    kept, root = Kept(), logging.getLogger()
    before, loggers = root.level, [logging.getLogger(name) for name in ("uvicorn", "websockets", "asyncio")]
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.removeHandler(kept)
        root.setLevel(before)
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def broker_of(bench: AdapterBench, machine: Any, name: str) -> Mt5Broker:
    """Make a broker that has to log in, with a password out of the machine's store."""
    settings = Mt5Settings(
        login=SECOND.login, server=SECOND.server, password=f"secret:{name}", clock="new-york+7", measure_clock=False
    )

    async def opener(_: Mt5Settings) -> Opened:
        password = (await machine.secrets.get(name)).reveal()
        return Opened(venue=venue_of(settings, bench.package, machine, time=bench.clock, password=password))

    return Mt5Broker(settings, opener)


def shown(objects: list[Any]) -> str:
    """Write the reprs of everything of ours that can be reached from some objects."""
    seen: dict[int, Any] = {}
    waiting = list(objects)
    while waiting and len(seen) < 20_000:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type | ModuleType | str | bytes | int | float):
            continue
        if isinstance(each, dict) and "__builtins__" in each:
            continue  # a module's names: from there the walk would lose itself in everything that is loaded
        seen[id(each)] = each
        if type(each).__module__.startswith(("forexai_", "builtins", "collections", "asyncio")):
            waiting.extend(gc.get_referents(each))
    ours = [each for each in seen.values() if type(each).__module__.startswith("forexai_")]
    assert len(ours) >= 40
    return "\n".join(f"{each!r} {each!s}" for each in ours)


async def test_none_of_the_planted_secrets_is_found_anywhere(tmp_path):
    planted = {"password": PASSWORD, "wrong password": WRONG}
    with everything_logged() as log:
        told = await a_session(tmp_path, planted)
    told["logs"] = "\n".join(log.lines)
    assert "CHALLENGE" in told["wire"]
    assert "ACCOUNT_UPDATE" in told["wire"]
    assert len(log.lines) > 20
    assert told["tracebacks"].count("Traceback") >= 4
    on_the_wire = {name: each for name, each in planted.items() if name not in {"pairing code", "ticket"}}
    for place, text in told.items():
        # A code and a ticket travel, once, and are worth nothing afterwards; TLS covers them beyond this machine.
        secrets = on_the_wire if place == "wire" else planted
        assert found_in(text.encode(), secrets) == [], place
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"state.sqlite3", "secrets.json"} <= {path.name for path in files}
    for path in files:
        assert found_in(path.read_bytes(), planted) == [], path
    # What is looked for would be found.
    assert found_in(f"x {base64.b64encode(PASSWORD.encode()).decode()} x".encode(), planted) == ["password"]


async def a_session(folder: Any, planted: dict[str, str]) -> dict[str, str]:
    """Pair, connect, trade, fail in every way that is at hand; give all that was told."""
    listener, front = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{front.getsockname()[1]}"
    network = UnreliableNetwork(lambda: listener.getsockname()[1])
    failures: list[str] = []

    async def fails(work: Any) -> None:
        with pytest.raises(ForexAIError) as problem:
            await work
        failures.extend(traceback.format_exception(problem.value))

    bench = AdapterBench(accounts=[FIRST, SECOND])
    with embedded_services(folder / "platform") as platform, embedded_services(folder / "machine") as machine:
        await machine.secrets.set("mt5", Secret(PASSWORD))
        await machine.secrets.set("mt5-wrong", Secret(WRONG))
        gateway = Gateway(platform, GatewaySettings(hosts={host}))
        config = uvicorn.Config(gateway, lifespan="off", log_config=None, log_level="debug", **UVICORN_OPTIONS)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with network.served(front):
            await fails(broker_of(bench, machine, "mt5-wrong").connect())
            settings = ConnectorSettings(
                platform=f"http://{host}/connector", report_s=0.1, broker_settings={"password": "secret:mt5"}
            )
            transport = PlatformTransport(settings.platform)
            credentials = Credentials(machine.secrets, transport, settings.host)
            code = await gateway.admission.issue_code("main")
            planted["pairing code"] = code.text
            await fails(credentials.pair("AAAA-BBBB-CCCC", "wrong"))
            await credentials.pair(code.text, "a machine")
            await fails(credentials.pair(code.text, "again"))
            planted["device key"] = (await machine.secrets.get("connector/device-key")).reveal()
            _, planted["ticket"], _ = await credentials.ticket("i-probe")
            planted["gateway key"] = (await platform.secrets.get("connector/gateway-key")).reveal()
            broker, up = broker_of(bench, machine, "mt5"), asyncio.Event()
            service = ConnectorService(
                broker=broker, transport=transport, credentials=credentials, intents=machine.intents,
                halts=FileHalts(folder / "machine"), clock=machine.clock, settings=settings,
                on_state=lambda state, _text: up.set() if state == "connected" else None,
            )  # fmt: skip
            running = asyncio.ensure_future(service.run())
            await asyncio.wait_for(up.wait(), 300)
            async with ConnectorLine(platform, "main") as line:
                assert (await line.command(opening(line, "c-1"))).success
                bench.fault("answer_lost")
                assert (await line.command(opening(line, "c-2"))).outcome in {"UNKNOWN", "DONE"}
                bench.fault("crash", calls="order_send")
                await line.command(opening(line, "c-3"))
                assert not (await line.command(opening(line, "c-4", lot_size=99))).success
                await fails(line.query("PRICE", symbol="NOSUCH"))
                network.cut_all()
                await until(lambda: network.counts["connections"] >= 2, 300)
                reprs = shown([service, gateway, broker, line, settings, broker._settings, planted_parts()])
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        server.should_exit = True
        await serving
    return {"wire": "\n".join(network.captured), "tracebacks": "\n".join(failures), "reprs": reprs}


def planted_parts() -> list[Any]:
    """Give what has a secret in it for sure."""
    secret = Secret(PASSWORD)
    call = Call(number=1, function="login", args=(SECOND.login,), kwargs={"password": PASSWORD})
    return [secret, LogIn(password=PASSWORD), call, attrs.evolve(call, number=2)]
