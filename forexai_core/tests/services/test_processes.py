"""Leases, intents and the journal between processes, and when one is killed."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap

import pytest

from forexai_core.services.assembly import embedded_services

HEAD = """
    import asyncio, json, sys
    from pathlib import Path
    from forexai_core.ports.intents import IntentDraft, IntentState
    from forexai_core.ports.journal import Entry
    from forexai_core.services.assembly import embedded_services

    home, name = Path(sys.argv[1]), sys.argv[2]
"""


def run(script, *arguments):
    program = [sys.executable, "-W", "error", "-c", textwrap.dedent(HEAD + script), *map(str, arguments)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, text=True)


TAKE_TURNS = """
    async def main():
        with embedded_services(home) as services:
            got = []
            while len(got) < 20:
                lease = await services.leases.acquire("account:main", owner=name, ttl_s=60.0)
                if lease is None:
                    await asyncio.sleep(0)
                    continue
                await services.journal.take("main", lease.fence)
                sequence = await services.journal.append(
                    "main", [Entry(time_ns=0, kind="turn", payload=name.encode())], fence=lease.fence
                )
                got.append([lease.fence.number, sequence])
                await services.leases.release(lease)
            print(json.dumps(got))

    asyncio.run(main())
"""


def test_processes_that_take_turns_never_share_a_lease(tmp_path):
    processes = [run(TAKE_TURNS, tmp_path, f"p{number}") for number in range(3)]
    turns = [turn for process in processes for turn in json.loads(process.communicate()[0])]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted(number for number, _ in turns) == list(range(1, 61))
    assert [sequence for _, sequence in sorted(turns)] == list(range(1, 61))


TRADE = """
    async def main():
        with embedded_services(home) as services:
            lease = await services.leases.acquire("account:main", owner=name, ttl_s=3600.0)
            for number in range(1, 10_000):
                draft = IntentDraft(id=f"i{number}", account="main", tag=f"t{number}", magic=1, request=b"buy")
                await services.intents.record(draft, fence=lease.fence)
                print("recorded", number, flush=True)
                await services.journal.append(
                    "main", [Entry(time_ns=number, kind="intent", payload=b"")], fence=lease.fence
                )
                print("journaled", number, flush=True)
                await services.intents.advance(f"i{number}", IntentState.SENT, fence=lease.fence)
                print("sent", number, flush=True)

    asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 2, 3, 40, 41, 42])
def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path, lines):
    process = run(TRADE, tmp_path, "trader")
    told = [process.stdout.readline().split() for _ in range(lines)]
    process.kill()
    told += [line.split() for line in process.stdout.read().splitlines()[:-1]]
    process.stdout.close()
    process.wait()
    last = {what: max((int(n) for w, n in told if w == what), default=0) for what in ("recorded", "journaled", "sent")}

    async def check():
        with embedded_services(tmp_path) as services:
            there = [record.time_ns async for record in services.journal.read("main")] if last["journaled"] else []
            assert there[: last["journaled"]] == list(range(1, last["journaled"] + 1))
            assert len(there) <= last["recorded"] + 1
            states = {i.draft.id: i.state for i in await services.intents.unsettled("main")}
            for number in range(1, last["recorded"] + 1):
                assert f"i{number}" in states
            for number in range(1, last["sent"] + 1):
                assert states[f"i{number}"] == "sent"
            assert len(states) <= last["sent"] + 2

    asyncio.run(check())
