"""Order intents in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, final

import attrs

from forexai_core.errors import ConflictError, NotFoundError
from forexai_core.ports.clock import Clock
from forexai_core.ports.intents import (
    LEGAL,
    SETTLED,
    Intent,
    IntentDraft,
    IntentState,
    Resolution,
    Transition,
    check_resolution,
)
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import check_name
from forexai_core.services import fences
from forexai_core.services.sqlite import Database

__all__ = ["SqliteIntents"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS intents (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    tag TEXT NOT NULL,
    magic INTEGER NOT NULL,
    request BLOB NOT NULL,
    state TEXT NOT NULL,
    resolution TEXT,
    detail BLOB NOT NULL,
    recorded_at_ns INTEGER NOT NULL,
    changed_at_ns INTEGER NOT NULL,
    UNIQUE (account, magic, tag)
);
CREATE INDEX IF NOT EXISTS intents_by_state ON intents (account, state);
CREATE TABLE IF NOT EXISTS intent_steps (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    intent TEXT NOT NULL REFERENCES intents (id),
    state TEXT NOT NULL,
    resolution TEXT,
    detail BLOB NOT NULL,
    time_ns INTEGER NOT NULL,
    resource TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS intent_steps_by_intent ON intent_steps (intent)
"""

_COLUMNS = "id, account, tag, magic, request, state, resolution, detail, recorded_at_ns, changed_at_ns"


