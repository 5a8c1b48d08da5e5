"""The hook reference and the hooks are one: a page for each, with its exact signature."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from forexai_core.hookspecs import SPECIFICATIONS
from forexai_core.ports.markers import HOOKS

PAGES = Path(__file__).parents[3] / "docs" / "hooks"


def hooks_of(specification: type) -> dict[str, str]:
    """Give every hook of a specification with its line as it stands in the code."""
    found = {}
    for name, member in vars(specification).items():
        if name.startswith("forexai_"):
            signature = str(inspect.signature(member)).replace("'", "")  # annotations are kept as text
            found[name] = f"def {name}{signature}:"
    return found


@pytest.mark.parametrize("kind", SPECIFICATIONS)
def test_the_page_of_a_hook_holds_its_exact_signature(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    hooks = hooks_of(SPECIFICATIONS[kind])
    assert list(hooks) == [HOOKS[kind]]
    for name, line in hooks.items():
        assert f"\n{line}\n" in page, f"docs/hooks/{kind}.md must show {name} as: {line}"


def test_there_is_no_page_without_a_hook() -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"index"}
    assert pages == set(SPECIFICATIONS)


def test_the_index_names_every_hook() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    for kind, hook in HOOKS.items():
        assert f"[{kind}]({kind}.md) | `{hook}`" in index
