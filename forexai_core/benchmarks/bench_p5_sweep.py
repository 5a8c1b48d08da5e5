"""P5: many parameter sets over the same bars, all costs on, two cores."""

from __future__ import annotations

import task
from contest import Measure, Peer

SETS = 400
WORK = f"{SETS} pairs of averages over {task.SWEEP_BARS:,} bars, all costs on, two cores"
# Fewer sets: all of them take a peer minutes, and many gigabytes. Their speed is a set and bar, as ours.
PEERS = (
    Peer("vectorbt (rust)", "vectorbt", rows=100_000, options={"engine": "rust", "sets": 25}),
    Peer("vectorbt (numba)", "vectorbt", rows=100_000, options={"engine": "numba", "sets": 25}),
    Peer("backtesting.py", "backtesting", rows=20_000, options={"sets": 4}),
)


def test_sweep(contest):
    contest.run("sweeps", task.SWEEP_BARS, PEERS, rounds=3, options={"sets": SETS})
    took = contest.outcome["seconds"]
    speed = None if took is None else SETS * task.SWEEP_BARS / took / 1e6
    contest.record(
        "P5",
        WORK,
        "M/s",
        Measure("sets times bars a second", speed, "M/s", 300.0, at_most=False),
        Measure("peak memory of the process", contest.outcome["peak_mb"], "MB", 400.0),
    )
