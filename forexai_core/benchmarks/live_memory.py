"""What the live loop keeps: the memory of a session after a million ticks, and after ten times as many.

``python forexai_core/benchmarks/live_memory.py [FIRST LAST]`` runs a session over LAST ticks in this process, and
prints the memory that is its own after FIRST and after LAST of them. All prices are in memory before the first is
taken, so what grows is what the loop keeps.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import live_loop

import forexai_core as fx
from forexai_core.live.session.loop import Session
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.specification import spec_of

FIRST, LAST = 1_000_000, 10_000_000
PAGES = 20
"""How often memory is looked at on the way."""


def resident_mb() -> float:
    """Give the memory of this process that is in use and not shared with files, MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["RssAnon"].split()[0]) / 1024


class Watching:
    """Looks at the memory at some counts of prices."""

    def __init__(self, counts: list[int]) -> None:
        self._counts = counts
        self.seen: list[tuple[int, float]] = []

    def follow(self, session: Session) -> None:
        if self._counts and session.prices >= self._counts[0]:
            del self._counts[0]
            gc.collect()
            self.seen.append((session.prices, resident_mb()))


async def watched(first: int, last: int, folder: Path) -> list[tuple[int, float]]:
    """Run a session that trades, with its journal and its intents in files; give memory by prices taken."""
    ticks = fx.synthetic("EURUSD", "tick", bars=last, seed=live_loop.SEED)
    plan = live_loop.a_plan(live_loop.ten_indicators(), ticks, "M1", fx.Risk.of_session())
    spec = spec_of(
        {
            "accounts": [{"name": "main"}],
            "feeds": [{"symbol": "EURUSD", "timeframe": "tick"}],
            "strategies": [{"name": "only"}],
        },
        "a benchmark",
    )
    between = [first + round((last - first) * part / PAGES) for part in range(1, PAGES)]
    watching = Watching([first, *between, last])
    opened = await open_session(spec, (plan,), folder, owner="benchmark", hear=print)
    with closing(opened):
        await opened.session.run(watching.follow)
    (run,) = opened.session.runs
    print(f"{opened.session.prices:,} prices, {run.session.book.decisions:,} decisions, {run.session.carried:,} orders")
    return watching.seen


def main(arguments: list[str]) -> int:
    """Print the memory, and say by the exit code whether it grew by more than a twentieth."""
    first, last = (int(each) for each in arguments) if arguments else (FIRST, LAST)
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(watched(first, last, Path(folder)))
    for prices, used_mb in seen:
        print(f"{prices:>12,} prices: {used_mb:8.1f} MB")
    growth = seen[-1][1] / seen[0][1] - 1.0
    print(f"from {seen[0][0]:,} to {seen[-1][0]:,} prices: {growth:+.2%}")
    return int(growth > 0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
