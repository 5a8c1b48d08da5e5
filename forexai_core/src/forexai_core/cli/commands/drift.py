"""``forexai drift``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "drift"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="JOURNAL", exists=True, file_okay=False, help="Folder of the journal, or of one of its runs."
    ),
]
Session = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Backtest this session file; default the one that was run."),
]
Prices = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Backtest on the prices of this library; default the session's."),
]
Late = Annotated[float, typer.Option("--late", metavar="SECONDS", min=0, help="A fill is late by more than this.")]
Memory = Annotated[
    int | None,
    typer.Option(
        metavar="BARS", min=0, help="How far back another bar explains another decision; default the longest period."
    ),
]


@app.command(
    epilog=examples(
        "forexai drift journal",
        "forexai drift journal --session ideal.toml",
        "forexai drift journal/run-00003 --prices library --late 5 --json",
    )
)
def drift(
    folder: Folder,
    session: Session = None,
    prices: Prices = None,
    late: Late = 1.0,
    memory: Memory = None,
    as_json: AsJson = False,
) -> int:
    """Backtest the period of a session, and give every difference one cause, with the money that it made.

    Causes are data, signal, price, slippage, rejection, risk and timing; their money adds up to the difference in net
    result. Exit code 0 where nothing differs, 1 where something does.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.session_drift import show_drift

    return show_drift(folder, session=session, prices=prices, late_s=late, memory=memory, as_json=as_json)
