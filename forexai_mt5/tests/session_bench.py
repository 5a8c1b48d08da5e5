"""Sessions of the live loop over the adapter over a simulated terminal, whose minutes pass when a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Self, TypeVar

import attrs
import pytest
from direct_package import DirectPackage

import forexai_core as fx
from forexai_core.live import DeskSettings
from forexai_core.live.alerts import Alerts
from forexai_core.live.session.account_ends import AccountEnd
from forexai_core.live.session.assembly import plans_of
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.live_feeds import live_prices_of
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.specification import SessionSpec, spec_of
from forexai_core.ports.broker import Broker
from forexai_core.ports.data import DataSource
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.source import Mt5Source
from forexai_mt5.adapter.terminals import Opened, venue_of
from forexai_mt5.settings import Mt5DataSettings, Mt5Settings
from forexai_mt5.simulator.market.quoted_market import QuotedMarket
from forexai_mt5.simulator.market.reference import REFERENCE_SYMBOLS
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.terminal.terminal import Terminal
from forexai_mt5.terms import constants as c

# Wednesday, 2 September 2026, 10:00 UTC.
START_NS = 1_788_343_200_000_000_000
MINUTE_NS, SECOND_NS = 60_000_000_000, 1_000_000_000
HISTORY = 40
"""Minutes that were before a session begins."""

PIP, SPREAD = 0.0001, 0.0001
# No wall time decides: the process may be starved, and the tests' own clock stands meanwhile.
PATIENT = DeskSettings(lease_ttl_s=1e9, send_timeout_s=600.0, query_timeout_s=600.0)

_WAKES_S = 0.005
ResultT = TypeVar("ResultT")


def walked(minutes: int, seed: int, *, every_s: int = 10) -> QuotedMarket:
    """Make a market that moves by a whole pip or not at all: no level between two quotes is jumped over.

    A minute opens where the last one closed: what a venue has done at the opening already when a strategy decides, a
    backtest does after the decision.
    """
    chance, pips = Random(seed), 11_000
    market = QuotedMarket({"EURUSD": REFERENCE_SYMBOLS["EURUSD"].instrument})
    first_ms = (START_NS - HISTORY * MINUTE_NS) // 1_000_000
    for tick in range(minutes * 60 // every_s):
        pips += chance.choice((-1, 0, 1)) if tick * every_s % 60 else 0
        bid = round(pips * PIP, 5)
        market.quote("EURUSD", first_ms + tick * every_s * 1_000, bid, round(bid + SPREAD, 5))
    return market


class Threads:
    """Knows whether a thread works: the tests' time stands as long as one does, however slow the machine is.

    Stores and journals write in threads of their own, so all pools of the process are counted while a test runs.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._counting, self._working, self._ended_s = threading.Lock(), 0, 0.0
        submit = ThreadPoolExecutor.submit

        def counted(pool: ThreadPoolExecutor, *args: Any, **kwargs: Any) -> Future[Any]:
            self.count(1)
            future = submit(pool, *args, **kwargs)
            future.add_done_callback(lambda _: self.count(-1))
            return future

        monkeypatch.setattr(ThreadPoolExecutor, "submit", counted)

    def count(self, more: int) -> None:
        with self._counting:
            self._working += more
            self._ended_s = time.monotonic()

    @property
    def quiet(self) -> bool:
        """Whether none works, and whoever waited for one has been woken."""
        return not self._working and time.monotonic() - self._ended_s > _WAKES_S


