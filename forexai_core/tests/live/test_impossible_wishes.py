"""What no venue can be asked for is said in the journal, and nothing is sent for it."""

from __future__ import annotations

import pytest
from live.session_runs import session

import forexai_core as fx
from forexai_core.strategies import commands

pytestmark = pytest.mark.kernels


@fx.compiled_strategy()
def asks_for_too_little(row, state, params, out):
    if row["index"] == 3:
        commands.buy(out, 0.1)
    if row["index"] == 6:
        commands.close(out, row["ticket"], 0.3 - 0.1 - 0.2)
        commands.trail(out, row["ticket"], 0.0, 0.0005)


def test_parts_that_round_to_nothing_and_trailing_at_no_distance_are_unmet():
    ran = session(asks_for_too_little(), fx.synthetic("EURUSD", "M1", bars=20, seed=3))
    told = str(ran.decisions)
    assert "less than half a step of the volume" in told
    assert "Trailing that begins somewhere needs a distance" in told
    (trade,) = ran.trades
    assert (trade["volume_lots"], trade["close_reason"]) == (0.1, "end_of_data")
