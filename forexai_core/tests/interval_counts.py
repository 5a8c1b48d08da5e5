"""Counts how often the interval is certified, how wide it is, and whether the ticks ever lie outside: a long run.

``python forexai_core/tests/interval_counts.py --intervals 1000 --processes 2`` prints the tables; a certificate that
does not hold ends it with exit code 1. It can be parted by seeds, stopped and gone on with, and put together again:

    --first 0 --intervals 500 --save one.jsonl
    --first 500 --intervals 500 --save two.jsonl
    --tables one.jsonl two.jsonl
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

CHUNK = 10
JUMP = 4  # points, the longest step of the series that jump


class Count(NamedTuple):
    """What one series showed."""

    kind: str
    step: int
    seed: int
    certified: bool
    reason: str
    width: float
    net: float
    trades: int
    outside: bool
    cpu_s: float


class Chunk(NamedTuple):
    """Some series of one kind, for one process."""

    kind: str  # of interval_markets.KINDS, or "rules"
    step: int
    seeds: list[int]


def _runs(kind: str, seed: int, step: int) -> Any:
    from interval_markets import coarse_and_fine
    from interval_rules import coarse_and_fine_by_rules

    return coarse_and_fine_by_rules(seed, jumps=step > 1) if kind == "rules" else coarse_and_fine(kind, seed, step)


def _count(kind: str, seed: int, step: int) -> Count:
    started = time.process_time()
    coarse, fine = _runs(kind, seed, step)
    interval = coarse.interval
    low, own, high = (round(float(value), 2) for value in (interval.worst, fine.metrics["net_profit"], interval.best))
    return Count(
        kind=kind,
        step=step,
        seed=seed,
        certified=bool(interval.certified),
        reason=interval.reason,
        width=round(high - low, 2),
        net=own,
        trades=len(fine.trades),
        outside=bool(interval.certified and not low <= own <= high),
        cpu_s=time.process_time() - started,
    )


def count_chunk(chunk: Chunk) -> list[Count]:
    """Count the series of a chunk."""
    return [_count(chunk.kind, seed, chunk.step) for seed in chunk.seeds]


def _row(counts: list[Count]) -> str:
    sure = [each for each in counts if each.certified]
    width = np.mean([each.width for each in sure]) if sure else np.nan
    trades = np.mean([each.trades for each in sure]) if sure else np.nan
    net = np.mean([abs(each.net) for each in sure]) if sure else np.nan
    steps = "points" if counts[0].step == 1 else "jumps"
    cells = [
        counts[0].kind,
        steps,
        str(len(counts)),
        f"{len(sure) / len(counts):.1%}",
        f"{width:.2f}",
        f"{width / trades:.3f}" if sure and trades else "",
        f"{width / net:.3f}" if sure and net else "",
        str(sum(each.outside for each in counts)),
        f"{np.mean([each.cpu_s for each in counts]):.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def report(counts: list[Count]) -> str:
    """Write the tables."""
    counts = sorted(counts, key=lambda each: (each.kind == "rules", each.kind, each.step, each.seed))
    by_kind: dict[tuple[str, int], list[Count]] = defaultdict(list)
    for each in counts:
        by_kind[each.kind, each.step].append(each)
    lines = [
        "| strategy | steps | series | certified | mean width | a trade | of mean abs. net | outside | CPU s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_row, by_kind.values()),
        "",
        "Not certified, by reason:",
    ]
    for (kind, step), own in by_kind.items():
        reasons = Counter(part for each in own if not each.certified for part in each.reason.split("; "))
        lines += [
            f"- {kind}, {'points' if step == 1 else 'jumps'}: {number} of {len(own)}: {reason}"
            for reason, number in reasons.most_common()
        ]
    lines += [f"- OUTSIDE: {each.kind}, step {each.step}, seed {each.seed}" for each in counts if each.outside]
    return "\n".join(lines)


def _kept(files: list[Path]) -> list[Count]:
    """Read what runs have saved; of a series that several counted, the last."""
    found: dict[tuple[str, int, int], Count] = {}
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            count = Count(**json.loads(line))
            found[count.kind, count.step, count.seed] = count
    return list(found.values())


def _chunks(kinds: list[str], seeds: range, known: set[tuple[str, int, int]]) -> list[Chunk]:
    """Part the series among processes, seed by seed, so that every table grows evenly."""
    found = []
    for first in range(seeds.start, seeds.stop, CHUNK):
        part = range(first, min(first + CHUNK, seeds.stop))
        for kind in kinds:
            for step in (1, JUMP):
                left = [seed for seed in part if (kind, step, seed) not in known]
                if left:
                    found.append(Chunk(kind, step, left))
    return found


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def _count_all(chunks: list[Chunk], counts: list[Count], given: argparse.Namespace) -> None:
    """Count chunk by chunk; save each, tell how far it is, and print the tables so far now and then."""
    started = told = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(given.processes) as pool:
        for number, found in enumerate(pool.imap_unordered(count_chunk, chunks), 1):
            counts += found
            if given.save:
                with given.save.open("a", encoding="utf-8") as file:
                    file.writelines(f"{json.dumps(each._asdict())}\n" for each in found)
            for each in found:
                if each.outside:
                    _say(f"OUTSIDE: {each}")
            now = time.monotonic()
            left = (now - started) / number * (len(chunks) - number)
            _say(f"{number} of {len(chunks)} chunks; about {left / 60:.0f} minutes left")
            if now - told > given.every:
                told = now
                print(f"\nSo far:\n\n{report(counts)}\n", flush=True)


def main() -> int:
    """Count, print, and say whether every certificate held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--intervals", type=int, default=1_000, help="series of ticks for each kind and step")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kinds", default="", help="comma-separated; default all")
    parser.add_argument("--save", type=Path, help="a file to keep the counts in; what it holds is not counted again")
    parser.add_argument("--every", type=float, default=300.0, help="seconds between tables of what is counted so far")
    parser.add_argument("--tables", type=Path, nargs="+", help="only print the tables of these saved files together")
    given = parser.parse_args()
    if given.tables:
        counts = _kept(given.tables)
    else:
        from interval_markets import KINDS

        kinds = given.kinds.split(",") if given.kinds else [*KINDS, "rules"]
        seeds = range(given.first, given.first + given.intervals)
        counts = _kept([given.save] if given.save and given.save.exists() else [])
        _count_all(_chunks(kinds, seeds, {(each.kind, each.step, each.seed) for each in counts}), counts, given)
    span = [each.seed for each in counts]
    print(f"\nSeeds {min(span)} to {max(span)}.\n\n{report(counts)}")
    return int(any(each.outside for each in counts))


if __name__ == "__main__":
    sys.exit(main())
