"""A worker on another machine: the same messages over a socket, for whoever has the key."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hosted_terminal import HostedTerminal

from forexai_core.errors import BrokerUnreachableError, ConfigError, OrderStateUnknownError
from forexai_core.ports.secrets import Secret
from forexai_core.services import embedded_services
from forexai_core.values.orders import OrderRequest, OrderStatus
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.terminals import opener_of
from forexai_mt5.serving.__main__ import main
from forexai_mt5.serving.server import Serving, WorkerServer
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.terms import constants as c
from forexai_mt5.wire.frames import Frame, pack
from forexai_mt5.worker.settings import Launch, Limits
from forexai_mt5.worker.socket_pipe import RemoteAddress
from forexai_mt5.worker.states import State
from forexai_mt5.worker.worker import Worker

KEY = "0123456789abcdef" * 4
QUICK = Limits(back_off_s=0.01, heartbeat_s=60.0)
REQUEST: dict[str, Any] = {
    "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.01, "type": c.ORDER_TYPE_BUY, "price": 1.1426,
    "deviation": 100, "magic": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Iterator[HostedTerminal]:
    with HostedTerminal() as terminal:
        yield terminal


@pytest.fixture
async def server(host: HostedTerminal) -> AsyncIterator[WorkerServer]:
    async with WorkerServer(Serving(port=0, key=KEY, package="hosted", terminal=host.address)) as serving:
        yield serving


def worker_of(server: WorkerServer, **changes: Any) -> Worker:
    address = RemoteAddress(**({"host": "127.0.0.1", "port": server.port, "key": KEY} | changes))
    return Worker(Launch(package="remote", remote=address), QUICK)


async def test_the_same_calls_go_over_the_socket(server: WorkerServer, host: HostedTerminal) -> None:
    async with worker_of(server) as worker:
        assert (await worker.call("initialize")).value is True
        before = host.positions()
        answer = await worker.call("order_send", REQUEST)
        assert (answer.value.retcode, host.positions()) == (c.TRADE_RETCODE_DONE, before + 1)
        rows = (await worker.call("copy_rates_from_pos", "EURUSD", c.TIMEFRAME_M1, 0, 50)).value
        assert len(rows) == 50


async def test_what_hangs_there_is_killed_from_here(server: WorkerServer, host: HostedTerminal) -> None:
    async with worker_of(server) as worker:
        assert (await worker.call("initialize")).value is True
        before = host.positions()
        host.fault("hang", seconds=600.0, calls="order_send")
        with pytest.raises(OrderStateUnknownError):
            await worker.call("order_send", REQUEST, timeout_s=0.5)
        assert (await worker.call("initialize")).value is True
        assert (worker.generation, host.positions()) == (2, before)
        host.fault("crash", calls="order_send", executed=True)
        with pytest.raises(OrderStateUnknownError):
            await worker.call("order_send", REQUEST)
        assert (await worker.call("initialize")).value is True
        assert (worker.generation, host.positions()) == (3, before + 1)


async def test_who_has_not_the_key_is_not_heard(server: WorkerServer) -> None:
    with pytest.raises(BrokerUnreachableError, match=r"hung up, or does not speak"):
        await worker_of(server, key="f" * 64).start()
    for said in (b"GET / HTTP/1.1\r\n\r\n", pack(Frame({"number": "x", "proof": "y"})), b"\x00\x00\x00\x05"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(said)
        writer.write_eof()
        await reader.read()
        assert reader.at_eof()
        writer.close()
    async with worker_of(server) as worker:  # and whoever has it still is
        assert worker.state is State.READY


async def test_a_server_that_has_not_the_key_is_not_believed() -> None:
    async def pretend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(pack(Frame({"number": "0" * 64})))
        await reader.read(10_000)
        writer.write(pack(Frame({"proof": "0" * 64})))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(pretend, "127.0.0.1", 0) as liar:
        address = RemoteAddress(host="127.0.0.1", port=liar.sockets[0].getsockname()[1], key=KEY)
        with pytest.raises(BrokerUnreachableError, match="does not have the key"):
            await Worker(Launch(package="remote", remote=address), QUICK).start()


async def test_a_newer_connection_ends_the_older(server: WorkerServer) -> None:
    older, newer = worker_of(server), worker_of(server)
    older.limits = Limits(restarts=0, heartbeat_s=0.05)
    async with older:
        await older.call("initialize")
        async with newer:
            assert (await newer.call("initialize")).value is True
            with pytest.raises(BrokerUnreachableError):
                await older.call("positions_total")
            assert (await newer.call("positions_total")).value >= 0


async def test_nothing_listens_or_is_spoken_to_beyond_this_machine_without_tls(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a certificate"):
        Serving(host="0.0.0.0", key=KEY)
    with pytest.raises(ConfigError, match="over TLS only"):
        RemoteAddress(host="192.168.1.20", port=5005, key=KEY)
    with pytest.raises(ConfigError, match="32 or more"):
        RemoteAddress(host="127.0.0.1", port=5005, key="short")
    for wrong in ("nowhere", "host:", "host:x", "127.0.0.1:99999"):
        with pytest.raises(ConfigError):
            RemoteAddress.of(wrong, key=KEY)
    with pytest.raises(ConfigError, match="cannot be read"):
        RemoteAddress(host="10.0.0.1", port=5005, key=KEY, certificate=str(tmp_path / "none.pem")).tls()
    assert KEY not in repr(RemoteAddress(host="127.0.0.1", port=5005, key=KEY))
    with pytest.raises(ConfigError, match="address of its machine"):
        Launch(package="remote")


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = tmp_path / "key"
    short.write_text("short")
    assert main(["--key-file", str(short)]) == 2
    assert "32 or more" in capsys.readouterr().err
    short.write_text(KEY)
    assert main(["--key-file", str(short), "--listen", "everywhere"]) == 2
    assert "host:port" in capsys.readouterr().err


def certificate(folder: Path, name: str) -> Path:
    """Make a certificate that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.pem").write_bytes(public)
    (folder / f"{name}-key.pem").write_bytes(private)
    return folder / f"{name}.pem"


