"""L1, L2: the live loop, from a tick to the venue, and how many ticks a second go through it."""

from __future__ import annotations

import attrs
import live_loop
import numpy as np
import pytest
from comparison import lines_of
from contest import Measure

MICROSECONDS = "µs"


@pytest.fixture
def ticks(pytestconfig):
    """How many are timed."""
    return pytestconfig.getoption("--live-ticks")


@pytest.fixture
def measured(benchmark, capsys):
    """Keep and print the outcome of a row."""
    if benchmark.disabled:
        pytest.skip("the loop is timed: add --benchmark-enable")

    def keep(row: str, work: str, *measures: Measure) -> None:
        outcome = {"row": row, "work": work, "shown": "s", "rows": 1, "sets": 1, "limit_seconds": None, "peers": []}
        outcome |= {"seconds": benchmark.stats.stats.min, "measures": [attrs.asdict(one) for one in measures]}
        benchmark.extra_info["contest"] = outcome
        with capsys.disabled():
            print("\n" + "\n".join(lines_of(outcome)))

    return keep


def shares(what, taken, aim=None, *, wall=True):
    """The half and the 99 of 100 that took no longer; ``aim`` is of the latter's CPU time."""
    half, most = (float(np.percentile(taken.cpu, share)) for share in (50, 99))
    yield Measure(f"{what}, CPU time, p50", half, MICROSECONDS, None)
    yield Measure(f"{what}, CPU time, p99", most, MICROSECONDS, aim)
    if wall:
        half, most = (float(np.percentile(taken.wall, share)) for share in (50, 99))
        yield Measure(f"{what}, wall, p50", half, MICROSECONDS, None)
        yield Measure(f"{what}, wall, p99", most, MICROSECONDS, None)


def test_from_a_tick_to_the_decision(benchmark, measured, ticks):
    run = benchmark.pedantic(live_loop.latencies, (live_loop.ten_indicators(), ticks), rounds=1)
    assert len(run.quiet.cpu) + len(run.decided.cpu) == ticks
    assert len(run.decided.cpu) > ticks / 100
    measured(
        "L1",
        f"{ticks:,} ticks: ten indicators, rules at each M1 bar, a limit of each kind",
        *shares("a tick to the decision that it leads to", run.decided, 150.0),
        *shares("a tick at which nobody decides", run.quiet, wall=False),
    )


@pytest.mark.parametrize("durable", [False, True], ids=["in memory", "durable"])
def test_from_a_decision_to_the_venue(benchmark, measured, ticks, tmp_path, durable):
    folder = tmp_path if durable else None
    run = benchmark.pedantic(live_loop.latencies, (live_loop.Toggles(), ticks), {"folder": folder}, rounds=1)
    assert len(run.handed.cpu) > ticks / 100
    aims = {"wall": durable}
    own = list(shares("a decision to the venue", run.handed, None if durable else 300.0, **aims))
    if durable:
        own[2] = attrs.evolve(own[2], aim=1_200.0)
    measured("L1", f"{len(run.handed.cpu):,} orders, {'written down durably' if durable else 'in memory'}", *own)


@pytest.mark.parametrize(
    ("work", "given"),
    [
        ("compiled: rules with ten indicators at each M1 bar", (live_loop.ten_indicators, "M1", 1, 1.0)),
        ("Python: a class asked at each M1 bar", (live_loop.Toggles, "M1", 1, 0.1)),
        ("Python: a class asked at each tick", (live_loop.Asked, None, 5, 0.1)),
    ],
)
def test_ticks_a_second(benchmark, measured, ticks, work, given):
    make, timeframe, part, aim = given
    count = ticks // part
    runs = []
    benchmark.pedantic(lambda: runs.append(live_loop.speed(make(), count, timeframe=timeframe)), rounds=3)
    best = min(runs, key=lambda each: each.cpu_s)
    assert best.ticks == count
    assert best.orders > 0
    measured(
        "L2",
        f"a session over {count:,} ticks as fast as it goes, {work}, {best.orders:,} orders and changes",
        Measure("ticks a second of CPU", count / best.cpu_s / 1e6, "M/s", aim, at_most=False),
        Measure("ticks a second of the wall", count / min(each.wall_s for each in runs) / 1e6, "M/s", None),
    )
