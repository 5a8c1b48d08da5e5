"""Every snippet of the documents runs, page by page, and prints what the page says.

A ``python`` block runs in the namespace of the blocks before it on its page, in a folder of its own. A ``text`` block
right after it is what it prints; ``…`` in it stands for anything.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from forexai_core.backtesting.recording import default_trials

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n*^```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE)


def pages_with_snippets() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "forexai_core" / "README.md", *sorted(DOCS.rglob("*.md"))]
    kept = [page for page in pages if not {"_build", "changelog.d"}.intersection(page.parts)]
    return [page.relative_to(ROOT).as_posix() for page in kept if FENCE.search(page.read_text(encoding="utf-8"))]


def snippets(page: Path) -> Iterator[tuple[int, str, str | None]]:
    """Give line, code and what is printed (None where the page does not say) of every snippet."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield text.count("\n", 0, match.start()) + 2, match["code"], match["printed"]


def pattern(printed: str) -> str:
    return ".*?".join(re.escape(part) for part in printed.strip().split("…"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder and an empty home for the ledger of trials."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("forexai_core.services.assembly.default_home", lambda: tmp_path / "home")
    monkeypatch.setattr("forexai_core.backtesting.recording.default_home", lambda: tmp_path / "home")
    default_trials.cache_clear()
    yield tmp_path
    default_trials().close()  # type: ignore[attr-defined]
    default_trials.cache_clear()


@pytest.mark.parametrize("name", pages_with_snippets())
def test_the_snippets_of_a_page_run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = types.ModuleType("snippets")
    monkeypatch.setitem(sys.modules, "snippets", page)
    for line, code, printed in snippets(ROOT / name):
        place = f"{name}:{line}"
        linecache.cache[place] = (len(code), None, code.splitlines(keepends=True), place)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, place, "exec"), vars(page))
        if printed is not None:
            said = out.getvalue().strip()
            assert re.fullmatch(pattern(printed), said, re.DOTALL), f"{place} printed:\n{said}"


def test_there_are_snippets_to_run() -> None:
    pages = pages_with_snippets()
    assert "README.md" in pages
    assert {"docs/tutorial.md", "docs/strategies.md", "docs/data.md", "docs/risk.md"} <= set(pages)
