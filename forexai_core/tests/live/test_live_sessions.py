"""Sessions whose prices come while they run: the same as over recorded prices, at the pace of every clock."""

from __future__ import annotations

import asyncio

import attrs
import numpy as np
import pytest
from live.live_sources import Held, Told, of_the_present, replayed
from live.session_runs import LASTING
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.arrays import TRADE
from forexai_core.live.session.assembly import instant_of, plans_of
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.live_feeds import live_prices_of
from forexai_core.live.session.loop import SessionState
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.repeating import records_of, repeat
from forexai_core.live.session.specification import spec_of
from forexai_core.services.clocks import RealClock

pytestmark = pytest.mark.kernels

EURGBP = fx.synthetic("EURGBP", "M15", bars=160, seed=9)
GBPUSD = fx.synthetic("GBPUSD", "M15", bars=160, seed=5)
BOTH = {"EURGBP": EURGBP, "GBPUSD": GBPUSD}


class Openers:
    """Opens what the tests hold."""

    def __init__(self, prices, *, at_once=False, sources=None):
        self.held, self.at_once, self.sources = prices, at_once, sources or {}

    def strategy(self, _name, parameters):
        return Everything(**parameters)

    def prices(self, feed):
        return self.held[feed.symbol]

    def source(self, feed):
        return self.sources.get(feed.symbol) or Held(self.held[feed.symbol]), self.at_once

    def costs(self, _table):
        return fx.Costs()

    def calendar(self, _file, _timezone):
        return ()


def a_spec(prices, *, live, **session):
    return spec_of(
        {
            "session": session,
            "accounts": [{"name": "main", "balance": 50_000}],
            "feeds": [
                {"symbol": symbol, "timeframe": str(each.timeframe), "live": live} for symbol, each in prices.items()
            ],
            "strategies": [{"name": "everything", "symbol": "EURGBP", "parameters": {"seed": 3}}],
            "risk": {"none": True},
        },
        "a test",
    )


async def ran(spec, prices, folder=None, follow=None):
    """Run a session; give how it ended and what it wrote."""
    openers = Openers(prices)
    live = _live(spec, prices) if spec.live else None
    if live is not None:
        await live.begin()
    plans = plans_of(spec, openers, None if live is None else live.known)
    opened = await open_session(spec, plans, folder, owner="test", hear=print, live=live)
    try:
        (end,) = (await opened.session.run(follow)).values()
        records = await records_of(opened.services.journal, "main")
    finally:
        opened.close()
    kept = [(each.kind, each.time_ns, each.payload) for each in records if each.kind != "begun"]
    return end, kept


def _live(spec, prices):
    return replayed(prices, RealClock(), traded={"EURGBP"}, stop_ns=instant_of(spec.session.stop))


@pytest.fixture(scope="module")
def recorded():
    return asyncio.run(ran(a_spec(BOTH, live=False), BOTH))


def test_prices_told_one_by_one_give_the_trades_and_the_journal_of_recorded_ones(recorded):
    end, kept = asyncio.run(ran(a_spec(BOTH, live=True), BOTH))
    assert len(end.trades) > 5
    assert end.trades.tolist() == recorded[0].trades.tolist()
    assert end.state == recorded[0].state
    assert kept == recorded[1]
    # What is traded in pounds is converted by the quotes of the pair that nobody trades.
    result = fx.backtest(
        [fx.Sleeve("everything", Everything(seed=3))],
        EURGBP,
        account=fx.Account(balance=50_000),
        rates={"GBPUSD": GBPUSD},
    )
    for name in TRADE.names:
        assert np.array_equal(result.trades[name], end.trades[name]), name


def test_an_accelerated_clock_changes_nothing_but_the_pace(recorded):
    end, kept = asyncio.run(ran(a_spec(BOTH, live=True, clock="accelerated", speed=1e6), BOTH))
    assert end.trades.tolist() == recorded[0].trades.tolist()
    assert kept == recorded[1]


def test_a_start_warms_up_and_a_stop_ends_alike():
    limits = {"start": "2020-01-06T12:00:00", "stop": "2020-01-07T06:00:00"}
    first, second = (asyncio.run(ran(a_spec(BOTH, live=live, **limits), BOTH)) for live in (False, True))
    assert 0 < first[0].decisions < 100
    assert second[0].trades.tolist() == first[0].trades.tolist()
    assert second[1] == first[1]


