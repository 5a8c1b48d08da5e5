"""The specification of the ledger says where each of its rules is, and leaves no module out."""

from __future__ import annotations

import re
from pathlib import Path

import forexai_core.engine

DOCS = Path(__file__).parents[3] / "docs"
ENGINE = Path(forexai_core.engine.__file__).parent


def test_every_module_of_the_ledger_has_its_place() -> None:
    text = (DOCS / "engine.md").read_text(encoding="utf-8").partition("## Where the rules are")[2]
    named = set(re.findall(r"`([a-z_]+)`", text))
    modules = {path.stem for path in ENGINE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert named == modules - {"__init__"}
