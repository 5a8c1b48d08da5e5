"""The connector as the window runs it, at a platform in memory: without Qt."""

from __future__ import annotations

import asyncio
import threading

import pytest
from gateway_bench import HOST, CountingBroker, DirectTransport, Platform, opening, until

from forexai_core.errors import BrokerUnreachableError
from forexai_core.services import embedded_services
from forexai_mt5.connector.assembly import credentials_of
from forexai_mt5.connector.one_process import AlreadyRunningError, alone_in
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import WireClosedError
from forexai_mt5.desktop import watching
from forexai_mt5.desktop.controller import Controller
from forexai_mt5.desktop.events import (
    AccountHeard,
    Began,
    DealsCounted,
    Ended,
    Happened,
    Pinged,
    PlatformHeard,
    TerminalLost,
)
from forexai_mt5.desktop.runner import Runner, Ways


class Bench:
    """A platform, and a window's connector beside it."""

    def __init__(self, folder, broker=None):
        self.platform = Platform()
        self.broker = broker or CountingBroker()
        self.transport = DirectTransport(lambda: self.platform.gateways[0])
        self.services = embedded_services(None)
        self.settings = ConnectorSettings(platform=f"https://{HOST}/connector", report_s=0.1)
        self.folder, self.events = folder, []
        self.task = None

    async def pair(self):
        code = await self.platform.admission.issue_code("main")
        await credentials_of(self.settings, self.services, self.transport).pair(code.text, "test")

    def start(self):
        ways = Ways(broker=lambda *_: self.broker, transport=lambda _: self.transport)
        runner = Runner(self.settings, self.services, self.folder, self.events.append, ways)
        self.task = asyncio.ensure_future(runner.run())

    async def stop(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def codes(self):
        return [event.code for event in self.of(Happened)]

    async def connected(self):
        await until(lambda: any(event.state == "connected" for event in self.of(PlatformHeard)))


@pytest.fixture
async def bench(tmp_path):
    made = Bench(tmp_path / "home")
    yield made
    if made.task is not None:
        await made.stop()
    made.services.close()
    made.platform.services.close()


async def test_a_command_is_told_with_its_result_once_each(bench):
    history = bench.broker.history

    async def today(start_ns, stop_ns):
        now_ns = bench.services.clock.now_ns()
        assert now_ns - 25 * 3_600 * 10**9 <= start_ns <= now_ns < stop_ns  # a day of clock change has 25 hours
        return await history(0, 2**62)  # the venue has a clock of its own

    bench.broker.history = today
    await bench.pair()
    bench.start()
    await bench.connected()
    async with bench.platform.line() as line:
        await line.command(opening(line, "c1"))
        await line.command(opening(line, "c1"))
        await until(lambda: bench.of(AccountHeard) and bench.of(AccountHeard)[-1].update.total_positions == 1)
        await until(lambda: [event.today for event in bench.of(DealsCounted)][-1:] == [1])
    opened, done = [event for event in bench.of(Happened) if event.direction != "here"]
    assert (opened.code, dict(opened.values)) == ("open", {"order": "BUY", "lots": "0.1", "symbol": "EURUSD"})
    assert (done.code, done.values["price"]) == ("done", "1.1001")
    assert bench.broker.submitted == ["c1"]
    assert sorted(bench.codes()[:3]) == ["connected", "started", "terminal"]
    await bench.stop()
    assert isinstance(bench.events[0], Began)
    assert (bench.events[-1], bench.codes()[-1]) == (Ended(), "stopped")


async def test_who_is_not_paired_ends_with_the_reason(bench):
    bench.start()
    await asyncio.wait_for(bench.task, 60)
    (ended,) = bench.of(Ended)
    assert ended.reason == "unpaired"
    assert "failed" in bench.codes()


async def test_a_terminal_that_is_not_there_yet_is_waited_for(bench, monkeypatch):
    await bench.pair()
    monkeypatch.setattr("forexai_mt5.connector.assembly._AGAIN_S", 0.01)
    real, bench.tries = bench.broker.connect, 0

    async def connect():
        bench.tries += 1
        if bench.tries < 3:
            raise BrokerUnreachableError("Start the terminal.")
        return await real()

    bench.broker.connect = connect
    bench.start()
    await bench.connected()
    assert {event.detail for event in bench.of(TerminalLost)} == {"Start the terminal."}
    assert bench.codes().count("terminalLost") == 1  # said once, however often it is tried
    assert bench.of(Ended) == []


async def test_the_account_is_looked_at_while_the_platform_is_away(bench):
    await bench.pair()
    bench.transport.down = True
    bench.start()
    await until(lambda: bench.of(AccountHeard))
    bench.broker.venue.balance = 9_000.0
    await until(lambda: float(bench.of(AccountHeard)[-1].update.balance) == 9_000.0)
    assert not any(event.state == "connected" for event in bench.of(PlatformHeard))
    bench.transport.down = False
    await bench.connected()


async def test_a_terminal_that_goes_away_is_said_and_comes_back(bench):
    await bench.pair()
    bench.transport.down = True
    bench.start()
    await until(lambda: bench.of(AccountHeard))
    real = bench.broker.account

    async def gone():
        raise BrokerUnreachableError("IPC timeout")

    bench.broker.account = gone
    await until(lambda: bench.of(TerminalLost))
    bench.broker.account = real
    count = len(bench.of(AccountHeard))
    await until(lambda: len(bench.of(AccountHeard)) > count)
    assert bench.codes().count("terminal") == 2


async def test_two_connectors_do_not_work_in_one_folder(bench):
    await bench.pair()
    with alone_in(bench.folder), pytest.raises(AlreadyRunningError), alone_in(bench.folder):
        pytest.fail("two at once")
    with alone_in(bench.folder):
        bench.start()
        await asyncio.wait_for(bench.task, 60)
    assert bench.of(Ended)[0].reason == "running"
    bench.start()
    await bench.connected()


async def test_pings_are_told_until_the_connection_ends(bench):
    heard = []

    class Wire:
        answers = [0.02, 0.03]  # noqa: RUF012 - one wire

        async def ping(self):
            if not self.answers:
                raise WireClosedError("gone")
            return self.answers.pop(0)

    class Clock:
        def now_ns(self):
            return 0

        async def sleep(self, _seconds):
            await asyncio.sleep(0)

    watch = watching.WatchedTransport(bench.transport, Clock(), heard.append)
    await asyncio.wait_for(watch._ping(Wire()), 60)
    assert heard == [Pinged(20.0), Pinged(30.0)]


async def test_an_unexpected_error_is_named_without_its_text(bench):
    await bench.pair()

    async def connect():
        raise RuntimeError("password=hunter2")

    bench.broker.connect = connect
    bench.start()
    await asyncio.wait_for(bench.task, 60)
    assert bench.of(Ended) == [Ended("unexpected", "RuntimeError")]
    assert "hunter2" not in repr(bench.events)


class SlowToLeave(CountingBroker):
    """Does not let go of its terminal before it is told to."""

    def __init__(self):
        super().__init__()
        self.may_leave, self.leaving = threading.Event(), threading.Event()

    async def disconnect(self):
        self.leaving.set()
        await asyncio.to_thread(self.may_leave.wait, 60)
        await super().disconnect()


async def test_who_stops_while_the_connector_is_started_anew_has_it_stopped(tmp_path):
    broker, transport = SlowToLeave(), DirectTransport(lambda: None)
    transport.down = True
    services, events = embedded_services(None), []
    ways = Ways(broker=lambda *_: broker, transport=lambda _: transport)
    settings = ConnectorSettings(platform=f"https://{HOST}/connector")
    await credentials_kept(services)
    controller = Controller(services, tmp_path / "home", events.append, ways)
    try:
        controller.start(settings)
        await until(lambda: any(isinstance(event, PlatformHeard) for event in events))
        controller.start(settings)  # the settings were saved
        await until(broker.leaving.is_set)
        controller.stop()
        await asyncio.to_thread(controller._thread.submit(asyncio.sleep(0.1)).result)
        broker.may_leave.set()
        await until(lambda: any(isinstance(event, Ended) for event in events))
        await asyncio.to_thread(controller._thread.submit(asyncio.sleep(0.3)).result)
        assert controller._running is None
        assert sum(isinstance(event, Began) for event in events) == 1
        controller.start(settings)  # it can be started again
        await until(lambda: sum(isinstance(event, Began) for event in events) == 2)
    finally:
        controller.close()
        services.close()


async def credentials_kept(services):
    """Pair a machine with a platform that is not asked any more."""
    platform = Platform()
    code = await platform.admission.issue_code("main")
    transport = DirectTransport(lambda: platform.gateways[0])
    settings = ConnectorSettings(platform=f"https://{HOST}/connector")
    await credentials_of(settings, services, transport).pair(code.text, "test")
    platform.services.close()
