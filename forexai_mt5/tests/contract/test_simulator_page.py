"""The page on the simulator: its snippets run and print what it says, and it names every fault and every policy."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import attrs
import pytest

import forexai_mt5.simulator as mt5
from forexai_mt5.simulator.terminal.faults import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "mt5-simulator.md"
FENCE = re.compile(
    r"^```\{code-block\} python\n(?P<code>.*?)^```\n(?:\n*^```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


@pytest.fixture
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_snippets_run_and_print_what_the_page_says(page: str) -> None:
    names: dict[str, object] = {"__name__": "snippets"}
    blocks = list(FENCE.finditer(page))
    assert len(blocks) == 5
    try:
        for block in blocks:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(block["code"], PAGE.name, "exec"), names)
            assert out.getvalue().strip() == (block["printed"] or "").strip()
    finally:
        mt5.install()


def test_every_fault_and_every_policy_stands_on_the_page(page: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert KINDS.keys() <= named
    assert {field.name for field in attrs.fields(mt5.Policies)} <= named
