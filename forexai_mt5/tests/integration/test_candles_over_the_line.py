"""History through gateway, connector and adapter: what the terminal has, in as many questions and parts as it needs."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from adapter_bench import START_NS, AdapterBench
from gateway_bench import CountingBroker, Machine, Platform, connected

from forexai_core.errors import BrokerUnreachableError, DataError, DataGapError, OrderRejectedError
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe
from forexai_mt5.gateway.questions import ConnectorQuestions
from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.candles import LineCandles
from forexai_mt5.platform_broker.settings import LineDataSettings, LineSettings
from forexai_mt5.platform_broker.source import LineSource
from forexai_mt5.protocol.candles import MOST_CANDLES

pytestmark = pytest.mark.usefixtures("ledger")

MINUTE_NS = 60_000_000_000


@pytest.fixture
async def way():
    bench, platform = AdapterBench(history_days=6), Platform()
    machine = Machine(platform, bench.broker(), report_s=5.0)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    yield bench, platform, machine
    await machine.kill()
    platform.services.close()


def source_of(bench, platform, **settings):
    chosen = {"account": "main", "history_days": 5, "query_s": 600.0, "history_s": 600.0} | settings
    return LineSource(LineDataSettings(**chosen), attrs.evolve(platform.services, clock=bench.manual))


async def test_the_history_is_that_of_the_terminal_to_the_last_digit(way):
    bench, platform, _ = way
    direct, behind = bench.source(history_days=5), source_of(bench, platform)
    async with platform.line():  # a session that trades has the line meanwhile
        for timeframe in (Timeframe.M1, Timeframe.H1, Timeframe.D1):
            wanted = await asyncio.to_thread(direct.bars, "EURUSD", timeframe, 0, 2**62)
            found = await asyncio.to_thread(behind.bars, "EURUSD", timeframe, 0, 2**62)
            assert len(found) > (4_000 if timeframe is Timeframe.M1 else 1)  # over a weekend: two questions
            assert (found.data == wanted.data).all()
            assert (found.spread_points == wanted.spread_points).all()
            assert found.instrument == wanted.instrument
    assert (await asyncio.to_thread(behind.symbols)) == ("EURUSD", "USDJPY")
    direct.close()
    behind.close()


async def test_a_subscription_gives_each_bar_once_when_it_has_closed_also_over_a_cut(way):
    bench, platform, machine = way
    source = source_of(bench, platform, poll_s=5.0)
    following = aiter(source.subscribe("EURUSD", "M1"))
    seen: list[int] = []

    async def going():
        while True:
            ahead = bench.manual.next_ns()
            bench.manual.advance_to(max(bench.manual.now_ns(), ahead or 0))
            await asyncio.sleep(0.002)

    driving = asyncio.ensure_future(going())
    try:
        async with asyncio.timeout(300):
            while len(seen) < 5:
                rows = await anext(following)
                assert int(rows.time_ns[-1]) + MINUTE_NS <= bench.manual.now_ns()
                seen += rows.time_ns.tolist()
            await machine.kill()
            machine.start()
            while len(seen) < 10:
                seen += (await anext(following)).time_ns.tolist()
    finally:
        driving.cancel()
        await following.aclose()
        source.close()
    assert seen == [seen[0] + place * MINUTE_NS for place in range(len(seen))]
    assert seen[0] >= START_NS - 2 * MINUTE_NS


async def test_the_broker_of_a_session_has_the_history_too(way):
    _, platform, _ = way
    broker = LineBroker(LineSettings(account="main"), platform.services)
    await broker.connect()
    bars = await broker.candles("USDJPY", Timeframe.H1, START_NS - NS_PER_DAY, START_NS)
    assert len(bars) == 24
    assert bars.digits == 3
    await broker.disconnect()


async def test_what_cannot_be_had_is_said(way):
    bench, platform, machine = way
    source = source_of(bench, platform, timeframes=("H1",))
    with pytest.raises(DataError, match=r"does not show 'NOPE'; it shows EURUSD, USDJPY"):
        await asyncio.to_thread(source.bars, "NOPE", "H1", 0, 2**62)
    with pytest.raises(DataError, match="M1 is not held"):
        await asyncio.to_thread(source.bars, "EURUSD", "M1", 0, 2**62)
    with pytest.raises(DataError, match="tells no ticks"):
        await asyncio.to_thread(source.ticks, "EURUSD", 0, 2**62)
    with pytest.raises(DataError, match=r"asyncio\.to_thread"):
        source.bars("EURUSD", "H1", 0, 2**62)
    async with ConnectorQuestions(platform.services, "main") as questions:
        span = {"symbol": "EURUSD", "timeframe": "M1", "start": 0, "stop": (MOST_CANDLES + 1) * MINUTE_NS}
        with pytest.raises(BrokerUnreachableError, match="5,000 of them at most"):
            await questions.query("CANDLES", **span)
        with pytest.raises(OrderRejectedError, match="no symbol 'NOPE'"):
            await questions.query("CANDLES", **span | {"symbol": "NOPE", "stop": 1})
        with pytest.raises(BrokerUnreachableError, match="names symbol and timeframe"):
            await questions.query("CANDLES", symbol="EURUSD")
    await machine.kill()
    with pytest.raises(DataGapError, match="is not connected"):
        await asyncio.to_thread(source.bars, "EURUSD", "H1", 0, 2**62)
    source.close()


async def test_a_connector_without_history_is_never_asked_for_it():
    platform = Platform()
    machine = Machine(platform, CountingBroker(), report_s=5.0)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    async with ConnectorQuestions(platform.services, "main") as questions:
        asked = []
        query = questions.query

        async def noted(what, **fields):
            asked.append(what)
            return await query(what, **fields)

        questions.query = noted
        candles = LineCandles(questions, query_s=60.0, history_s=60.0)
        with pytest.raises(DataError, match="tells no history"):
            await candles.closed("EURUSD", Timeframe.M1, 0, MINUTE_NS)
        assert asked == ["ACCOUNT"]
        with pytest.raises(OrderRejectedError, match="has no history"):
            await query("CANDLES", symbol="EURUSD", timeframe="M1", stop=MINUTE_NS)
    await machine.kill()
    platform.services.close()


async def test_many_answers_at_once_do_not_go_out_faster_than_a_gateway_lets_in(way):
    _, platform, machine = way
    async with ConnectorQuestions(platform.services, "main") as questions:
        stop_ns = START_NS - MINUTE_NS
        span = {"symbol": "EURUSD", "timeframe": "M1", "start": stop_ns - 2_000 * MINUTE_NS, "stop": stop_ns}
        answers = await asyncio.gather(*(questions.query("CANDLES", timeout_s=300.0, **span) for _ in range(4)))
    for parts in answers:
        rows = [row for part in parts for row in part.candles]
        assert len(parts) == 10
        assert [row.time for row in rows] == list(range(span["start"], stop_ns, MINUTE_NS))
    assert [state for state, _ in machine.states].count("connected") == 1
