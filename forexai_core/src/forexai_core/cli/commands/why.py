"""``forexai why``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "why"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="JOURNAL", exists=True, file_okay=False, help="Folder of the journal, or of one of its runs."
    ),
]
At = Annotated[str, typer.Option("--at", metavar="TIME", help="UTC, such as 2024-01-31T08:00:00.")]
Account = Annotated[str | None, typer.Option(help="Only of this account.")]
Strategy = Annotated[str | None, typer.Option(help="Only of this strategy.")]


@app.command(
    epilog=examples(
        "forexai why journal --at 2017-01-05T10:00:00",
        "forexai why journal --at 2017-01-05T10:00:00 --account main --strategy sma-cross --json",
    )
)
def why(folder: Folder, at: At, account: Account = None, strategy: Strategy = None, as_json: AsJson = False) -> int:
    """Say what each strategy decided last before a time: what it saw and wanted, what risk said, what came of it.

    Answers "why this trade" and "why no trade here". Exit code 1 where nothing had been decided yet.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.session_reading import explain_journal

    return explain_journal(folder, at, account=account, strategy=strategy, as_json=as_json)
