"""A session that is paused, drained, stopped and flattened, and one with several accounts."""

from __future__ import annotations

import asyncio

import pytest
from live.session_runs import as_inputs
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.errors import ConfigError
from forexai_core.live.session.clocks import PacedClock, ReplayClock
from forexai_core.live.session.halt_watch import HaltWatch
from forexai_core.live.session.loop import SessionState
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.services.clocks import RealClock
from forexai_core.services.halts import MemoryHalts

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]

BARS = fx.synthetic("EURUSD", "M15", bars=300, seed=9)


def a_plan(name="main", seed=3, **given):
    inputs = as_inputs(BARS, account=fx.Account(balance=50_000))
    return PaperPlan(name=name, inputs=inputs, strategies=(fx.Sleeve("mixed", Everything(seed=seed)),), **given)


def a_spec(clock="replay", speed=60.0, names=("main",)):
    return spec_of(
        {
            "session": {"clock": clock, "speed": speed},
            "accounts": [{"name": name} for name in names],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M15"}],
            "strategies": [{"name": "mixed", "account": name} for name in names],
        },
        "a test",
    )


class Running:
    """A session that runs beside the test."""

    def __init__(self, *plans, clock="replay", speed=1e6, halts=None):
        self.plans, self.halts = plans, halts
        self.spec = a_spec(clock, speed, tuple(plan.name for plan in plans))
        self.notices = []

    async def __aenter__(self):
        self.opened = await open_session(
            self.spec, self.plans, None, owner="test", hear=self.notices.append, halts=self.halts
        )
        self.session = self.opened.session
        return self

    async def __aexit__(self, *_):
        self.opened.close()


async def test_accounts_go_side_by_side_in_the_order_of_time():
    async with Running(a_plan("first", seed=1), a_plan("second", seed=2)) as running:
        times = []
        ends = await running.session.run(lambda session: times.append(session.clock.now_ns()))
    assert times == sorted(times)
    assert len(times) == 2 * len(BARS)
    alone = {}
    for name, seed in (("first", 1), ("second", 2)):
        async with Running(a_plan(name, seed=seed)) as running:
            alone |= await running.session.run()
    for name, end in ends.items():
        assert end.trades.tolist() == alone[name].trades.tolist()
        assert end.decisions == len(BARS)


async def test_one_that_is_stopped_leaves_positions_with_their_stops_and_names_those_without():
    async with Running(a_plan()) as running:

        def stop(session):
            run = session.runs[0]
            if any(each.stop_loss for each in run.positions()):
                session.stop()

        (end,) = (await running.session.run(stop)).values()
        assert running.session.state is SessionState.ENDED
    assert end.positions
    assert end.unprotected == tuple(each.position for each in end.positions if not each.stop_loss)
    assert "end_of_data" not in set(end.trades["close_reason"])


async def test_one_that_is_drained_opens_nothing_more_and_ends_when_flat():
    async with Running(a_plan()) as running:
        drained = []

        def drain(session):
            if session.prices == 100:
                session.drain(by="Ada")
                drained.append(session.clock.now_ns())

        (end,) = (await running.session.run(drain)).values()
        assert running.session.prices < len(BARS)
    assert end.positions == ()
    later = end.trades["open_time_ns"] > drained[0]
    waited = end.trades["open_reason"] != "signal"  # what waited at the venue is cancelled with the next price
    assert not (later & ~waited).any()


async def test_one_that_is_paused_takes_no_price_until_it_goes_on():
    async with Running(a_plan()) as running:
        session, paused = running.session, asyncio.Event()

        def pause(each):
            if each.prices == 50:
                each.pause(by="Ada")
                paused.set()

        going = asyncio.create_task(session.run(pause))
        await paused.wait()
        await asyncio.sleep(0.05)
        assert (session.state, session.prices) == (SessionState.PAUSED, 50)
        session.resume(by="Ada")
        (end,) = (await going).values()
    assert end.decisions == len(BARS)


async def test_a_halt_that_flattens_closes_everything_and_opens_nothing_more():
    enough = Halt(scope=HaltScope.PLATFORM, time_ns=0, by="Ada", reason="enough", flatten=True)
    async with Running(a_plan()) as running:
        run, since = running.session.runs[0], []

        def follow(session):
            if session.prices >= 60 and run.positions() and not since:
                since.append(session.clock.now_ns())
                run.close_for_openings(enough)

        (end,) = (await running.session.run(follow)).values()
    assert since
    assert end.positions == ()
    killed = end.trades[end.trades["close_reason"] == "kill"]
    assert len(killed)
    # Asked for at the price after the halt, closed at the one after that.
    assert (killed["close_time_ns"] <= since[0] + 2 * 900_000_000_000).all()
    assert not (end.trades["open_time_ns"] > since[0] + 900_000_000_000).any()


