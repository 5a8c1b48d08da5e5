"""P8: four ratios of a million returns."""

from __future__ import annotations

import task
from contest import Measure, Peer

WORK = "Sharpe, Sortino, maximal drawdown and Calmar of 1,000,000 returns"
PEERS = (
    Peer("empyrical", "empyrical", requirements="ratios"),
    Peer("quantstats", "quantstats", requirements="ratios"),
    Peer("vectorbt (rust)", "vectorbt", options={"engine": "rust"}),
    Peer("vectorbt (numba)", "vectorbt", options={"engine": "numba"}),
)


def test_four_ratios(contest):
    contest.run("returns", task.RETURNS, PEERS, rounds=15)
    contest.record("P8", WORK, "ms", Measure("time", 1e3 * contest.outcome["seconds"], "ms", 1.5))
