"""A session on the platform, through gateway, connector, adapter and terminal, decides as on paper."""

from __future__ import annotations

import attrs
import pytest
from gateway_bench import HOST, Machine, Platform, until
from session_bench import HISTORY, SameLoop, TerminalBench, TerminalSession, Threads, decided, on_paper, sma_cross

from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.settings import LineDataSettings, LineSettings
from forexai_mt5.platform_broker.source import LineSource

pytestmark = pytest.mark.usefixtures("ledger")

MINUTES = 25


def line_source(bench, platform):
    """Make a source of the terminal's prices over the line, in the terminal's time."""
    settings = LineDataSettings(account="main", timeframes=("M1",), history_days=1, query_s=600.0, history_s=600.0)
    source = LineSource(settings, attrs.evolve(platform.services, clock=bench.clock))
    source._calls = SameLoop(bench.threads)
    return source


@pytest.mark.parametrize(
    ("prices", "netting"),
    [("terminal", False), ("line", False), ("line", True)],
    ids=["prices-beside-it", "hedging", "netting"],
)
async def test_a_session_behind_a_connector_decides_and_trades_as_on_paper(tmp_path, monkeypatch, prices, netting):
    bench = TerminalBench(Threads(monkeypatch), netting=netting)
    platform = Platform(clock=bench.clock, messages_per_s=10_000.0)  # all of one time, which stands while one works
    machine = Machine(platform, bench.broker(), report_s=0.2, caps={"openings_per_minute": 1_000.0})
    await machine.pair()
    machine.start()
    await bench.during(until(lambda: machine.states and machine.states[-1][0] == "connected"))
    broker = LineBroker(LineSettings(account="main", query_s=600.0, ttl_s=50.0), platform.services)
    source = line_source(bench, platform) if prices == "line" else None
    try:
        async with TerminalSession(
            bench, tmp_path, sma_cross, broker=broker, source=source, netting=netting
        ) as trading:
            assert len(trading.prices.known["EURUSD"]) >= HISTORY - 1  # what it is warmed up with
            await trading.minutes(MINUTES)
            done = {deal.ticket for deal in bench.terminal.update().books.deals if deal.symbol}
            broker._following.stir()
            await bench.during(until(lambda: done <= broker._following._deals))
            end, records = await trading.end()
            bars = trading.prices.known["EURUSD"]
    finally:
        if source is not None:
            await source._questions.close()
        await machine.kill()
        platform.services.close()
    paper, written = await on_paper(bars, sma_cross, begun_ns=trading.begun_ns, netting=netting)
    assert machine.transport.host == HOST
    assert decided(records) == decided(written)
    closed = len(end.trades)
    assert closed >= 2
    for name in ("side", "volume_lots", "open_price", "close_price", "net_profit", "close_reason"):
        assert list(end.trades[name]) == list(paper.trades[name][:closed]), name
    assert end.state.balance == pytest.approx(10_000.0 + end.trades["net_profit"].sum())
    assert not end.halted
