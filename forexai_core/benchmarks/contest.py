"""One row of the table: ours, the bare kernel and the peers, interleaved over several rounds.

Ours and the bare kernel run in this process, timed by pytest-benchmark; each peer, and ours once more for its memory,
runs in a process of its own that ``peers/serve.py`` serves. A round runs every contender once, so that whatever else
the machine does meets all of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import limit
import ours
from comparison import lines_of
from environments import PEERS, PeerMissingError, python_of
from task import Run, Task

_QUICK_S = 0.05
_REPEATS = 3
"""Runs a round of a contender that is quick; others run once."""


@attrs.frozen
class Peer:
    """Another library, and which of its cases does the work of a row.

    Attributes
    ----------
    name : str
        As the table shows it.
    script : str
        ``peers/on_<script>.py``.
    rows : int or None
        Rows that it is given when all would take minutes; its time is scaled.
    requirements : str or None
        ``peers/<requirements>.txt``; default that of the script's name.
    """

    name: str
    script: str
    rows: int | None = None
    options: dict[str, Any] = attrs.field(factory=dict)
    requirements: str | None = None


@attrs.frozen
class Measure:
    """A figure of ours beside its aim; None where it cannot be measured yet, or has no aim."""

    what: str
    value: float | None
    unit: str
    aim: float | None
    at_most: bool = True


class Worker:
    """A contender in a process of its own."""

    def __init__(self, python: Path, script: Path) -> None:
        command = [str(python), str(PEERS / "serve.py"), str(script)]
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed when the process ends
        # A peer's packages are those of its own environment, wherever this process has its from.
        own = {**os.environ} if python == Path(sys.executable) else _without_paths()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True, env=own
        )

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Give the answer to one question.

        Raises
        ------
        PeerMissingError
            If the process ended instead; with its last words.
        """
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            process.kill()
            process.communicate()
            self._said.seek(0)
            said = self._said.read().strip().splitlines()
            self._said.close()
            raise PeerMissingError(said[-1] if said else "ended without a word") from None
        return answer

    def end(self) -> float:
        """End it, and give the most memory that it held, MB."""
        peak = float(self.ask({"end": True})["peak_mb"])
        self._process.communicate()
        self._said.close()
        return peak


def _without_paths() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}


@attrs.define
class _Entrant:
    """A peer on its way: what it said, and the seconds a row of each of its runs."""

    peer: Peer
    rows: int
    worker: Worker
    told: dict[str, Any]
    seconds: list[float] = attrs.field(factory=list)

    def run(self) -> None:
        repeats = _REPEATS if self.seconds and self.seconds[-1] < _QUICK_S else 1
        self.seconds += self.worker.ask({"repeats": repeats})["seconds"]

    def outcome(self) -> dict[str, Any]:
        return {
            "name": self.peer.name,
            "seconds": statistics.median(self.seconds),
            "rows": self.rows,
            "peak_mb": self.worker.end(),
            "sets": self.peer.options.get("sets", 1),
            **self.told,
        }


class Contest:
    """The contest of one row; the fixture ``contest`` makes it."""

    def __init__(self, benchmark: Any, capsys: Any, folder: Path, place: Path | None) -> None:
        self.benchmark = benchmark
        self.capsys = capsys
        self.folder = folder
        self.place = place
        self.outcome: dict[str, Any] = {}

    def run(
        self,
        case: str,
        rows: int,
        peers: Sequence[Peer] = (),
        *,
        peer_case: str | None = None,
        rounds: int = 7,
        options: dict[str, Any] | None = None,
    ) -> None:
        """Run all contenders of a case.

        Parameters
        ----------
        case : str
            Name in ``CASES`` of ours and of the bare kernel; where ours has none yet, the kernel alone is timed.
        rows : int
            Bars, ticks or returns.
        peers : sequence of Peer
            Who takes part.
        peer_case : str, optional
            The peers' name for it.
        rounds : int
            How many.
        options : dict, optional
            Of the case, for all.
        """
        given = Task(self.folder, rows, options or {})
        bare = limit.CASES[case](given) if case in limit.CASES else None
        mine = ours.CASES[case](given) if case in ours.CASES else None
        entrants, missing = self._entrants(peer_case or case, given, peers)
        bare_seconds: list[float] = []
        timed = mine or bare
        assert timed is not None

        def others() -> None:
            for entrant in entrants:
                entrant.run()
            if mine is not None and bare is not None:
                bare_seconds.extend(_seconds(bare))
            timed()  # warm again after all of them

        trades = {"ours": mine() if mine else None, "limit": bare() if bare else None}
        self.benchmark.pedantic(timed, setup=others, rounds=rounds)
        median = statistics.median(self.benchmark.stats.stats.data)
        self.outcome = {
            "case": case,
            "rows": rows,
            "sets": given.options.get("sets", 1),
            "seconds": median if mine else None,
            "limit_seconds": statistics.median(bare_seconds) if mine and bare else (None if mine else median),
            "trades": trades,
            "peak_mb": self._peak_mb(case, given) if mine else None,
            "peers": [entrant.outcome() for entrant in entrants] + missing,
        }

    def _entrants(self, case: str, given: Task, peers: Sequence[Peer]) -> tuple[list[_Entrant], list[dict[str, Any]]]:
        entrants: list[_Entrant] = []
        missing: list[dict[str, Any]] = []
        for peer in peers:
            rows = min(peer.rows or given.rows, given.rows)
            try:
                worker = Worker(python_of(peer.requirements or peer.script, self.place), PEERS / f"on_{peer.script}.py")
                told = worker.ask(_question(case, given._replace(rows=rows, options=given.options | peer.options)))
            except PeerMissingError as why:
                missing.append({"name": peer.name, "missing": str(why)})
            else:
                entrants.append(_Entrant(peer, rows, worker, told))
        return entrants, missing

    def _peak_mb(self, case: str, given: Task) -> float:
        worker = Worker(Path(sys.executable), Path(ours.__file__))
        worker.ask(_question(case, given))
        worker.ask({"repeats": _REPEATS})
        return worker.end()

    def record(self, row: str, work: str, shown: str, *measures: Measure) -> None:
        """Keep the outcome for the table, and print it.

        Parameters
        ----------
        row : str
            ``P1`` to ``P9``.
        work : str
            What is done.
        shown : {"ms", "M/s"}
            How times are shown: of all rows, or as rows a second.
        *measures : Measure
            Ours beside the aims.
        """
        self.outcome |= {"row": row, "work": work, "shown": shown, "measures": [attrs.asdict(m) for m in measures]}
        self.benchmark.extra_info["contest"] = self.outcome
        with self.capsys.disabled():
            print("\n" + "\n".join(lines_of(self.outcome)))


def _question(case: str, given: Task) -> dict[str, Any]:
    return {"case": case, "folder": str(given.folder), "rows": given.rows, "options": given.options}


def _seconds(run: Run) -> list[float]:
    """Time a kernel as a peer is timed."""
    seconds = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
        if seconds[-1] > _QUICK_S:
            break
    return seconds