class SameLoop:
    """Runs what a source asks for in the loop of the test, which has the terminal."""

    def __init__(self, threads: Threads) -> None:
        self._threads, self._loop = threads, asyncio.get_running_loop()

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(self._asked(work), self._loop).result()

    async def _asked(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        self._threads.count(-1)  # that thread only waits, perhaps for the time to pass
        try:
            return await work
        finally:
            self._threads.count(1)

    async def wait_for(self, work: Awaitable[ResultT]) -> ResultT:
        return await work

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        last.close()


class TerminalBench:
    """A terminal whose clock and market are in the hands of a test, and programs that talk to it."""

    def __init__(
        self, threads: Threads, *, minutes: int = 140, seed: int = 9, netting: bool = False, **settings: Any
    ) -> None:
        self.clock = ManualClock(START_NS)
        mode = c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING if netting else c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
        self.terminal = Terminal(
            accounts=[AccountSettings(margin_mode=mode)],
            symbols=[REFERENCE_SYMBOLS["EURUSD"]],
            market=walked(minutes, seed),
            clock=self.clock,
        )
        self.settings = {"clock": "new-york+7", "poll_s": 1.0, "longest_poll_s": 5.0, **settings}
        self.services = embedded_services(None, clock=self.clock)
        self.package = DirectPackage(self.terminal, self.clock)
        self.threads = threads

    def broker(self) -> Mt5Broker:
        """Make a session of its own with the account."""
        settings = Mt5Settings(**self.settings)

        async def opener(_: Mt5Settings) -> Opened:
            return Opened(venue=venue_of(settings, self.package, self.services))

        return Mt5Broker(settings, opener)

    def source(self) -> Mt5Source:
        """Make a source of the terminal's prices, another program."""
        quick = {"poll_s": 0.5, "longest_poll_s": 1.0}
        settings = Mt5DataSettings(**(self.settings | quick), timeframes=("M1",), tick_days=0, history_days=1)

        async def opener(_: Mt5Settings) -> Opened:
            package = DirectPackage(self.terminal, self.clock)
            return Opened(venue=venue_of(settings, package, self.services))

        source = Mt5Source(settings, opener)
        source._thread = SameLoop(self.threads)  # type: ignore[assignment]
        return source

    def fault(self, kind: str, **fields: Any) -> None:
        """Let something go wrong from now on."""
        self.terminal.add_fault({"kind": kind, "after_s": self.terminal.elapsed_s, **fields})

    # ------------------------------------------------------------------------------------------------------------ time
    async def settle(self) -> None:
        """Let everybody do what can be done now: until nobody is ready, and no thread works."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        while ready or not self.threads.quiet:  # noqa: ASYNC110 - nobody sets an event when all is quiet
            await asyncio.sleep(0 if ready else 0.002)

    async def step(self, until_ns: int | None = None) -> None:
        """Let time pass up to the next sleeper, and no further than that."""
        await self.settle()
        ahead = [each for each in (self.clock.next_ns(), until_ns) if each is not None]
        self.clock.advance_to(max(self.clock.now_ns(), min(ahead, default=0)))

    async def pass_until(self, time_ns: int) -> None:
        """Let time pass."""
        while self.clock.now_ns() < time_ns:
            await self.step(time_ns)
        await self.settle()

    async def during(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Let time pass while something is done that may wait for it."""
        task = asyncio.ensure_future(work)
        await self.settle()
        while not task.done():
            await self.step()
            await asyncio.sleep(0.001)  # some waits are of wall time
        return task.result()


class Openers:
    """Opens what a session names: here the terminal's."""

    def __init__(self, broker: Broker | None, source: Any, make: Any) -> None:
        self._broker, self._source, self._make = broker, source, make

    def strategy(self, _name: str, parameters: Any) -> Any:
        return self._make(**parameters)

    def source(self, _feed: Any) -> Any:
        return self._source, True

    def broker(self, _account: Any) -> Any:
        return self._broker

    def costs(self, _table: Any) -> fx.Costs:
        return fx.Costs(commission_per_lot=0.0)

    def calendar(self, _file: str, _timezone: Any) -> Any:
        return ()


def a_spec(*, paper: bool, netting: bool = False, decides_from_ns: int = 0, risk: Any = None) -> SessionSpec:
    """Say what is traded, on the terminal's account or on paper."""
    account: dict[str, Any] = {"name": "main", "leverage": 100}
    if paper:
        account |= {"balance": 10_000.0, "currency": "USD", "mode": "netting" if netting else "hedging"}
    else:
        account |= {"broker": "mt5"}
    session: dict[str, Any] = {"clock": "replay" if paper else "real"}
    feed = {"source": "mt5", "symbol": "EURUSD", "timeframe": "M1", "live": not paper, "history": HISTORY}
    document = {
        "session": session, "accounts": [account], "feeds": [feed], "strategies": [{"name": "traded"}],
        "risk": risk or {"none": True},
    }  # fmt: skip
    return spec_of(document, "a test")


class TerminalSession:
    """A session on the terminal's account, through whatever broker leads there."""

    def __init__(
        self,
        bench: TerminalBench,
        folder: Path,
        make: Any,
        *,
        broker: Broker | None = None,
        source: DataSource | None = None,
        **spec: Any,
    ):
        self.source = source or bench.source()
        self.bench, self.folder, self.make = bench, folder, make
        self.broker = broker or bench.broker()
        self.spec = a_spec(paper=False, **spec)
        self.notices: list[Any] = []
        self.halts = MemoryHalts()

    async def __aenter__(self) -> Self:
        openers = Openers(self.broker, self.source, self.make)
        alerts = Alerts("feeds", self.bench.clock, self.notices.append)
        prices = live_prices_of(self.spec, openers, self.bench.clock, alerts)
        assert prices is not None
        self.prices = prices
        await self.bench.during(prices.begin(timeout_s=600.0))
        plans = plans_of(self.spec, openers, prices.known)
        plans = tuple(attrs.evolve(plan, settings=PATIENT) for plan in plans)
        self.begun_ns = self.bench.clock.now_ns()
        self.opened = await self.bench.during(
            open_session(
                self.spec, plans, self.folder, owner=f"test-{id(self)}", hear=self.notices.append, halts=self.halts,
                live=prices, real=self.bench.clock,
            )
        )  # fmt: skip
        self.session = self.opened.session
        self.going = asyncio.create_task(self.session.run())
        await self.until(lambda: self.session.prices >= len(prices.known["EURUSD"]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.going.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.going
        self.opened.close()

    async def until(self, so: Any) -> None:
        """Let time pass until something is so."""
        for _ in range(10_000):
            await self.bench.settle()
            if so():
                return
            if self.going.done():
                self.going.result()
                raise AssertionError("the session has ended")
            await self.bench.step()
        raise AssertionError("it has not come to be so")

    async def minutes(self, count: int) -> None:
        """Let so many bars come, and the session take them."""
        for _ in range(count):
            bars = self.session.prices + 1
            await self.bench.pass_until(int(self.prices.known["EURUSD"].end_ns[-1]) + MINUTE_NS)
            await self.until(lambda: self.session.prices >= bars)  # noqa: B023 - it ends here
            await self.bench.pass_until(self.bench.clock.now_ns() + 5 * SECOND_NS)

    async def end(self) -> tuple[AccountEnd, list[dict[str, Any]]]:
        """End it; give what it came to, and its records."""
        self.session.stop()
        (end,) = (await self.bench.during(_awaited(self.going))).values()
        return end, await records_of(self.opened.services.journal)


async def _awaited(task: asyncio.Task[ResultT]) -> ResultT:
    return await task


async def records_of(journal: Any) -> list[dict[str, Any]]:
    """Read what a session wrote down."""
    return [read_record(record) async for record in journal.read("session/main")]


async def on_paper(
    bars: fx.Bars, make: Any, *, begun_ns: int, netting: bool = False, risk: Any = None
) -> tuple[AccountEnd, list[dict[str, Any]]]:
    """Run the same on a paper account, over prices that are known."""
    spec = a_spec(paper=True, netting=netting, risk=risk)
    openers = Openers(None, None, make)
    plans = plans_of(spec, openers, {"EURUSD": bars})
    plans = tuple(attrs.evolve(plan, decides_from_ns=begun_ns + 1) for plan in plans)
    opened = await open_session(spec, plans, None, owner="paper", hear=lambda _notice: None)
    try:
        (end,) = (await opened.session.run()).values()
        return end, await records_of(opened.services.journal)
    finally:
        opened.close()


def sma_cross() -> Any:
    """Make a strategy that takes its stops, its targets and its turns."""
    return fx.strategies.SmaCross(fast=3, slow=8, stop_loss_pips=4, take_profit_pips=9, volume_lots=0.1)


def decided(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each decision saw and wanted: all but the quote of the moment, and the venue's own numbers of positions."""
    return [
        {
            "row": record["row"],
            "bar": record["bar"],
            "held": [position[1:] for position in record.get("positions", ())],
            "wishes": [_plain(wish) for wish in record.get("wishes", ())],
        }
        for record in records
        if record["kind"] == "decision"
    ]


def _plain(wish: dict[str, Any]) -> dict[str, Any]:
    order = {name: value for name, value in wish.get("order", {}).items() if name != "position"}
    return {name: value for name, value in wish.items() if name != "ticket"} | {"order": order}
