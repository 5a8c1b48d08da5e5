"""P1: signals to equity and trades over a million bars, all costs on."""

from __future__ import annotations

import task
from contest import Measure, Peer

WORK = (
    "1,000,000 bars, signals → equity and trades: stop and target, variable spread, commission, swap, margin, stop-out"
)
PEERS = (
    Peer("vectorbt (rust)", "vectorbt", options={"engine": "rust"}),
    Peer("vectorbt (numba)", "vectorbt", options={"engine": "numba"}),
    Peer("backtesting.py", "backtesting", rows=100_000),
    Peer("nautilus_trader", "nautilus_trader", rows=10_000),
)


def test_signals_to_equity_and_trades(contest):
    contest.run("signals", task.BARS, PEERS)
    trades = contest.outcome["trades"]
    # the bare kernel follows the same rules: a ratio to less work would say nothing
    assert abs(trades["ours"] - trades["limit"]) <= 0.001 * trades["limit"]
    took, bare = contest.outcome["seconds"], contest.outcome["limit_seconds"]
    contest.record(
        "P1",
        WORK,
        "ms",
        Measure("time", 1e3 * took, "ms", 5.0),
        Measure("times the bare kernel", took / bare, "x", 4.0),
    )
