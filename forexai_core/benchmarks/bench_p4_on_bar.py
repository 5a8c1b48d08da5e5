"""P4: a strategy in Python, asked at every bar."""

from __future__ import annotations

from contest import Measure, Peer

WORK = "a Python class asked at every bar, that crosses averages and trades with stop and target"
BARS = 200_000
PEERS = (
    Peer("backtesting.py", "backtesting", rows=50_000),
    Peer("nautilus_trader", "nautilus_trader", rows=10_000),
)


def test_python_strategy_on_bars(contest):
    contest.run("on_bar", BARS, PEERS, rounds=5)
    speed = BARS / contest.outcome["seconds"] / 1e6
    contest.record("P4", WORK, "M/s", Measure("bars a second", speed, "M/s", 1.5, at_most=False))
