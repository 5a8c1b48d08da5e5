"""How a session ended, as its journal says: without that record nobody knows whether a journal is whole."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from forexai_core.errors import IntegrityError
from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.decisions import read_record
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.journal import JournalRecord

__all__ = ["ENDED", "Ending", "draining", "ending_of", "write_ending"]

ENDED = "ended"
"""Kind of the record."""


class Ending(StrEnum):
    """Why a session came to its end."""

    OVER = "over"
    """Its prices had ended."""
    STOPPED = "stopped"
    """It was told to stop."""
    DRAINED = "drained"
    """It was told to open nothing any more, and nothing was open any more."""


def draining(account: str, time_ns: int, by: str) -> Halt:
    """Give the halt of an account that is to open nothing any more, and to end when it is flat."""
    return Halt(scope=HaltScope.ACCOUNT, name=account, time_ns=time_ns, by=by, reason="the session is being drained")


async def write_ending(run: AccountRun, why: Ending) -> None:
    """Write at the end of an account's journal why it ends there, durably."""
    book = run.session.book
    book.note(ENDED, run.state().time_ns, {"why": str(why), "prices": run.taken, "decisions": book.decisions})
    await book.write(durable=True)


def ending_of(records: Sequence[JournalRecord]) -> Ending | None:
    """Say why the session that wrote an account's records came to its end.

    Parameters
    ----------
    records : sequence of JournalRecord
        All of them, oldest first.

    Returns
    -------
    Ending or None
        None where the last record is not that of an end: the session still runs, was killed, failed, or is of a release
        that wrote none; or records at its end are missing.

    Raises
    ------
    IntegrityError
        If it cannot be read, or other decisions stand before it than it counts.
    """
    if not records or records[-1].kind != ENDED:
        return None
    fields, decisions = read_record(records[-1]), sum(record.kind == "decision" for record in records)
    try:
        why, counted = Ending(fields["why"]), int(fields["decisions"])
    except (KeyError, TypeError, ValueError) as problem:
        raise IntegrityError(
            f"{records[-1].stream}, record {records[-1].sequence}: how the session ended cannot be read ({problem!r}). "
            "Restore the journal from a backup, or read it with the release that wrote it."
        ) from problem
    if counted != decisions:
        raise IntegrityError(
            f"{records[-1].stream}, record {records[-1].sequence}: the session counted {counted} decisions at its end, "
            f"and {decisions} stand in the journal. Restore it from a backup."
        )
    return why
