"""Whatever goes wrong: at most one order an intent, never too much, and in the end the venue's truth or a halt.

``--schedules 10000`` or ``--schedules 300:10000`` makes it a long run; a schedule's seed is enough to find it again.
"""

from __future__ import annotations

import pytest
from live.fault_schedules import Tally, trade

from forexai_core.testing import Fault

CHUNK = 100


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        seeds = metafunc.config.getoption("--schedules")
        chunks = [range(start, min(start + CHUNK, seeds.stop)) for start in range(seeds.start, seeds.stop, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda seeds: f"{seeds.start}-{seeds.stop}")


@pytest.mark.asyncio
async def test_schedules_end_in_the_venues_truth_or_a_halt(seeds, record_property):
    tally = Tally()
    for seed in seeds:
        assert await trade(seed, tally) == [], f"seed {seed}"
    for name, count in tally.counts().items():
        record_property(f"schedules: {name}", count)
    assert set(tally.halts) <= {"venue", "store"}  # all else ends in agreement, not by giving up
    if len(seeds) == CHUNK:
        assert min(tally.kills, tally.full_disks, tally.clock_steps, tally.at_once) > 0
        assert set(tally.faults) == {str(fault) for fault in Fault}