@final
class SqliteIntents:
    """Intents in tables, with every step that they took.

    Parameters
    ----------
    database : Database
        Where.
    clock : Clock
        For the times of the steps.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.add_schema("fences", 1, fences.SCHEMA)
        database.add_schema("intents", 1, _SCHEMA)

    def close(self) -> None:
        """Close the database, which others may share."""
        self._database.close()

    async def take(self, account: str, fence: Fence) -> None:
        """Make a token the newest one; see `forexai_core.ports.intents.Intents`."""
        place = _place(check_name("account", account))
        await self._database.write(lambda connection: fences.admit(connection, place, fence))

    async def record(self, draft: IntentDraft, *, fence: Fence) -> Intent:
        """Record an intent; see `forexai_core.ports.intents.Intents`."""
        recorded = _unresolved(IntentState.RECORDED, b"", self._clock.now_ns(), fence)

        def work(connection: sqlite3.Connection) -> Intent:
            fences.admit(connection, _place(draft.account), fence)
            return _add(connection, draft, recorded) or _known(connection, draft)

        return await self._database.write(work)

    async def record_sent(self, draft: IntentDraft, *, fence: Fence, detail: bytes = b"") -> Intent:
        """Record an intent as sent; see `forexai_core.ports.intents.Intents`."""
        now_ns = self._clock.now_ns()
        recorded = _unresolved(IntentState.RECORDED, b"", now_ns, fence)
        sent = _unresolved(IntentState.SENT, bytes(detail), now_ns, fence)

        def work(connection: sqlite3.Connection) -> Intent:
            fences.admit(connection, _place(draft.account), fence)
            added = _add(connection, draft, recorded, sent)
            return _move(connection, _known(connection, draft), sent) if added is None else added

        return await self._database.write(work)

    async def advance(
        self,
        intent_id: str,
        state: IntentState,
        *,
        fence: Fence,
        detail: bytes = b"",
        resolution: Resolution | None = None,
    ) -> Intent:
        """Move an intent on; see `forexai_core.ports.intents.Intents`."""
        step = Transition(
            state=IntentState(state),
            resolution=None if resolution is None else Resolution(resolution),
            detail=bytes(detail),
            time_ns=self._clock.now_ns(),
            fence=fence,
        )

        def work(connection: sqlite3.Connection) -> Intent:
            intent = _get(connection, intent_id)
            fences.admit(connection, _place(intent.draft.account), fence)
            return _move(connection, intent, step)

        return await self._database.write(work)

    async def get(self, intent_id: str) -> Intent:
        """Return an intent; see `forexai_core.ports.intents.Intents`."""
        return await self._database.read(lambda connection: _get(connection, intent_id))

    async def unsettled(self, account: str) -> Sequence[Intent]:
        """Return what is not settled; see `forexai_core.ports.intents.Intents`."""
        settled = sorted(SETTLED)
        marks = ", ".join("?" * len(settled))
        query = f"SELECT {_COLUMNS} FROM intents WHERE account = ? AND state NOT IN ({marks}) ORDER BY position"  # noqa: S608 - constants
        return await self._database.read(
            lambda connection: [_intent(row) for row in connection.execute(query, (account, *settled))]
        )

    async def marked(self, account: str, magic: int) -> Sequence[Intent]:
        """Return what carries a magic number; see `forexai_core.ports.intents.Intents`."""
        query = f"SELECT {_COLUMNS} FROM intents WHERE account = ? AND magic = ? ORDER BY position"  # noqa: S608 - a constant
        return await self._database.read(
            lambda connection: [_intent(row) for row in connection.execute(query, (account, magic))]
        )

    async def latest(self, account: str, count: int) -> Sequence[Intent]:
        """Return the last ones; see `forexai_core.ports.intents.Intents`."""
        query = f"SELECT {_COLUMNS} FROM intents WHERE account = ? ORDER BY position DESC LIMIT ?"  # noqa: S608 - a constant
        found = await self._database.read(
            lambda connection: [_intent(row) for row in connection.execute(query, (account, count))]
        )
        return found[::-1]

    async def history(self, intent_id: str) -> Sequence[Transition]:
        """Return every step; see `forexai_core.ports.intents.Intents`."""

        def work(connection: sqlite3.Connection) -> list[Transition]:
            _get(connection, intent_id)
            rows = connection.execute(
                "SELECT state, resolution, detail, time_ns, resource, epoch, number FROM intent_steps "
                "WHERE intent = ? ORDER BY position",
                (intent_id,),
            )
            return [_step(row) for row in rows]

        return await self._database.read(work)


def _place(account: str) -> str:
    return f"intents of {account}"


def _unresolved(state: IntentState, detail: bytes, now_ns: int, fence: Fence) -> Transition:
    return Transition(state=state, resolution=None, detail=detail, time_ns=now_ns, fence=fence)


def _known(connection: sqlite3.Connection, draft: IntentDraft) -> Intent:
    """Give the intent that a draft which could not be added had recorded before.

    Raises
    ------
    ConflictError
        If its id, or its magic and tag, stand for something else.
    """
    known = _find(connection, draft.id)
    if known is None:
        raise _used_tag(connection, draft)
    if known.draft != draft:
        raise ConflictError(f"Intent '{draft.id}' was recorded with another content: make a new id.")
    return known


def _add(connection: sqlite3.Connection, draft: IntentDraft, *steps: Transition) -> Intent | None:
    """Write a new intent down, with its first steps; None where its id, or its magic and tag, are taken."""
    last = steps[-1]
    intent = Intent(
        draft=draft,
        state=last.state,
        resolution=last.resolution,
        detail=last.detail,
        recorded_at_ns=steps[0].time_ns,
        changed_at_ns=last.time_ns,
    )
    added = connection.execute(
        f"INSERT INTO intents ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - a constant
        (
            draft.id,
            draft.account,
            draft.tag,
            draft.magic,
            draft.request,
            intent.state,
            intent.resolution,
            intent.detail,
            intent.recorded_at_ns,
            intent.changed_at_ns,
        ),
    )
    if not added.rowcount:
        return None
    _add_steps(connection, draft.id, *steps)
    return intent


def _move(connection: sqlite3.Connection, intent: Intent, step: Transition) -> Intent:
    """Move an intent on by a step, unless it is the last one once more.

    Raises
    ------
    ConfigError
        If the resolution does not fit.
    ConflictError
        If the state does not allow it.
    """
    if _is_repeated(intent, step):
        return intent
    check_resolution(intent.state, step.state, step.resolution)
    connection.execute(
        "UPDATE intents SET state = ?, resolution = ?, detail = ?, changed_at_ns = ? WHERE id = ?",
        (step.state, step.resolution, step.detail, step.time_ns, intent.draft.id),
    )
    _add_steps(connection, intent.draft.id, step)
    return attrs.evolve(
        intent, state=step.state, resolution=step.resolution, detail=step.detail, changed_at_ns=step.time_ns
    )


def _is_repeated(intent: Intent, step: Transition) -> bool:
    """Tell whether a step was made before; raise if it cannot be made now.

    Raises
    ------
    ConflictError
        If the state does not allow it.
    """
    known = (intent.state, intent.resolution, intent.detail)
    if known == (step.state, step.resolution, step.detail) and step.state is not IntentState.SENT:
        return True
    if step.state not in LEGAL[intent.state]:
        remedy = "It may be sent once only." if step.state is IntentState.SENT else "Read it again and reconcile."
        raise ConflictError(
            f"Intent '{intent.draft.id}' is '{intent.state}' and cannot become '{step.state}' in this way. {remedy}"
        )
    return False


def _used_tag(connection: sqlite3.Connection, draft: IntentDraft) -> ConflictError:
    (other,) = connection.execute(
        "SELECT id FROM intents WHERE account = ? AND magic = ? AND tag = ?", (draft.account, draft.magic, draft.tag)
    ).fetchone()
    return ConflictError(
        f"Magic {draft.magic} and tag '{draft.tag}' already mark intent '{other}' of account '{draft.account}': "
        "the venue's orders could not be told apart. Make a new tag."
    )


def _find(connection: sqlite3.Connection, intent_id: str) -> Intent | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM intents WHERE id = ?", (intent_id,)).fetchone()  # noqa: S608 - a constant
    return None if row is None else _intent(row)


def _get(connection: sqlite3.Connection, intent_id: str) -> Intent:
    intent = _find(connection, intent_id)
    if intent is None:
        raise NotFoundError(f"There is no intent '{intent_id}'.")
    return intent


def _intent(row: tuple[Any, ...]) -> Intent:
    return Intent(
        draft=IntentDraft(id=row[0], account=row[1], tag=row[2], magic=row[3], request=row[4]),
        state=IntentState(row[5]),
        resolution=None if row[6] is None else Resolution(row[6]),
        detail=row[7],
        recorded_at_ns=row[8],
        changed_at_ns=row[9],
    )


def _add_steps(connection: sqlite3.Connection, intent_id: str, *steps: Transition) -> None:
    connection.executemany(
        "INSERT INTO intent_steps (intent, state, resolution, detail, time_ns, resource, epoch, number) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                intent_id,
                step.state,
                step.resolution,
                step.detail,
                step.time_ns,
                step.fence.resource,
                step.fence.epoch,
                step.fence.number,
            )
            for step in steps
        ],
    )


def _step(row: tuple[Any, ...]) -> Transition:
    return Transition(
        state=IntentState(row[0]),
        resolution=None if row[1] is None else Resolution(row[1]),
        detail=row[2],
        time_ns=row[3],
        fence=Fence(resource=row[4], epoch=row[5], number=row[6]),
    )
