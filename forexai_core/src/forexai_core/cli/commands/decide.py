"""``forexai decide``."""

from __future__ import annotations

from typing import Annotated

import typer

from forexai_core.cli.commands.release import Account, By, Home, Journal, Reason, Wait
from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "decide"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Intent = Annotated[str | None, typer.Argument(metavar="[INTENT]", help="Id of the order that is unknown.")]
Executed = Annotated[
    bool | None, typer.Option("--executed/--not-executed", help="What became of it, as the venue shows it.")
]


@app.command(
    epilog=examples(
        "forexai decide main",
        "forexai decide main main-1-4-7 --not-executed --by 'Ada Lovelace' --reason 'the broker says so'",
        "forexai decide main main-1-4-7 --executed --by 'Ada Lovelace' --reason 'deal 123 in the terminal'",
    )
)
def decide(
    account: Account,
    intent: Intent = None,
    executed: Executed = None,
    by: By = None,
    reason: Reason = None,
    journal: Journal = None,
    wait: Wait = 5.0,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Show the orders of an account of which nobody knows what became; with --by, say what became of one.

    The session looks at the venue first: what that shows counts, and a word that it has overtaken is refused. Exit code
    1 where it was refused, or not answered yet.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.persons import Person, decide_intent

    person = Person(account=account, by=by, reason=reason, home=home, wait_s=wait)
    return decide_intent(person, intent, journal, executed=executed, as_json=as_json)
