"""The specification of the ledger says where each of its rules is, and leaves no module out."""

from __future__ import annotations

import re
from pathlib import Path

import forexai_core.engine

DOCS = Path(__file__).parents[3] / "docs"
ENGINE = Path(forexai_core.engine.__file__).parent


def _named() -> list[tuple[str, str]]:
    """List folder and module of each that the table names; a module beside the folders has none."""
    table = (DOCS / "engine.md").read_text(encoding="utf-8").partition("## Where the rules are")[2]
    rows = re.findall(r"^\|[^|`]*\| (?:`(\w+)`)? *\| (.*) \|$", table, re.MULTILINE)
    return [(folder, module) for folder, modules in rows for module in re.findall(r"`(\w+)`", modules)]


def test_every_module_of_the_ledger_has_its_place() -> None:
    found = [path.relative_to(ENGINE) for path in ENGINE.rglob("*.py") if path.stem != "__init__"]
    assert sorted(_named()) == sorted(("" if len(path.parts) == 1 else path.parts[0], path.stem) for path in found)
