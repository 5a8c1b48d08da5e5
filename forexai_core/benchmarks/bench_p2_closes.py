"""P2: closes to a complete result with metrics over a million bars."""

from __future__ import annotations

import task
from contest import Measure, Peer

WORK = "1,000,000 bars, closes → averages, crossing, equity, trades and all figures"
PEERS = (
    Peer("vectorbt (rust)", "vectorbt", options={"engine": "rust"}),
    Peer("vectorbt (rust), equity only", "vectorbt", options={"engine": "rust", "figures": False}),
    Peer("vectorbt (numba)", "vectorbt", options={"engine": "numba"}),
    Peer("backtesting.py", "backtesting", rows=100_000),
    Peer("nautilus_trader", "nautilus_trader", rows=10_000),
)


def test_closes_to_a_complete_result(contest):
    contest.run("closes", task.BARS, PEERS)
    contest.record(
        "P2",
        WORK,
        "ms",
        Measure("time", 1e3 * contest.outcome["seconds"], "ms", 12.0),
        Measure("peak memory of the process", contest.outcome["peak_mb"], "MB", 350.0),
    )
