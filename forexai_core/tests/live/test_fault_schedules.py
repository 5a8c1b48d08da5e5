"""Whatever goes wrong: at most one order an intent, never too much, and in the end the venue's truth or a halt.

``--schedules 10000`` or ``--schedules 300:10000`` makes it a long run; a schedule's seed is enough to find it again.
"""

from __future__ import annotations

import asyncio

import pytest
from live.fault_schedules import trade
from live.fault_tally import Tally
from live_desks import SteppedLoop

CHUNK, ENOUGH = 100, 300


@pytest.fixture(scope="module")
def whole():
    return Tally()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        seeds = metafunc.config.getoption("--schedules")
        chunks = [range(start, min(start + CHUNK, seeds.stop)) for start in range(seeds.start, seeds.stop, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda seeds: f"{seeds.start}-{seeds.stop}")


async def wrong_after(seeds, tally):
    return {seed: found for seed in seeds if (found := await trade(seed, tally))}


def test_schedules_end_in_the_venues_truth_or_a_halt(seeds, whole, record_property):
    tally = Tally()
    with asyncio.Runner(loop_factory=SteppedLoop) as runner:
        assert runner.run(wrong_after(seeds, tally)) == {}
    for name, count in tally.counts().items():
        record_property(f"schedules: {name}", count)
    assert set(tally.halts) <= {"venue", "store"}  # all else ends in agreement, not by giving up
    whole.add(tally)


def test_every_kind_of_fault_happened(whole):
    assert whole.missing() == [] or whole.schedules < ENOUGH  # some hundreds have them all
