"""The pages on brokers and on the connector: their snippets run, and print what the pages say."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import get_args

import pytest

from forexai_mt5.protocol.schema import CONNECTOR, PLATFORM
from forexai_mt5.protocol.trading import Outcome

DOCS = Path(__file__).parents[3] / "docs"
FENCE = re.compile(
    r"^```\{code-block\} python\n(?P<code>.*?)^```\n(?:\n*^```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize("page", ["mt5-brokers.md", "mt5-connector.md"])
def test_the_snippets_run_and_print_what_the_page_says(page: str) -> None:
    blocks = list(FENCE.finditer((DOCS / page).read_text(encoding="utf-8")))
    assert len(blocks) == 1
    for block in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block["code"], page, "exec"), {"__name__": "snippets"})
        assert out.getvalue().strip() == block["printed"].strip()


def test_every_message_and_every_outcome_stands_on_the_page() -> None:
    named = set(re.findall(r"`([A-Z_]+)`", (DOCS / "mt5-connector.md").read_text(encoding="utf-8")))
    assert {model.model_fields["type"].default for model in (*CONNECTOR, *PLATFORM)} <= named
    assert set(get_args(Outcome)) <= named