async def test_what_is_halted_has_to_be_known_before_anything_is_opened():
    class Broken(MemoryHalts):
        async def read(self):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        async with Running(a_plan(), clock="accelerated", halts=Broken()):
            pass
    watch = HaltWatch(MemoryHalts(), RealClock())
    assert watch.covering("main", "")("mixed", 0)  # never read: everything counts as halted
    await watch.begin()
    assert watch.covering("main", "")("mixed", 0) == ()
    own = Halt(scope=HaltScope.ACCOUNT, name="main", time_ns=0, by="Ada", reason="a look")
    watch.pause(own)
    assert watch.covering("main", "")("mixed", 0) == (own,)
    watch.resume(HaltScope.ACCOUNT, "main")
    assert watch.covering("main", "")("mixed", 0) == ()


class Hurried:
    """A system whose processes are kept waiting: an hour has passed whenever the time is asked for."""

    def __init__(self):
        self._asked = 0

    def now_ns(self):
        self._asked += 1
        return self._asked * 3_600_000_000_000

    monotonic_ns = now_ns

    async def sleep(self, duration_s):
        await asyncio.sleep(0)

    sleep_until = sleep


async def _journal_of(folder, real):
    plan = a_plan()
    opened = await open_session(a_spec(), (plan,), folder, owner="test", hear=lambda _notice: None, real=real)
    try:
        (end,) = (await opened.session.run()).values()
    finally:
        opened.close()
    files = sorted(path for path in (folder / "journal").rglob("*") if path.is_file())
    return end, [path.read_bytes() for path in files]


async def test_a_process_that_is_kept_waiting_replays_to_the_same_bytes(tmp_path):
    end, journal = await _journal_of(tmp_path / "swift", RealClock())
    late, same = await _journal_of(tmp_path / "late", Hurried())
    assert len(end.trades) > 10
    assert late.halted == ()
    assert same == journal


async def test_the_clocks_of_sessions():
    replay = ReplayClock(1_000)
    await replay.sleep(2)
    assert (replay.now_ns(), replay.monotonic_ns()) == (2_000_001_000, 2_000_000_000)
    replay.come_to(5)
    assert replay.now_ns() == 2_000_001_000
    await replay.sleep_until(3_000_000_000)
    assert replay.now_ns() == 3_000_000_000
    paced = PacedClock(0, 1e6)
    await paced.sleep_until(10_000_000_000)
    assert paced.now_ns() >= 10_000_000_000
    with pytest.raises(ConfigError, match="above 0"):
        PacedClock(0, 0.0)


class Holds(fx.Strategy):
    """Opens, then moves its stop away, brings it nearer, and sells a part; notes what it holds."""

    def start(self, ctx):
        self.seen = {}

    def on_bar(self, ctx):
        bar = len(ctx.bars.close)
        self.seen[bar] = [(each.volume_lots, each.stop_loss) for each in ctx.positions]
        if bar == 5:
            self.first = round(ctx.bid - 0.05, 5)
            ctx.buy(volume_lots=0.2, stop_loss=self.first)
        elif bar == 20:
            ctx.modify(ctx.positions[0], stop_loss=round(self.first - 0.01, 5))
        elif bar == 22:
            ctx.modify(ctx.positions[0], stop_loss=None)
        elif bar == 24:
            ctx.modify(ctx.positions[0], stop_loss=round(self.first + 0.005, 5))
        elif bar == 26:
            ctx.sell(volume_lots=0.1)
        elif bar == 28:
            ctx.sell(volume_lots=0.2)


async def test_under_a_halt_stops_come_nearer_and_positions_smaller_and_nothing_else():
    enough, told = Halt(scope=HaltScope.PLATFORM, time_ns=0, by="Ada", reason="enough"), {}
    inputs = as_inputs(BARS, account=fx.Account(mode="netting"))
    strategies = (fx.Sleeve("mixed", Holds()),)
    async with Running(PaperPlan(name="main", inputs=inputs, strategies=strategies)) as running:
        run, since = running.session.runs[0], int(BARS.time_ns[10])
        run.heed(lambda _name, time_ns: (enough,) if time_ns >= since else ())
        strategy = run.session.seats[0].strategy
        await running.session.run()
        told, stop = strategy.seen, strategy.first
    assert told[19] == told[22] == told[24] == [(0.2, stop)]
    assert told[26] == [(0.2, round(stop + 0.005, 5))]
    assert told[28] == told[30] == [(0.1, round(stop + 0.005, 5))]  # half was sold; what would have turned it was not
