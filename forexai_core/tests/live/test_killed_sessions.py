"""A session is killed, as by ``kill -9``: the next start judges by what the killed one had judged by."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from live.mortal_session import BALANCE, GAINS, mortal_trading
from live.venue_trading import Venue

pytestmark = [
    pytest.mark.kernels,
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows"),
]

PROGRAM = Path(__file__).with_name("mortal_session.py")


def killed(folder, point):
    path = os.pathsep.join(filter(None, [str(PROGRAM.parents[1]), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), point],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("point", sorted(GAINS))
async def test_a_risen_floor_and_the_rate_of_orders_outlive_a_kill(tmp_path, point):
    killed(tmp_path, point)
    async with mortal_trading(tmp_path, Venue) as trading:
        control = trading.run.session.screening.control
        assert control.watch.marks["trailing-drawdown"].base == BALANCE + GAINS[point]
        await trading.minutes(1)
        _, records = await trading.end()
    (decision,) = [each for each in records if each["kind"] == "decision" and each.get("wishes")][-1:]
    refused = {said["rule"] for said in decision["wishes"][0]["verdicts"] if not said["allowed"]}
    assert ("orders-per-minute" in refused) == (point == "send")
