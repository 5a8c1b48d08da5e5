"""``forexai kill``: stop openings at once, and let them again by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.options import AsJson, examples
from forexai_core.cli.printing import note, print_json, say, show_table
from forexai_core.errors import ConfigError
from forexai_core.ports.halts import Halt, HaltBoard, HaltRecord, HaltScope

if TYPE_CHECKING:
    from forexai_core.services.halts import FileHalts

__all__ = ["app", "kill"]

app = typer.Typer(
    rich_markup_mode=None, add_completion=False,
    help="Stop openings at once, and let them again by name.",
)  # fmt: skip

Scope = Annotated[
    str,
    typer.Option(metavar="SCOPE[:NAME]", help="What to stop: platform, tenant:NAME, account:NAME or strategy:NAME."),
]
Flatten = Annotated[bool, typer.Option("--flatten", help="Close what is open, too.")]
Reason = Annotated[str | None, typer.Option(help="Why, for the record.")]
By = Annotated[str | None, typer.Option(help="Your name, for the record; needed to lift a halt.")]
Rearm = Annotated[bool, typer.Option("--rearm", help="Lift the halt of this scope.")]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="NAME", help="With --rearm: arm this broken limit of the account.")
]
List = Annotated[bool, typer.Option("--list", help="Show the halts that stand, and change nothing.")]
History = Annotated[bool, typer.Option("--history", help="Show every change ever made, and change nothing.")]
Home = Annotated[Path | None, typer.Option(help="Folder of the sessions; default your data folder.")]


def _store(home: Path | None) -> FileHalts:
    # Slow to load: help needs none of it.
    from forexai_core.services.halts import FileHalts
    from forexai_core.services.homes import default_home

    return FileHalts(home or default_home())


def _place(scope: str) -> tuple[HaltScope, str]:
    kind, _, name = scope.partition(":")
    probe = Halt(scope=kind, name=name, time_ns=0, by="-", reason="-")
    return probe.scope, probe.name


def _asked(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@app.command(
    epilog=examples(
        "forexai kill",
        "forexai kill --scope account:main --flatten --reason 'margin call'",
        "forexai kill --list",
        "forexai kill --scope account:main --rearm --by 'Ada Lovelace' --reason 'reviewed'",
        "forexai kill --scope account:main --rearm --limit daily-loss --by 'Ada Lovelace' --reason 'reviewed'",
    )
)
def kill(
    scope: Scope = "platform",
    flatten: Flatten = False,
    reason: Reason = None,
    by: By = None,
    rearm: Rearm = False,
    limit: Limit = None,
    list_: List = False,
    history: History = False,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Refuse all openings within a scope, in every session of this home, until a person lifts it.

    Pending orders that could open a position are cancelled. Closing goes on; --flatten asks for it. Sessions see it
    within a second. A limit of loss that is broken and waits for a person is armed by --rearm --limit, one at a time:
    the account's session does it, once it is flat and while its equity is above the limit's floor.
    """
    place = _place(scope)
    if limit is not None:
        return _rearm_limit(place, limit, rearm=rearm, by=by, reason=reason, home=home, as_json=as_json)
    store = _store(home)
    now_ns = time.time_ns()
    if history:
        _show_history(_asked(store.history()), as_json=as_json)
        return ExitCode.DONE
    if list_:
        board = _asked(store.read())
    elif rearm:
        if not by or not reason:
            raise ConfigError("Lifting a halt needs --by with your name, and --reason.")
        board = _asked(store.rearm(*place, by=by, reason=reason, time_ns=now_ns))
    else:
        halt = Halt(
            scope=place[0],
            name=place[1],
            time_ns=now_ns,
            by=by or "the command line",
            reason=reason or "forexai kill",
            flatten=flatten,
        )
        board = _asked(store.halt(halt))
    _show(board, store.folder, as_json=as_json)
    return ExitCode.DONE


def _rearm_limit(
    place: tuple[HaltScope, str],
    limit: str,
    *,
    rearm: bool,
    by: str | None,
    reason: str | None,
    home: Path | None,
    as_json: bool,
) -> int:
    # Slow to load: help needs none of it.
    from forexai_core.cli.persons import Person, rearm_limit

    scope, name = place
    if not rearm or scope is not HaltScope.ACCOUNT:
        raise ConfigError("--limit names a broken limit of one account: give --scope account:NAME and --rearm with it.")
    return rearm_limit(Person(account=name, by=by, reason=reason, home=home), limit, as_json=as_json)


def _show(board: HaltBoard, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({"folder": folder, "number": board.number, "halts": board.halts})
        return
    if not board.halts:
        note(f"Nothing is halted ({folder}).")
        return
    show_table(("Scope", "Name", "Since", "By", "Reason", "Flatten"), [_row(halt) for halt in board.halts])
    say(f"\n{len(board.halts)} halts in {folder}")


def _show_history(records: tuple[HaltRecord, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"records": records})
        return
    show_table(
        ("Number", "When", "Done", "Scope", "Name", "By", "Reason"),
        [
            (
                str(each.number),
                _when(each.time_ns),
                "lifted" if each.lifted else "halted",
                str(each.halt.scope),
                each.halt.name,
                each.by,
                each.reason,
            )
            for each in records
        ],
    )


def _row(halt: Halt) -> tuple[str, ...]:
    return (str(halt.scope), halt.name, _when(halt.time_ns), halt.by, halt.reason, "yes" if halt.flatten else "no")


def _when(time_ns: int) -> str:
    # Slow to load: help needs none of it.
    from forexai_core.values.clocks import format_time_ns

    return format_time_ns(time_ns)[:19] + "Z"
