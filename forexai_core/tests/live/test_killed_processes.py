"""A trading process is killed, as by ``kill -9``, at each marked point; the next one finds nothing lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("mortal_process.py")
SELDOM = 12


def start(folder, point):
    tests = str(PROGRAM.parents[1])
    path = os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), str(point)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
        timeout=300,
    )


def what_was_found(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_nothing_is_lost_or_doubled_by_a_kill_at_any_point(tmp_path, pytestconfig, record_property):
    (tmp_path / "whole").mkdir()
    whole = what_was_found(start(tmp_path / "whole", -1))
    assert whole["wrong"] == []
    assert whole["states"] == {"filled/-": 6}
    ends = set()
    points = range(0, whole["points"], 1 if pytestconfig.getoption("--every-kill") else SELDOM)
    for point in points:
        folder = tmp_path / str(point)
        folder.mkdir()
        assert start(folder, point).returncode == -signal.SIGKILL, point
        after = what_was_found(start(folder, -1))
        assert after["wrong"] == [], point
        ends |= set(after["states"])
    record_property("schedules: processes killed", len(points))
    assert {"resolved/absent", "filled/-"} <= ends
