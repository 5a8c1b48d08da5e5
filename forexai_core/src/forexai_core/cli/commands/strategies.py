"""``forexai strategies``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forexai_core.cli.options import AsJson, examples
from forexai_core.cli.printing import print_json, say, show_pairs, show_table

__all__ = ["app", "strategies"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Name = Annotated[str | None, typer.Argument(metavar="[NAME]", help="One strategy, with its parameters.")]


@app.command(
    epilog=examples("forexai strategies", "forexai strategies sma-cross", "forexai strategies sma-cross --json")
)
def strategies(name: Name = None, as_json: AsJson = False) -> None:
    """List the strategies that ship and those of plugins, or show one with its parameters."""
    # Slow to load: help needs none of it.
    from forexai_core.plugins import discover

    offers = discover(kinds={"strategy"}).strategies
    chosen = list(offers.values()) if name is None else [offers[name]]
    if as_json:
        listed = [_described(offer, offers.origin(offer.name).plugin) for offer in chosen]
        print_json({"strategies": listed} if name is None else listed[0])
        return
    if name is None:
        show_table(
            ("Name", "Form", "Plugin", "What it does"),
            [(each.name, each.form, offers.origin(each.name).plugin, _first_sentence(each.summary)) for each in chosen],
        )
        say("\nParameters of one: forexai strategies NAME")
        return
    _show(chosen[0])


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _described(offer: Any, plugin: str) -> dict[str, Any]:
    return {
        "name": offer.name,
        "title": offer.title,
        "summary": offer.summary,
        "form": offer.form,
        "tags": sorted(offer.tags),
        "plugin": plugin,
        "parameters": offer.settings.model_json_schema(),
    }


def _show(offer: Any) -> None:
    show_pairs(
        [
            ("Name", offer.name),
            ("Title", offer.title),
            ("What it does", offer.summary),
            ("Form", offer.form),
            ("Tags", ", ".join(sorted(offer.tags)) or "none"),
        ]
    )
    say()
    rows = [
        (name, _default(field), _bounds(field), field.description or "")
        for name, field in offer.settings.model_fields.items()
    ]
    show_table(("Parameter", "Default", "Allowed", "Meaning"), rows, right=("Default",))
    say(f"\nExample: forexai backtest {offer.name} --data FILE -s EURUSD -t H1{_example(offer)}")


def _default(field: Any) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None else str(value)


_SIGNS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def _bounds(field: Any) -> str:
    limits = {name: getattr(rule, name, None) for rule in field.metadata for name, _ in _SIGNS if hasattr(rule, name)}
    return ", ".join(f"{sign} {limits[name]:g}" for name, sign in _SIGNS if limits.get(name) is not None)


def _example(offer: Any) -> str:
    numbers = [
        f" -p {name}={field.default}"
        for name, field in offer.settings.model_fields.items()
        if isinstance(field.default, int | float) and not isinstance(field.default, bool)
    ]
    return "".join(numbers[:2])
