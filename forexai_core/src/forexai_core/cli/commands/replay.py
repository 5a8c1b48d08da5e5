"""``forexai replay``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "replay"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="JOURNAL", exists=True, file_okay=False, help="Folder of the journal, or of one of its runs."
    ),
]


@app.command(epilog=examples("forexai replay journal", "forexai replay journal/run-00003 --json"))
def replay(folder: Folder, as_json: AsJson = False) -> int:
    """Run the newest session of a journal again, and compare every decision and what came of it, byte for byte.

    Exit code 0 where all are equal, 1 where one differs: then the strategy, the settings, or the release is not what it
    was. Prices that have changed are an error.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.session_reading import replay_journal

    return replay_journal(folder, as_json=as_json)
