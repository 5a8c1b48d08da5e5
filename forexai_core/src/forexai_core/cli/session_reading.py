"""Reading the journal of a session: repeating it, and explaining it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.printing import note, print_json, say
from forexai_core.cli.session_openers import PluginOpeners
from forexai_core.cli.waiting import note_compiling
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.live.session.assembly import instant_of
from forexai_core.live.session.explaining import Explained, explain
from forexai_core.live.session.folders import newest_run
from forexai_core.live.session.repeating import Repeated, accounts_of, open_journal, records_of, repeat
from forexai_core.services.assembly import embedded_services
from forexai_core.values.clocks import format_time_ns

__all__ = ["explain_journal", "replay_journal"]


def replay_journal(folder: Path, *, as_json: bool) -> int:
    """Repeat the newest run; give the exit code."""
    run = newest_run(folder)
    note_compiling()
    with embedded_services(None) as services:
        compared = asyncio.run(repeat(run, PluginOpeners(services)))
    if as_json:
        print_json({"journal": str(run), "accounts": [_as_object(each) for each in compared]})
    else:
        for each in compared:
            say(_line(each))
    return ExitCode.FOUND if any(each.difference for each in compared) else ExitCode.DONE


def _as_object(each: Repeated) -> dict[str, object]:
    fields: dict[str, object] = {"account": each.account, "records": each.records, "equal": each.difference is None}
    if each.difference is not None:
        before, now = (part.decode() for part in each.difference)
        fields |= {"number": each.number, "written": before, "now": now}
    return fields


def _line(each: Repeated) -> str:
    if each.difference is None:
        return f"{each.account}: {each.records:,} records, all equal"
    before, now = (part.decode() or "nothing" for part in each.difference)
    return f"{each.account}: record {each.number} differs\n  written: {before}\n  now:     {now}"


def explain_journal(folder: Path, at: str, *, account: str | None, strategy: str | None, as_json: bool) -> int:
    """Explain what was decided last before a time; give the exit code."""
    at_ns = instant_of(at)
    found = asyncio.run(_explained(newest_run(folder), at_ns or 0, account, strategy))
    if as_json:
        print_json({"at": at, "decisions": found})
    else:
        for each in found:
            say(f"{each.account}, {each.strategy}, at {format_time_ns(each.time_ns)}")
            for line in each.lines:
                say(f"  {line}")
    if not found:
        note(f"Nothing had been decided before {at}.")
    return ExitCode.DONE if found else ExitCode.FOUND


async def _explained(run: Path, at_ns: int, account: str | None, strategy: str | None) -> tuple[Explained, ...]:
    journal = open_journal(run)
    try:
        accounts = await accounts_of(journal)
        if account is not None and account not in accounts:
            raise ConfigError(f"The journal has no account '{account}'. {did_you_mean(account, accounts)}")
        found: list[Explained] = []
        for name in accounts if account is None else (account,):
            found += explain(name, await records_of(journal, name), at_ns)
    finally:
        journal.close()
    return tuple(each for each in found if strategy in {None, each.strategy})
