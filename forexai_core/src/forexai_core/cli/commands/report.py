"""``forexai report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "report"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

File = Annotated[Path, typer.Argument(metavar="RESULT", help="What forexai backtest --save wrote.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the report as one HTML page.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write the trades as CSV.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write the report as PDF (needs a plugin that does).")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write the report for Excel (needs a plugin that does).")]


@app.command(
    epilog=examples(
        "forexai report r.json", "forexai report r.json --html r.html --csv trades.csv", "forexai report r.json --json"
    )
)
def report(
    file: File,
    html: Html = None,
    csv: Csv = None,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    as_json: AsJson = False,
) -> None:
    """Show a saved result, and write reports of it."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.results import show_result, writers_for
    from forexai_core.entry import load_result

    writers = writers_for({".html": html, ".csv": csv, ".pdf": pdf, ".xlsx": xlsx})
    show_result(load_result(file), writers, as_json=as_json)