def test_a_replayed_live_session_is_repeated_from_its_journal(tmp_path):
    asyncio.run(ran(a_spec(BOTH, live=True), BOTH, tmp_path))
    (compared,) = asyncio.run(repeat(tmp_path, Openers(BOTH)))
    assert compared.difference is None
    assert compared.records > 100


@pytest.mark.parametrize("live", [False, True])
def test_a_session_that_was_drained_is_repeated_with_its_drain(tmp_path, live):
    def drain(session):
        if session.prices >= 150 and session.state is SessionState.RUNNING:
            session.drain(by="Ada")

    end, kept = asyncio.run(ran(a_spec(BOTH, live=live), BOTH, tmp_path, drain))
    refused = [
        payload for kind, _, payload in kept if kind == "decision" and b"the session is being drained" in payload
    ]
    assert refused
    assert end.positions == ()
    (compared,) = asyncio.run(repeat(tmp_path, Openers(BOTH)))
    assert compared.difference is None
    assert (compared.ending, compared.equal) == ("drained", True)


class Eager(fx.Strategy):
    """Buys at each bar."""

    def on_bar(self, ctx):
        ctx.buy(volume_lots=0.1, stop_loss_pips=30)


class EagerOpeners(Openers):
    def strategy(self, _name, parameters):
        return Eager(**parameters)


def test_prices_of_the_present_decide_from_now_on_and_not_while_they_are_stale(tmp_path):
    """A silent hour: what is then told is old, so nothing is opened; what is open keeps its stop; it repeats alike."""
    bars = fx.synthetic("EURUSD", "M1", bars=60, seed=3)
    source = Told(bars)
    spec = spec_of(
        {
            "session": {"clock": "real"},
            "accounts": [{"name": "main", "balance": 50_000}],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M1", "live": True}],
            "strategies": [{"name": "eager"}],
            "risk": {"none": True},
        },
        "a test",
    )

    async def go():
        prices, clock, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(bars.end_ns[29]), history=20)
        await prices.begin()
        plans = plans_of(spec, EagerOpeners({}), prices.known)
        plans = tuple(attrs.evolve(plan, settings=LASTING) for plan in plans)
        opened = await open_session(spec, plans, tmp_path, owner="test", hear=print, live=prices, real=clock)
        session = opened.session
        try:
            stirred = asyncio.Event()
            running = asyncio.create_task(session.run(lambda _session: stirred.set()))
            for number in (30, 31):
                clock.advance_to(int(bars.end_ns[number]))
                await source.tell(bars[number : number + 1])
                await _taken(session, running, stirred, number - 9)
            clock.advance_to(int(bars.end_ns[55]))
            await source.tell(bars[32:33])
            await _taken(session, running, stirred, 23)
            held = session.runs[0].positions()
            assert held
            assert all(each.stop_loss for each in held)
            session.stop()
            (end,) = (await running).values()
            records = [read_record(each) for each in await records_of(opened.services.journal, "main")]
        finally:
            opened.close()
        return end, records

    end, records = asyncio.run(go())
    wishes = [each["wishes"][0] for each in records if each["kind"] == "decision"]
    assert [each["allowed"] for each in wishes] == [True, True, False]
    assert "stale" in wishes[-1]["verdicts"][0]["reason"]
    assert "end_of_data" not in set(end.trades["close_reason"])
    assert asyncio.run(repeat(tmp_path, EagerOpeners({})))[0].difference is None


async def _taken(session, running, stirred, prices):
    """Wait until a session has taken so many prices; one that fails says why."""
    async with asyncio.timeout(60):
        while session.prices < prices:
            stirred.clear()
            waiting = asyncio.create_task(stirred.wait())
            await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()


def test_what_a_feed_of_the_present_needs_is_said():
    prices = {"EURGBP": EURGBP}
    with pytest.raises(fx.errors.ConfigError, match="real"):
        live_prices_of(a_spec(prices, live=True), Openers(prices, at_once=True), RealClock(), None)
    assert live_prices_of(a_spec(prices, live=False), Openers(prices), RealClock(), None) is None
