"""Compiled steps that are kept on disk: an edit of anything that they reach, in whatever file, is met at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba.extending import overload

from forexai_core.engine.deciding.footprint import footprint
from forexai_core.engine.deciding.kept_steps import keep_current

pytestmark = [
    pytest.mark.compiled,
    pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is kept without compiling"),  # type: ignore[attr-defined]
]

RUN = """
import json
import numpy as np
from forexai_core.arrays import COMMAND, ROW
from forexai_core.backtesting.described import described
import strat

strategy = strat.step()
program = strategy.program(None)
out = np.zeros(4, COMMAND)
program.step(np.zeros(1, ROW)[0], program.state, program.params, out)
hits = {name: sum(each.stats.cache_hits.values()) for name, each in strat.WATCHED.items()}
print(json.dumps([out["volume_lots"].tolist()[:1], described(strategy), hits]))
"""

STRATEGIES = {
    "a helper of another file": """
        import forexai_core as fx
        from forexai_core.strategies import commands
        from helper import lots
        @fx.compiled_strategy(cache=True)
        def step(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, lots())
        WATCHED = {"helper": lots}
    """,
    "a module": """
        import forexai_core as fx
        from forexai_core.strategies import commands
        import helper
        @fx.compiled_strategy(cache=True)
        def step(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, helper.lots())
        WATCHED = {"helper": helper.lots}
    """,
    "a constant of another file": """
        import forexai_core as fx
        from forexai_core.strategies import commands
        from helper import LOTS
        @fx.compiled_strategy(cache=True)
        def step(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, LOTS)
        WATCHED = {}
    """,
    "a step that its author compiled": """
        import numba
        import forexai_core as fx
        from forexai_core.strategies import commands
        from helper import lots
        @numba.njit(cache=True)
        def entry(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, lots())
        step = fx.compiled_strategy()(entry)
        WATCHED = {"entry": entry}
    """,
    "a kept helper between": """
        import numba
        import forexai_core as fx
        from forexai_core.strategies import commands
        from helper import lots
        @numba.njit(cache=True)
        def twice():
            return 2.0 * lots()
        @fx.compiled_strategy()
        def step(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, twice() / 2.0)
        WATCHED = {"twice": twice}
    """,
    "a kept helper that was called before": """
        import numba
        import forexai_core as fx
        from forexai_core.strategies import commands
        from helper import lots
        @numba.njit("float64()", cache=True)
        def twice():
            return 2.0 * lots()
        twice()
        @fx.compiled_strategy()
        def step(row, state, params, out):
            if row["index"] == 0:
                commands.buy(out, twice() / 2.0)
        WATCHED = {"twice": twice}
    """,
}
HELPER = """
import numba
LOTS = {lots}
@numba.njit
def lots():
    return {lots}
"""


class Author:
    """Somebody's folder of strategies, each run in a process of its own."""

    def __init__(self, folder: Path, strategy: str) -> None:
        self.folder = folder
        (folder / "strat.py").write_text(textwrap.dedent(strategy), encoding="utf-8")
        (folder / "run.py").write_text(RUN, encoding="utf-8")

    def edit(self, lots: float) -> None:
        (self.folder / "helper.py").write_text(HELPER.format(lots=lots), encoding="utf-8")

    def run(self) -> tuple[list[float], dict[str, Any], dict[str, int]]:
        """Give the volume asked for, what the fingerprint of a run takes up, and how often functions came from disk."""
        search = os.pathsep.join([str(self.folder), *sys.path])
        environment = {**os.environ, "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, str(self.folder / "run.py")],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        volumes, said, hits = json.loads(done.stdout.splitlines()[-1])
        return volumes, said, hits


@pytest.mark.parametrize("name", STRATEGIES)
def test_an_edit_in_another_file_is_met_by_the_next_process(name: str, tmp_path: Path) -> None:
    author = Author(tmp_path, STRATEGIES[name])
    author.edit(0.3)
    first, before, _ = author.run()
    again, same, hits = author.run()
    author.edit(0.7)
    edited, after, _ = author.run()
    assert (first, again, edited) == ([0.3], [0.3], [0.7])
    assert before == same != after
    if name in {"a step that its author compiled", "a kept helper between"}:
        assert set(hits.values()) == {1}, "what has not changed comes from disk"


# ------------------------------------------------------------------------------------------------- what is reached
SIZE = 0.3
TABLE = np.array([0.1, 0.2])


@numba.njit
def leaf() -> float:
    return SIZE


def plain(x: float) -> float:
    return float(leaf() + x + TABLE[0])


def other(x: float) -> float:
    return float(leaf() + x)


def made(size: float) -> Any:
    def closure() -> float:
        return size

    return closure


def test_constants_arrays_closures_and_callees_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = footprint(plain)
    assert before == footprint(plain)
    assert before.dispatchers == (leaf,)
    assert before.unknown == ()
    assert footprint(made(1.0)).code != footprint(made(2.0)).code
    assert footprint(made(1.0)).source != footprint(made(2.0)).source
    monkeypatch.setitem(plain.__globals__, "SIZE", 0.4)
    changed = footprint(plain)
    assert changed.code != before.code
    assert changed.source != before.source
    monkeypatch.undo()
    assert footprint(plain) == before
    TABLE[1] = 0.5
    assert footprint(plain).code != before.code
    TABLE[1] = 0.2
    assert footprint(other).code != before.code


def stub(x: float) -> float:
    raise NotImplementedError


@overload(stub)
def compiled_for_the_stub(x: float) -> Any:
    def body(x: float) -> float:
        return x * SIZE

    return body


def uses_the_stub(x: float) -> float:
    return stub(x)


def test_what_numba_compiles_in_a_functions_place_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = footprint(uses_the_stub)
    monkeypatch.setitem(uses_the_stub.__globals__, "SIZE", 0.4)
    assert footprint(uses_the_stub).code != before.code


class Odd:
    """A thing of which nobody can tell what it is made of."""


ODD = Odd()


def uses_the_odd() -> Any:
    return ODD


def test_what_cannot_be_told_is_named() -> None:
    (unknown,) = footprint(uses_the_odd).unknown
    assert unknown.endswith(f"ODD, a {__name__}.Odd")


@numba.njit(cache=True)
def kept_with_the_odd(x: float) -> float:
    return x if ODD is None else x + 1.0


def test_what_cannot_be_told_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    keep_current(kept_with_the_odd)
    assert kept_with_the_odd.stats.cache_path is None
    assert "kept_with_the_odd is not kept on disk" in caplog.text
    assert "ODD" in caplog.text
