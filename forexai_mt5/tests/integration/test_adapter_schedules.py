"""Whatever goes wrong with a terminal: no order is sent twice, none is lost, and in the end the truth is known.

``--mt5-schedules 10000`` or ``--mt5-schedules 300:10000`` makes it a long run; a seed is enough to find one again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from adapter_schedules import Tally, trade

pytestmark = pytest.mark.usefixtures("ledger")

CHUNK = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" in metafunc.fixturenames:
        seeds = metafunc.config.getoption("--mt5-schedules")
        chunks = [range(start, min(start + CHUNK, seeds.stop)) for start in range(seeds.start, seeds.stop, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda seeds: f"{seeds.start}-{seeds.stop}")


async def test_schedules_end_in_the_servers_truth(seeds: range, record_property: Callable[[str, object], None]) -> None:
    tally = Tally()
    for seed in seeds:
        assert await trade(seed, tally) == [], f"seed {seed}"
    for name, count in tally.counts().items():
        record_property(f"mt5: {name}", count)
    if len(seeds) == CHUNK:
        assert min(tally.kills, tally.sends, tally.restarts - tally.schedules) > 0
