"""``forexai indicators``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forexai_core.cli.options import AsJson, examples
from forexai_core.cli.printing import print_json, say, show_pairs, show_table

__all__ = ["app", "indicators"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One indicator, with its parameters.")]


@app.command(epilog=examples("forexai indicators", "forexai indicators rsi", "forexai indicators --json"))
def indicators(name: Name = None, as_json: AsJson = False) -> None:
    """List the indicators that strategies and rules can use, or show one with its parameters."""
    # Slow to load: help needs none of it.
    from forexai_core.indicators.catalogue import catalogue, find_indicator

    chosen = list(catalogue().values()) if name is None else [find_indicator(name)]
    if as_json:
        listed = [_described(spec) for spec in chosen]
        print_json({"indicators": listed} if name is None else listed[0])
        return
    if name is None:
        show_table(
            ("Name", "Title", "Parameters", "Lines"),
            [(each.name, each.title, _call(each), ", ".join(each.outputs)) for each in chosen],
        )
        say("\nParameters of one: forexai indicators NAME")
        return
    _show(chosen[0])


def _call(spec: Any) -> str:
    return ", ".join(f"{each.name}={each.default}" for each in spec.parameters) or "none"


def _defaults(spec: Any) -> dict[str, Any]:
    return {each.name: each.default for each in spec.parameters}


def _described(spec: Any) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "aliases": spec.aliases,
        "inputs": spec.inputs,
        "source": spec.source,
        "outputs": spec.outputs,
        "main_output": spec.main_output,
        "overlay": spec.overlay,
        "warmup_at_defaults": spec.warmup(**_defaults(spec)),
        "parameters": list(spec.parameters),
    }


def _show(spec: Any) -> None:
    taken = f"{spec.source}, unless told otherwise" if spec.source else ", ".join(spec.inputs)
    show_pairs(
        [
            ("Name", spec.name),
            ("Title", spec.title),
            *([("Shows", spec.summary)] if spec.summary else []),
            ("Also called", ", ".join(spec.aliases) or "nothing else"),
            ("Taken of", taken),
            ("Lines", ", ".join(spec.outputs)),
            ("Main line", spec.main_output),
            ("Drawn", "on the prices" if spec.overlay else "in a pane of its own"),
            ("First value after", f"{spec.warmup(**_defaults(spec))} bars, with these defaults"),
        ]
    )
    if spec.parameters:
        say()
        rows = [(each.name, each.default, f"{each.minimum} to {each.maximum}", each.title) for each in spec.parameters]
        show_table(("Parameter", "Default", "Allowed", "Meaning"), rows, right=("Default",))
    values = "".join(f", {each.default}" for each in spec.parameters)
    say(f'\nIn a strategy: ctx.indicator("{spec.name}"{values})')
