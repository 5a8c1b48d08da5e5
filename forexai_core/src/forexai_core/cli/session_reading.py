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
    return ExitCode.DONE if all(each.equal for each in compared) else ExitCode.FOUND


def _as_object(each: Repeated) -> dict[str, object]:
    fields: dict[str, object] = {
        "account": each.account,
        "records": each.records,
        "equal": each.equal,
        "ending": None if each.ending is None else str(each.ending),
        "last": each.last,
        "last_ns": str(each.last_ns),
    }
    if each.left_out:
        fields["left_out"] = each.left_out
    if each.torn is not None:
        fields["torn"] = {"file": str(each.torn.path), "offset": each.torn.offset, "bytes": each.torn.size}
    if each.difference is not None:
        before, now = (part.decode() for part in each.difference)
        fields |= {"number": each.number, "written": before, "now": now}
    return fields


def _line(each: Repeated) -> str:
    if each.difference is not None:
        before, now = (part.decode() or "nothing" for part in each.difference)
        return f"{each.account}: record {each.number} differs\n  written: {before}\n  now:     {now}"
    if each.equal:
        return f"{each.account}: {each.records:,} records, all equal"
    lines = [f"{each.account}: {each.records:,} records are equal, and more was not compared"]
    if each.ending is None:
        lines.append(
            f"the journal ends with record {each.last:,}, at {format_time_ns(each.last_ns)}, without saying that the "
            "session ended: it still runs, was killed or failed, or the end of the journal is missing. A session that "
            "was killed goes on by 'forexai run SESSION --resume'."
        )
    if each.torn is not None:
        lines.append(f"left out: {each.torn}.")
    if each.left_out:
        lines.append(f"left out: {each.left_out:,} records after the last price that was kept.")
    return "\n  ".join(lines)


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
