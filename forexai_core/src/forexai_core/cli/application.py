"""``forexai`` itself: the list of its commands, each loaded when it is asked for, and how errors end."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from forexai_core.cli.failures import ExitCode, exit_code, message_of, place_of
from forexai_core.cli.options import examples
from forexai_core.cli.remedies import in_options

__all__ = ["COMMANDS", "ForexAIGroup", "command", "run"]

COMMANDS = {
    "data": "Import, list, check, resample, export and fetch prices.",
    "strategies": "List strategies, or show one with its parameters.",
    "indicators": "List indicators, or show one with its parameters.",
    "backtest": "Run a strategy over prices, with every cost on.",
    "run": "Run strategies on accounts as a session file says.",
    "replay": "Decide anew what a session decided, and compare.",
    "drift": "Hold a session against the backtest of its period, and give each difference its cause.",
    "why": "Say what a session decided at a time, and why.",
    "report": "Show a saved result, or write a report of it.",
    "kill": "Stop openings at once, and let them again by name.",
    "release": "Show why an account is halted, and allow openings again.",
    "decide": "Say what became of an order of which nobody knows.",
    "trials": "List and verify the ledger of everything that was tried.",
    "plugins": "List, examine and make plugins.",
}
"""The core's own commands with their line of help; each lives in a module of its name in ``commands``."""

# Present in every version of typer, unlike the classes that it is derived from.
_UsageError: type[Any] = typer.BadParameter.__mro__[1]


class _Unopened(TyperCommand):
    """Stands in lists for a command that nobody has asked for yet."""


class ForexAIGroup(TyperGroup):
    """The commands of the core and of plugins; listing them loads none of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, Any] = {name: _unopened(name, line) for name, line in COMMANDS.items()}
        self._asked_plugins = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Name all commands, those of plugins last."""
        self._ask_plugins()
        return super().list_commands(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is asked for, and load it."""
        if args[0] not in self.commands:
            self._ask_plugins()
        name, found, rest = super().resolve_command(ctx, args)
        return name, _opened(str(name)) if isinstance(found, _Unopened) else found, rest

    def invoke(self, ctx: Any) -> Any:
        """Run; when nobody reads the output any more, end without a word, as other commands do."""
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Python flushes what is left at its end; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.CLOSED_PIPE) from None
        return answer

    def _ask_plugins(self) -> None:
        if self._asked_plugins:
            return
        self._asked_plugins = True
        # Slow to load, and most commands need no plugin's.
        from forexai_core.cli.plugin_commands import plugin_commands

        for name, line in plugin_commands().items():
            self.commands.setdefault(name, _unopened(name, line))


def _unopened(name: str, line: str) -> _Unopened:
    return _Unopened(name, help=line, short_help=line)


def _opened(name: str) -> Any:
    if name in COMMANDS:
        return typer.main.get_command(import_module(f"forexai_core.cli.commands.{name}").app)
    # Slow to load, and most commands need no plugin's.
    from forexai_core.cli.plugin_commands import open_command

    return open_command(name)


def _show_version(wanted: bool) -> None:
    if wanted:
        # Reading the metadata of a distribution takes time: only who asks pays.
        from importlib.metadata import version

        typer.echo(f"forexai {version('forexai-core')}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error. Stands before the command.")
    ] = False,
) -> None:
    """Backtest, research and trade forex."""


def command() -> Any:
    """Make the command line as a command that can be run."""
    app = typer.Typer(
        cls=ForexAIGroup,
        no_args_is_help=True,
        epilog=examples(
            "forexai data sample",
            "forexai backtest sma-cross --data EURUSD_H1.csv.gz -s EURUSD -t H1 --html r.html",
            "forexai strategies sma-cross",
            "forexai backtest --help",
        ),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    return typer.main.get_command(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; parameters and result as :func:`forexai_core.cli.main`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in itertools.takewhile(lambda each: each.startswith("-"), given)
    with _logs_on_stderr():
        try:
            answer = command().main(given, prog_name="forexai", standalone_mode=False)
        except _UsageError as error:
            return _show_usage(error)
        except (KeyboardInterrupt, typer.Abort):
            sys.stderr.write("\ninterrupted\n")
            return ExitCode.INTERRUPTED
        except Exception as error:
            code, place = exit_code(error), place_of(error)
            if code is None and not place:
                raise  # a bug of ours is not hidden
            if debug:
                traceback.print_exc()
            if code is None:
                said = f"{type(error).__name__}: {error}"
                sys.stderr.write(f"error: {place}{said} ('forexai --debug COMMAND …' shows the way there)\n")
                return ExitCode.USAGE
            sys.stderr.write(f"error: {place}{message_of(error)}\n")
            return code
    return answer if isinstance(answer, int) else ExitCode.DONE


def _show_usage(error: Any) -> int:
    where = error.ctx.command_path if error.ctx is not None else "forexai"
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(f"{error.ctx.get_help()}\n")
        return ExitCode.USAGE
    sys.stderr.write(f"error: {' '.join(error.format_message().split())}\nTry '{where} --help'.\n")
    return ExitCode.USAGE


@contextmanager
def _logs_on_stderr() -> Iterator[None]:
    """Write what the library logs as warnings for people, so that standard output stays for results."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLine())
    logger = logging.getLogger("forexai_core")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _OneLine(logging.Formatter):
    """``warning: …``."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {in_options(record.getMessage())}"
