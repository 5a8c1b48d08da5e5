"""``forexai release``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "release"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name of the account in its session file.")]
Halt = Annotated[list[str] | None, typer.Option("--halt", metavar="NAME", help="Only this one; repeat it for more.")]
By = Annotated[str | None, typer.Option(help="Your name, for the record; without it nothing is changed.")]
Reason = Annotated[str | None, typer.Option(help="Why, for the record.")]
Journal = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Folder of its journal, to be read where no session runs."),
]
Wait = Annotated[float, typer.Option(min=0.0, help="Seconds to wait for the session's answer.")]
Home = Annotated[Path | None, typer.Option(help="Folder of the sessions; default your data folder.")]


@app.command(
    epilog=examples(
        "forexai release main",
        "forexai release main --by 'Ada Lovelace' --reason 'asked the broker: trading is on again'",
        "forexai release main --halt venue:halted --by 'Ada Lovelace' --reason 'reviewed'",
        "forexai release main --journal journal --by 'Ada Lovelace' --reason 'reviewed'",
    )
)
def release(
    account: Account,
    halt: Halt = None,
    by: By = None,
    reason: Reason = None,
    journal: Journal = None,
    wait: Wait = 5.0,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Show why an account at a venue is halted and what it has there; with --by, allow openings again.

    The session looks at the venue first, and refuses while the cause persists. Without a session the word waits for the
    next start, a day at most. Exit code 1 where something was refused, or not answered yet. A halt that was given by
    'forexai kill' is lifted by 'forexai kill --rearm'.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.persons import Person, release_halts

    person = Person(account=account, by=by, reason=reason, home=home, wait_s=wait)
    return release_halts(person, halt or (), journal, as_json=as_json)
