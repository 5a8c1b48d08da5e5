"""P6: the loop over ticks, with a compiled strategy and with one in Python."""

from __future__ import annotations

import task
from contest import Measure, Peer

COMPILED = "1,000,000 ticks, a compiled strategy that turns round every 1,000, equity at every tick"
PYTHON = "a Python class asked at every tick, that turns round every 1,000"
PYTHON_TICKS = 200_000


def test_compiled_strategy_on_ticks(contest):
    contest.run("ticks", task.TICKS, (Peer("hftbacktest", "hftbacktest"),))
    speed = task.TICKS / contest.outcome["seconds"] / 1e6
    contest.record("P6", COMPILED, "M/s", Measure("ticks a second", speed, "M/s", 50.0, at_most=False))


def test_python_strategy_on_ticks(contest):
    contest.run("on_tick", PYTHON_TICKS, (Peer("nautilus_trader", "nautilus_trader", rows=50_000),), rounds=5)
    speed = PYTHON_TICKS / contest.outcome["seconds"] / 1e6
    contest.record("P6", PYTHON, "M/s", Measure("ticks a second", speed, "M/s", 1.0, at_most=False))