async def test_over_tls_exactly_one_certificate_is_believed(tmp_path: Path, host: HostedTerminal) -> None:
    own, other = certificate(tmp_path, "own"), certificate(tmp_path, "other")
    serving = Serving(
        host="127.0.0.1", port=0, key=KEY, certificate=str(own), private_key=str(tmp_path / "own-key.pem"),
        package="hosted", terminal=host.address,
    )  # fmt: skip
    async with WorkerServer(serving) as server:
        async with worker_of(server, certificate=str(own)) as worker:
            assert (await worker.call("initialize")).value is True
        with pytest.raises(BrokerUnreachableError, match="is not reached"):
            await worker_of(server, certificate=str(other)).start()


async def test_the_broker_trades_through_a_remote_worker(server: WorkerServer, host: HostedTerminal) -> None:
    with embedded_services(None) as services:
        await services.secrets.set("remote-key", Secret(KEY))
        settings = Mt5Settings(
            terminal="remote", address=f"127.0.0.1:{server.port}", key="secret:remote-key", clock="new-york+7",
            measure_clock=False,
        )  # fmt: skip
        broker = Mt5Broker(settings, opener_of(services))
        state = await broker.connect()
        assert state.login == "50000001@ForexAI-Simulator"
        order = await broker.submit(OrderRequest(client_id="far", symbol="EURUSD", side=1, volume_lots=0.02, magic=11))
        assert order.status is OrderStatus.FILLED
        assert [each.magic for each in await broker.positions()][-1] == 11
        assert {each.magic for each in host.hand.positions_get()} >= {11}
        await broker.disconnect()
