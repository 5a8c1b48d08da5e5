"""P9: how long a person waits for the first result, import, warm cache, cold cache: whole processes, wall clock."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import attrs
import pytest
from comparison import lines_of
from contest import Measure
from environments import PeerMissingError, python_of

ROUNDS = 7
IMPORT = "import forexai_core"
FIRST_RESULT = """
import forexai_core as fx
strategy = fx.strategies.SmaCross(fast=20, slow=50, stop_loss_pips=30, take_profit_pips=60, volume_lots=0.1)
print(fx.backtest(strategy, fx.sample("EURUSD", "H1")).metrics["sharpe"])
"""
# Of the packages that load next to nothing by themselves, the part that runs a backtest.
PEERS = {
    "hftbacktest": "hftbacktest",
    "backtesting": "backtesting",
    "nautilus_trader": "nautilus_trader.backtest.engine",
    "vectorbt": "vectorbt",
}


def _wait(program: str, python: Path = Path(sys.executable), **settings: str) -> float:
    # A process that may not keep its bytecode compiles every module at every start, which is not what users meet.
    shared = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept = {} if python == Path(sys.executable) else {"PYTHONPATH": ""}
    start = time.perf_counter()
    subprocess.run([str(python), "-c", program], check=True, capture_output=True, env={**shared, **kept, **settings})
    return time.perf_counter() - start


def _pythons(place: Path | None) -> tuple[dict[str, Path], list[dict[str, str]]]:
    found, missing = {}, []
    for name, module in PEERS.items():
        try:
            found[module] = python_of(name, place)
        except PeerMissingError as why:
            missing.append({"name": f"import {module}", "missing": str(why)})
    return found, missing


@pytest.fixture
def started(benchmark, capsys):
    """Keep and print the outcome of a row."""
    if benchmark.disabled:
        pytest.skip("a start is timed: add --benchmark-enable")

    def keep(work: str, seconds: float, peers: list[dict[str, object]], *measures: Measure) -> None:
        outcome = {"row": "P9", "work": work, "shown": "s", "rows": 1, "sets": 1, "seconds": seconds}
        outcome |= {"limit_seconds": None, "peers": peers, "measures": [attrs.asdict(one) for one in measures]}
        benchmark.extra_info["contest"] = outcome
        with capsys.disabled():
            print("\n" + "\n".join(lines_of(outcome)))

    return keep


def test_import(benchmark, started, place):
    pythons, missing = _pythons(place)
    waits: dict[str, list[float]] = {name: [] for name in ("bare interpreter", *(f"import {one}" for one in pythons))}
    for name, python in pythons.items():
        _wait(f"import {name}", python)  # writes its bytecode

    def others() -> None:
        waits["bare interpreter"].append(_wait("pass"))
        for name, python in pythons.items():
            waits[f"import {name}"].append(_wait(f"import {name}", python))

    benchmark.pedantic(lambda: _wait(IMPORT), setup=others, rounds=ROUNDS)
    took = statistics.median(benchmark.stats.stats.data)
    peers = [
        {"name": name, "seconds": statistics.median(seconds), "rows": 1, "sets": 1} for name, seconds in waits.items()
    ]
    started("new process: import forexai_core", took, peers + missing, Measure("time", took, "s", 0.3))


def test_first_result(benchmark, started):
    _wait(FIRST_RESULT)
    benchmark.pedantic(lambda: _wait(FIRST_RESULT), rounds=ROUNDS)
    took = statistics.median(benchmark.stats.stats.data)
    started("new process to the first result, warm cache", took, [], Measure("time", took, "s", 0.7))


def test_first_result_cold(benchmark, started, tmp_path):
    """Once: every kernel of the run is compiled."""
    benchmark.pedantic(lambda: _wait(FIRST_RESULT, NUMBA_CACHE_DIR=str(tmp_path)), rounds=1)
    took = benchmark.stats.stats.data[0]
    started("new process to the first result, nothing compiled yet", took, [], Measure("time", took, "s", None))
