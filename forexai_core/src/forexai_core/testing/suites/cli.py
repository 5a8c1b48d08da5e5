"""What every command keeps: it costs nothing until it is used, and it helps whoever asks."""

from __future__ import annotations

from typing import Any

from forexai_core.ports.cli import Cli, CliOffer
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import imports_of
from forexai_core.testing.offer_rules import OFFER_RULES

__all__ = ["CLI_SUITE", "RESERVED_COMMANDS", "CliConformance"]

BOOK = RuleBook()

RESERVED_COMMANDS = frozenset(
    {"data", "strategies", "indicators", "backtest", "optimize", "walk-forward", "monte-carlo", "audit", "report"}
    | {"run", "replay", "why", "drift", "kill", "release", "decide", "plugins", "trials"}
)
"""Commands of the core, which no plugin replaces."""

_SLOW = frozenset({"typer", "click", "rich", "numba", "pandas", "pyarrow", "jinja2"})


def _declared(subject: Subject) -> dict[str, str]:
    offer = subject.offer
    commands = dict(offer.commands) if isinstance(offer, CliOffer) else {}
    if not commands:
        raise ConformanceFailure("the offer names no command.", "Declare CliOffer.commands.")
    return commands


def _mounted(subject: Subject) -> Any:
    """Add the commands to an application that has one of its own, so that typer keeps names."""
    import typer  # slow to load, and needed only where commands are run

    app = typer.Typer()
    app.command("host-command")(_host)
    cli: Cli = subject.open()
    cli.add_to(app)
    return app


def _host() -> None:
    """Stand for the commands of the core."""


def _tree(app: Any) -> Any:
    import typer  # slow to load, and needed only where commands are run

    return typer.main.get_command(app)


def _run(app: Any, *arguments: str) -> tuple[int, str]:
    from typer.testing import CliRunner  # slow to load, and needed only where commands are run

    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


@BOOK.rule()
def opening_costs_nothing(subject: Subject) -> None:
    """Opening imports no typer, numba, pandas or the like: all other commands start with it too."""
    services = subject.services
    with imports_of(_SLOW) as seen:
        subject.open(services)
    if seen:
        raise ConformanceFailure(f"opening it imports {seen[0]}.", "Import it in add_to() or in the command.")


@BOOK.rule()
def adds_what_it_declares(subject: Subject) -> None:
    """add_to() adds exactly the commands that the offer names."""
    declared = set(_declared(subject))
    added = set(_tree(_mounted(subject)).commands) - {"host-command"}
    if added != declared:
        raise ConformanceFailure(
            f"it declares {sorted(declared)} and adds {sorted(added)}.", "Declare every command at the top, no other."
        )


@BOOK.rule(opens=False)
def takes_no_name_of_the_core(subject: Subject) -> None:
    """No command has the name of one of the core's."""
    taken = sorted(set(_declared(subject)) & RESERVED_COMMANDS)
    if taken:
        raise ConformanceFailure(f"the core has {', '.join(taken)} already.", "Choose another name.")


@BOOK.rule(opens=False)
def lists_help(subject: Subject) -> None:
    """Each command is declared with a line of help, for the list of commands."""
    bare = [name for name, line in _declared(subject).items() if not line.strip() or "\n" in line]
    if bare:
        raise ConformanceFailure(f"{', '.join(bare)} has no line of help.", "Say in one line what it does.")


@BOOK.rule()
def every_command_helps(subject: Subject) -> None:
    """--help of each command, and of those below it, ends with 0 and says what it does, with an example."""
    app = _mounted(subject)
    command = _tree(app)

    def visit(path: tuple[str, ...], node: Any) -> None:
        code, output = _run(app, *path, "--help")
        below = getattr(node, "commands", {})
        if code != 0 or not (node.help or "").strip():
            raise ConformanceFailure(f"{' '.join(path)} --help ended with {code}, or says nothing.", "Write help.")
        if not below and "example" not in output.casefold():
            raise ConformanceFailure(f"{' '.join(path)} --help shows no example.", "Add a line 'Example: forexai …'.")
        for name, child in below.items():
            visit((*path, name), child)

    for name in _declared(subject):
        if name in command.commands:
            visit((name,), command.commands[name])


@BOOK.rule()
def wrong_use_ends_with_two(subject: Subject) -> None:
    """An option that does not exist is wrong use: exit code 2, without a traceback."""
    app = _mounted(subject)
    for name in _declared(subject):
        code, output = _run(app, name, "--no-such-option-at-all")
        if code != 2 or "Traceback" in output:
            raise ConformanceFailure(f"{name} with an unknown option ended with {code}.", "Let typer parse options.")


CLI_SUITE = Suite(kind="cli", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for commands."""


class CliConformance(Conformance):
    """Tests of commands."""

    suite = CLI_SUITE
