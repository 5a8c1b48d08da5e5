"""Whatever goes wrong: at most one order an intent, never too much, and in the end the venue's truth or a halt."""

from __future__ import annotations

import pytest
from live.fault_schedules import Tally, trade

from forexai_core.testing import Fault

SCHEDULES, GROUPS = 300, 10


@pytest.mark.asyncio
@pytest.mark.parametrize("group", range(GROUPS))
async def test_schedules_end_in_the_venues_truth_or_a_halt(group):
    tally = Tally()
    for seed in range(group, SCHEDULES, GROUPS):
        assert await trade(seed, tally) == [], f"seed {seed}"
    assert tally.kills > 10
    assert set(tally.faults) == {str(fault) for fault in Fault}
    assert set(tally.halts) <= {"venue"}  # all else ends in agreement, not by giving up
