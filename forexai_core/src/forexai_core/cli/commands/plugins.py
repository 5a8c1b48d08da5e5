"""``forexai plugins``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.options import AsJson, examples
from forexai_core.cli.printing import note, print_json, say, show_table

__all__ = ["app", "doctor", "list_offers", "new"]

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, examine and make plugins.",
    epilog=examples("forexai plugins list", "forexai plugins doctor", "forexai plugins new strategy my-strategy"),
)

Kind = Annotated[str | None, typer.Option(help="Only this kind: strategy, broker, data, risk, report …")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Open and try nothing; look at what is declared.")]
NewKind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="strategy, broker, data, risk, billing, indicator, model, advisor, notifier, report, cli or app.",
        show_default=False,
    ),
]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Of the plugin, such as my-strategy.", show_default=False)]
Folder = Annotated[Path | None, typer.Option("--dir", help="Where to write; default a new folder of that name.")]


@app.command("list", epilog=examples("forexai plugins list", "forexai plugins list --kind strategy --json"))
def list_offers(kind: Kind = None, as_json: AsJson = False) -> None:
    """List everything that installed plugins offer, the core's own among it."""
    # Slow to load: help needs none of it.
    from forexai_core.plugins import discover, list_plugins

    found = discover()
    listed = list_plugins(found, kind)
    if as_json:
        print_json({"offers": listed, "diagnoses": found.diagnoses})
        return
    show_table(
        ("Kind", "Name", "Title", "Plugin", "Version", "Tier"),
        [(each.kind, each.name, each.title, each.plugin, each.version, each.tier) for each in listed],
    )
    if found.errors:
        note(f"\n{len(found.errors)} problems keep something from being used. See: forexai plugins doctor")


@app.command(epilog=examples("forexai plugins doctor", "forexai plugins doctor --read-only --json"))
def doctor(read_only: ReadOnly = False, as_json: AsJson = False) -> None:
    """Examine every plugin: whether it loads, clashes with another, and keeps the rules of its kind.

    Strategies, indicators, reports and the like are tried; brokers, notifiers and data sources are only read.
    Ends with 1 when something is wrong.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.waiting import progress_of
    from forexai_core.plugins import discover
    from forexai_core.testing.doctor import HARMLESS_KINDS
    from forexai_core.testing.doctor import doctor as examine

    with progress_of("examining plugins"):
        report = examine(discover(), tries=frozenset() if read_only else HARMLESS_KINDS)
    if as_json:
        print_json(
            {
                "clean": report.clean,
                "offers": report.offers,
                "rules": report.rules,
                "diagnoses": report.diagnoses,
            }
        )
    else:
        for each in report.diagnoses:
            say(str(each))
        verdict = "nothing is wrong" if report.clean else "see above"
        say(f"{report.offers:,} offers, {report.rules:,} rules tried: {verdict}.")
    if not report.clean:
        raise typer.Exit(ExitCode.FOUND)


@app.command(epilog=examples("forexai plugins new strategy my-strategy", "forexai plugins new broker my-broker"))
def new(kind: NewKind, name: NewName, folder: Folder = None, as_json: AsJson = False) -> None:
    """Make a new plugin: a small complete distribution whose tests run the rules of its kind."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.scaffold import new_plugin

    made = new_plugin(kind, name, folder)
    if as_json:
        print_json({"kind": made.kind, "name": made.name, "folder": made.folder, "files": made.files})
        return
    say(f"Made {made.folder}:")
    for file in made.files:
        say(f"  {file}")
    say(f"\nNext:  cd '{made.folder}' && pip install -e . pytest && pytest")
