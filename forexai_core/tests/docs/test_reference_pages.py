"""What is public is documented, and what is published as a file is what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import forexai_core as fx
from forexai_core import indicators
from forexai_core.indicators.candlestick_patterns.registry import PATTERNS
from forexai_core.indicators.catalogue import catalogue
from forexai_core.metrics import METRICS

DOCS = Path(__file__).parents[3] / "docs"
LISTED = re.compile(r"^\.\. auto(?:class|function|data|module):: (\S+)$", re.MULTILINE)


def listed() -> set[str]:
    pages = [*DOCS.glob("api/*.md"), *DOCS.glob("hooks/*.md"), *DOCS.glob("*.md")]
    return {name for page in pages for name in LISTED.findall(page.read_text(encoding="utf-8"))}


def test_every_public_name_stands_in_the_reference() -> None:
    index = (DOCS / "api" / "index.md").read_text(encoding="utf-8")
    modules = {"arrays", "commands", "errors", "indicators", "strategies", "__version__"}
    for name in fx.__all__:
        if name in modules:
            assert f"`{name}`" in index or f"`fx.{name}`" in index
        else:
            assert f"forexai_core.{name}" in listed(), f"no page of docs/api documents fx.{name}"
            assert f"`{name}`" in index


def test_every_indicator_has_its_function_in_the_reference() -> None:
    page = (DOCS / "api" / "indicators.md").read_text(encoding="utf-8")
    for name in catalogue():
        assert hasattr(indicators, name)
        if name not in PATTERNS:
            assert f".. autofunction:: {name}\n" in page
    assert "```{pattern-list}\n```" in page


def test_every_figure_is_defined_on_a_page() -> None:
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    words = set(re.findall(r"`([a-z_0-9]+)`", page))
    plain = {"net_profit", "gross_profit", "gross_loss", "total_commission", "total_swap", "initial_balance",
             "final_equity", "return_pct", "total_trades", "wins", "losses", "best", "worst", "avg_holding_s",
             "max_drawdown_intrabar_pct"}  # fmt: skip
    assert set(METRICS) - plain <= words


def test_the_published_schema_of_rules_is_that_of_the_code() -> None:
    published = json.loads((DOCS / "schemas" / "rules-1.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(fx.Rules.schema()))


def test_the_errors_page_draws_the_tree_of_the_module() -> None:
    drawn = re.search(r"::\n\n(.*?)\n\nNo error", fx.errors.__doc__ or "", re.DOTALL)
    assert drawn is not None
    page = (DOCS / "errors.md").read_text(encoding="utf-8")
    for line in drawn[1].splitlines():
        assert line.strip() in page
