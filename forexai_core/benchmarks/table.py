"""Writes docs/benchmarks.md of what pytest-benchmark has measured."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from comparison import Outcome, aim, contenders, figure, number

Tests = list[dict[str, Any]]

OPENING = """# Benchmarks

Written by `nox -s benchmarks`, which runs `forexai_core/benchmarks` on your machine: it measures every row below,
beside the other libraries that can do the same work and beside a bare kernel, and writes this page anew.

- A row's contenders get the same prices, signals, stops and costs, as far as they can model them; what they leave out
  stands below.
- They run interleaved, each once a round, and the medians of the rounds are compared, so that whatever else the machine
  does meets all of them. Ratios of one run say more than its times.
- Peers run in processes and environments of their own, with the versions pinned in `forexai_core/benchmarks/peers`.
  Slow ones are given fewer rows, and their time is scaled.
- The bare kernel is the least that any engine has to do: one pass by hand, nothing checked, named or explained.
- Memory is the peak of a process of its own, everything in it included.
- Compiled code is in the cache, inputs are fingerprinted, and the recording of the trial is part of every run.
"""
BOUNDS = Path(__file__).with_name("bounds.md")
"""What bounds the rows that miss their aims, and what was tried: written by hand, from profiles."""

REPEAT = """## Repeat it

`nox -s benchmarks` measures everything and writes this page. `nox -s benchmarks -- -k "p1 or p8"` measures some rows
and prints them, `-- --without-peers` leaves the other libraries out; neither touches this page.
"""


def write(measured: dict[str, Any], page: Path) -> None:
    """Write the page.

    Parameters
    ----------
    measured : dict
        What ``--benchmark-json`` wrote.
    page : Path
        Overwritten.
    """
    tests: Tests = measured["benchmarks"]
    outcomes = [test["extra_info"]["contest"] for test in tests if "contest" in test["extra_info"]]
    outcomes.sort(key=lambda outcome: outcome["row"])
    parts = [OPENING, _machine(measured["machine_info"]), _aims(outcomes, tests), *_details(outcomes)]
    parts += [_indicators(tests), _peers(outcomes), BOUNDS.read_text(encoding="utf-8"), REPEAT]
    page.write_text("\n".join(part for part in parts if part), encoding="utf-8")


def _machine(info: dict[str, Any]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else None
    held = "" if memory is None else f", {memory:.0f} GiB of memory"
    brand = info["cpu"].get("brand_raw", info["machine"])
    libraries = ", ".join(f"{name} {version(name)}" for name in ("forexai-core", "numpy", "numba", "TA-Lib"))
    return (
        f"Measured on {info['cpu'].get('count', os.cpu_count())} cores of {brand}{held}, {info['system']} "
        f"{info['release']}, Python {platform.python_version()}, {libraries}.\n"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _aims(outcomes: list[Outcome], tests: Tests) -> str:
    rows = [
        (
            outcome["row"] if first else "",
            outcome["work"] if first else "",
            measure["what"],
            figure(measure),
            aim(measure),
        )
        for outcome in outcomes
        for first, measure in zip([True] + [False] * len(outcome["measures"]), outcome["measures"], strict=False)
    ]
    ratios = list(_ratios(tests).values())
    if ratios:
        worst = {"what": "slowest", "value": max(ratios), "unit": "x TA-Lib", "aim": 1.0, "at_most": True}
        mean = {"what": "geometric mean", "value": _mean(ratios), "unit": "x TA-Lib", "aim": 0.6, "at_most": True}
        work = f"each of the {len(ratios)} indicators that TA-Lib has too, 1,000,000 bars"
        rows += [
            ("P7", work, "slowest", figure(worst), aim(worst)),
            ("", "", "geometric mean", figure(mean), aim(mean)),
        ]
        rows.sort(key=_row_order(rows))
    return "## Aims\n\n" + _table(("row", "work", "measured", "ours", "aim"), rows)


def _row_order(rows: list[tuple[str, ...]]) -> Any:
    """Sort by row, where a line without one belongs to the line above it."""
    place, name = {}, ""
    for at, row in enumerate(rows):
        name = row[0] or name
        place[id(row)] = (name, at)
    return lambda row: place[id(row)]


def _details(outcomes: list[Outcome]) -> list[str]:
    parts = []
    for outcome in outcomes:
        if outcome["limit_seconds"] is None and not outcome["peers"]:
            continue
        own = outcome["measures"][0]
        rows = [("**ours**", figure(own), "", _memory(outcome), _trades(outcome.get("trades", {}).get("ours")))]
        known = {peer["name"]: peer for peer in outcome["peers"]}
        for name, shown, ratio in contenders(outcome):
            peer = known.get(name, {})
            trades = peer.get("trades") if peer else outcome.get("trades", {}).get("limit")
            given = f" (of {peer['rows']:,} rows)" if peer.get("rows", outcome["rows"]) != outcome["rows"] else ""
            rows.append((name, shown + given, ratio, _memory(peer), _trades(trades) + (given if trades else "")))
        head = ("", "time" if outcome["shown"] != "M/s" else "speed", "ratio", "peak memory", "trades")
        parts.append(f"## {outcome['row']}: {outcome['work']}\n\n" + _table(head, rows))
    return parts


def _memory(contender: Outcome) -> str:
    return f"{contender['peak_mb']:,.0f} MB" if contender.get("peak_mb") else ""


def _trades(count: int | None) -> str:
    return f"{count:,}" if count else ""


def _ratios(tests: Tests) -> dict[str, float]:
    """Give the time of each indicator over TA-Lib's."""
    return {
        test["params"].get("name", test["name"]) if test.get("params") else test["name"]: test["extra_info"][
            "ratio_to_talib"
        ]
        for test in tests
        if "ratio_to_talib" in test["extra_info"]
    }


def _mean(ratios: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def _indicators(tests: Tests) -> str:
    ratios = _ratios(tests)
    if not ratios:
        return ""
    rows = [(name, number(ratio)) for name, ratio in sorted(ratios.items(), key=lambda pair: pair[1])]
    half = -(-len(rows) // 2)
    left, right = rows[:half], rows[half:] + [("", "")] * (2 * half - len(rows))
    paired = [(*one, *other) for one, other in zip(left, right, strict=True)]
    text = "Time over TA-Lib's in the same run; below 1 is faster.\n\n"
    return "## P7: indicators\n\n" + text + _table(("indicator", "ratio", "indicator", "ratio"), paired)


def _peers(outcomes: list[Outcome]) -> str:
    rows = {}
    for outcome in outcomes:
        for peer in outcome["peers"]:
            if "versions" in peer:
                named = ", ".join(f"{name} {number}" for name, number in peer["versions"].items())
                rows[peer["name"]] = (peer["name"], named, peer["lacks"])
            elif "missing" in peer:
                rows.setdefault(peer["name"], (peer["name"], "not measured", peer["missing"]))
    if not rows:
        return ""
    return "## What the others leave out\n\n" + _table(("", "versions", "does not model"), rows.values())
