"""The page on the simulator: its snippets run and print what it says, and it names every fault and every policy."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import attrs
import pytest

import forexai_mt5.simulator as mt5
from forexai_mt5.adapter.retcodes import KINDS as KINDS_OF_REFUSAL
from forexai_mt5.simulator.terminal.faults import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "mt5-simulator.md"
WORKER_PAGE = PAGE.with_name("mt5-worker.md")
ADAPTER_PAGE = PAGE.with_name("mt5-adapter.md")
FENCE = re.compile(
    r"^```\{code-block\} python\n(?P<code>.*?)^```\n(?:\n*^```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


@pytest.fixture
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def run(page: str) -> int:
    """Run the snippets of a page, one after the other, and compare what they print; give how many there were."""
    names: dict[str, object] = {"__name__": "snippets"}
    blocks = list(FENCE.finditer(page))
    for block in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block["code"], "snippet", "exec"), names)
        assert out.getvalue().strip() == (block["printed"] or "").strip()
    return len(blocks)


def test_the_snippets_run_and_print_what_the_page_says(page: str) -> None:
    try:
        assert run(page) == 5
    finally:
        mt5.install()


def test_the_snippet_of_the_worker_runs_and_prints_what_its_page_says() -> None:
    assert run(WORKER_PAGE.read_text(encoding="utf-8")) == 1


def test_the_snippet_of_the_adapter_runs_and_prints_what_its_page_says() -> None:
    assert run(ADAPTER_PAGE.read_text(encoding="utf-8")) == 1


def test_the_page_of_the_adapter_names_every_answer_of_a_server_that_has_a_policy() -> None:
    page = ADAPTER_PAGE.read_text(encoding="utf-8")
    named = {int(each) for each in re.findall(r"\b100\d\d\b", page)}
    for first, last in re.findall("(100[0-9]{2})\N{EN DASH}(100[0-9]{2})", page):
        named |= set(range(int(first), int(last) + 1))
    assert KINDS_OF_REFUSAL.keys() - {mt5.TRADE_RETCODE_NO_CHANGES} <= named


def test_every_fault_and_every_policy_stands_on_the_page(page: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert KINDS.keys() <= named
    assert {field.name for field in attrs.fields(mt5.Policies)} <= named
