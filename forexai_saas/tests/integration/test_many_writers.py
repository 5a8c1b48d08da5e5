"""Several threads and several processes share one book, and no unit is given twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from forexai_core.errors import QuotaExceededError
from forexai_core.services import embedded_services
from forexai_saas.billing.meter import PlanMeter
from forexai_saas.settings import MeterSettings

PROCESS = """
import asyncio, json, sys
from pathlib import Path
from forexai_core.errors import QuotaExceededError
from forexai_core.services import embedded_services
from forexai_saas.billing.meter import PlanMeter
from forexai_saas.settings import MeterSettings

async def work(home, name):
    got = []
    with embedded_services(Path(home)) as services:
        meter = PlanMeter(MeterSettings(wait_s=60), services)
        print("ready", flush=True)
        sys.stdin.readline()  # all begin together
        for number in range(6):
            try:
                await meter.reserve("alice", "ai_questions", 1, key=f"{name}-{number}")
            except QuotaExceededError:
                continue
            got.append(number)
            await meter.settle(f"{name}-{number}", 1)
    print(json.dumps(got))

asyncio.run(work(sys.argv[1], sys.argv[2]))
"""


PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def _all_told(processes):
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return processes


def test_processes_share_ten_units(tmp_path):
    started = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path), f"p{number}"], text=True, **PIPES)
        for number in range(3)
    ]
    assert [process.stdout.readline() for process in started] == ["ready\n"] * 3
    outcomes = [process.communicate() for process in _all_told(started)]
    assert [errors for _, errors in outcomes] == ["", "", ""]
    assert sum(len(json.loads(given)) for given, _ in outcomes) == 10
    with embedded_services(tmp_path) as services:
        usage = asyncio.run(PlanMeter(MeterSettings(), services).usage("alice", "ai_questions"))
    assert (usage.settled, usage.reserved) == (10, 0)


def test_threads_share_three_units(tmp_path):
    with embedded_services(tmp_path) as services:
        meter = PlanMeter(MeterSettings(wait_s=60), services)

        def one(number):
            try:
                asyncio.run(meter.reserve("alice", "backtests", 1, key=f"k{number}"))
            except QuotaExceededError:
                return 0
            return 1

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(one, range(16))) == 3
        assert asyncio.run(meter.usage("alice", "backtests")).reserved == 3
