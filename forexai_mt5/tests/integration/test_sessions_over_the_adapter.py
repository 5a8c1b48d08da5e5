"""Sessions of the live loop on a terminal's account: they decide, and trade, as a paper session on the same prices."""

from __future__ import annotations

import pytest
from session_bench import HISTORY, START_NS, TerminalBench, TerminalSession, Threads, decided, on_paper, sma_cross

pytestmark = pytest.mark.usefixtures("ledger")

MINUTES = 30
TRADED = ("side", "volume_lots", "open_price", "close_price", "profit", "net_profit", "close_reason", "stop_loss")
NS_PER_MINUTE = 60_000_000_000


@pytest.mark.parametrize("netting", [False, True], ids=["hedging", "netting"])
async def test_a_session_at_the_terminal_decides_and_trades_as_on_paper(tmp_path, monkeypatch, netting):
    bench = TerminalBench(Threads(monkeypatch), netting=netting)
    async with TerminalSession(bench, tmp_path, sma_cross, netting=netting) as trading:
        await trading.minutes(MINUTES)
        end, records = await trading.end()
        bars = trading.prices.known["EURUSD"]
    paper, written = await on_paper(bars, sma_cross, begun_ns=trading.begun_ns, netting=netting)
    assert decided(records) == decided(written)
    assert end.decisions == len(decided(records)) >= MINUTES
    closed = len(end.trades)
    assert {"stop_loss", "take_profit", "signal"} <= set(end.trades["close_reason"])
    for name in TRADED:
        assert list(end.trades[name]) == list(paper.trades[name][:closed]), name
    # A bar's trade has the stamp of its bar; at the terminal it has that of its moment.
    for name in ("open_time_ns", "close_time_ns"):
        late = end.trades[name] - paper.trades[name][:closed]
        assert (late >= 0).all()
        assert (late < NS_PER_MINUTE).all()
    assert end.state.balance == pytest.approx(10_000.0 + end.trades["net_profit"].sum())
    assert {record["strategy"] for record in records if record["kind"] == "deal"} == {"traded"}
    assert int(bars.time_ns[HISTORY]) == START_NS
