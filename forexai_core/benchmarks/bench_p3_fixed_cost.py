"""P3: what a run costs that is over before it has begun."""

from __future__ import annotations

from contest import Measure, Peer

WORK = "5,000 bars, closes → a complete result: the fixed cost of a run"
BARS = 5_000
PEERS = (
    Peer("vectorbt (rust)", "vectorbt", options={"engine": "rust"}),
    Peer("vectorbt (rust), equity only", "vectorbt", options={"engine": "rust", "figures": False}),
    Peer("vectorbt (numba)", "vectorbt", options={"engine": "numba"}),
    Peer("backtesting.py", "backtesting"),
    Peer("nautilus_trader", "nautilus_trader"),
)


def test_fixed_cost_of_a_run(contest):
    contest.run("closes", BARS, PEERS, rounds=15)
    contest.record("P3", WORK, "ms", Measure("time", 1e3 * contest.outcome["seconds"], "ms", 0.3))
