"""Jobs in SQLite."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any, final

import attrs

from forexai_core.errors import ConfigError, ConflictError, FencedError, NotFoundError
from forexai_core.ports.clock import Clock
from forexai_core.ports.jobs import Claim, Job, JobRequest, JobState, backoff_ns
from forexai_core.ports.names import check_name
from forexai_core.services.sqlite import Database

__all__ = ["SqliteJobs"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    terms TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    progress REAL NOT NULL,
    note TEXT NOT NULL,
    result BLOB NOT NULL,
    error TEXT NOT NULL,
    due_ns INTEGER NOT NULL,
    claimed_until_ns INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    created_at_ns INTEGER NOT NULL,
    changed_at_ns INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (state, due_ns, position)
"""

_WORKER_LOST = "worker lost"
_FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_KEPT = (
    "id, key, kind, payload, terms, state, attempt, worker, progress, note, result, error, due_ns, "
    "claimed_until_ns, cancel_requested, created_at_ns, changed_at_ns"
)


@final
class SqliteJobs:
    """Jobs in a table.

    Parameters
    ----------
    database : Database
        Where.
    clock : Clock
        For due times, leases and stamps.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.add_schema("jobs", 1, _SCHEMA)

    def close(self) -> None:
        """Close the database, which others may share."""
        self._database.close()

    async def enqueue(self, request: JobRequest) -> Job:
        """Add a job; see `forexai_core.ports.jobs.Jobs`."""
        now_ns = self._clock.now_ns()
        job = Job(
            id=uuid.uuid4().hex,
            request=request,
            state=JobState.QUEUED,
            attempt=0,
            worker="",
            progress=0.0,
            note="",
            result=b"",
            error="",
            due_ns=max(request.not_before_ns, now_ns),
            claimed_until_ns=0,
            cancel_requested=False,
            created_at_ns=now_ns,
            changed_at_ns=now_ns,
        )

        def work(connection: sqlite3.Connection) -> Job:
            known = _find(connection, "key", request.key)
            if known is None:
                _insert(connection, job)
                return job
            if known.request != request:
                raise ConflictError(f"Key '{request.key}' stands for another job, {known.id}: use another key.")
            return known

        return await self._database.write(work)

    async def claim(self, worker: str, *, kinds: Sequence[str], lease_s: float = 60.0) -> tuple[Claim, Job] | None:
        """Begin a job; see `forexai_core.ports.jobs.Jobs`."""
        check_name("worker", worker)
        if not 0 < lease_s < float("inf"):
            raise ConfigError(f"A worker's lease must last for more than 0 seconds, not {lease_s}.")
        now_ns = self._clock.now_ns()
        wanted = tuple(kinds)

        def work(connection: sqlite3.Connection) -> tuple[Claim, Job] | None:
            _bury_lost(connection, now_ns)
            job = _first_due(connection, wanted, now_ns)
            if job is None:
                return None
            begun = attrs.evolve(
                job,
                state=JobState.RUNNING,
                attempt=job.attempt + 1,
                worker=worker,
                progress=0.0,
                note="",
                claimed_until_ns=now_ns + round(lease_s * 1e9),
                changed_at_ns=now_ns,
            )
            _update(connection, begun)
            return Claim(job_id=job.id, attempt=begun.attempt, worker=worker, lease_s=float(lease_s)), begun

        return await self._database.write(work)

    async def progress(self, claim: Claim, fraction: float, note: str = "") -> Job:
        """Report progress; see `forexai_core.ports.jobs.Jobs`."""
        if not 0 <= fraction <= 1:
            raise ConfigError(f"Progress of job {claim.job_id} is a fraction between 0 and 1, not {fraction}.")
        now_ns = self._clock.now_ns()

        def work(connection: sqlite3.Connection) -> Job:
            job = attrs.evolve(
                _claimed(connection, claim),
                progress=float(fraction),
                note=note,
                claimed_until_ns=now_ns + round(claim.lease_s * 1e9),
                changed_at_ns=now_ns,
            )
            _update(connection, job)
            return job

        return await self._database.write(work)

    async def complete(self, claim: Claim, result: bytes = b"") -> Job:
        """Finish a job; see `forexai_core.ports.jobs.Jobs`."""
        now_ns = self._clock.now_ns()

        def work(connection: sqlite3.Connection) -> Job:
            known = _get(connection, claim.job_id)
            mine = (known.attempt, known.worker) == (claim.attempt, claim.worker)
            if mine and known.state is JobState.DONE and known.result == result:
                return known
            job = attrs.evolve(
                _claimed(connection, claim), state=JobState.DONE, progress=1.0, result=result, changed_at_ns=now_ns
            )
            _update(connection, job)
            return job

        return await self._database.write(work)

    async def fail(self, claim: Claim, error: str, *, retry: bool = True) -> Job:
        """Give up an attempt; see `forexai_core.ports.jobs.Jobs`."""
        now_ns = self._clock.now_ns()

        def work(connection: sqlite3.Connection) -> Job:
            job = _given_up(_claimed(connection, claim), error, retry=retry, now_ns=now_ns)
            _update(connection, job)
            return job

        return await self._database.write(work)

    async def cancel(self, job_id: str) -> Job:
        """Ask to stop a job; see `forexai_core.ports.jobs.Jobs`."""
        now_ns = self._clock.now_ns()

        def work(connection: sqlite3.Connection) -> Job:
            job = _get(connection, job_id)
            if job.state in _FINAL:
                return job
            state = JobState.CANCELLED if job.state is JobState.QUEUED else job.state
            job = attrs.evolve(job, state=state, cancel_requested=True, changed_at_ns=now_ns)
            _update(connection, job)
            return job

        return await self._database.write(work)

    async def get(self, job_id: str) -> Job:
        """Return a job; see `forexai_core.ports.jobs.Jobs`."""
        return await self._database.read(lambda connection: _get(connection, job_id))

    async def list(self, *, state: JobState | None = None, limit: int = 100) -> Sequence[Job]:
        """Return the newest jobs; see `forexai_core.ports.jobs.Jobs`."""
        query = f"SELECT {_KEPT} FROM jobs WHERE ? IN ('', state) ORDER BY position DESC LIMIT ?"  # noqa: S608 - a constant
        wanted = ("" if state is None else str(state), limit)
        return await self._database.read(lambda connection: [_job(row) for row in connection.execute(query, wanted)])


def _given_up(job: Job, error: str, *, retry: bool, now_ns: int) -> Job:
    """Return a job after an attempt that failed."""
    if job.cancel_requested:
        return attrs.evolve(job, state=JobState.CANCELLED, error=error, changed_at_ns=now_ns)
    if not retry or job.attempt >= job.request.max_attempts:
        return attrs.evolve(job, state=JobState.FAILED, error=error, changed_at_ns=now_ns)
    due_ns = now_ns + backoff_ns(job.request, job.attempt)
    return attrs.evolve(job, state=JobState.QUEUED, error=error, due_ns=due_ns, changed_at_ns=now_ns)


def _bury_lost(connection: sqlite3.Connection, now_ns: int) -> None:
    rows = connection.execute(
        f"SELECT {_KEPT} FROM jobs WHERE state = ? AND claimed_until_ns < ?",  # noqa: S608 - a constant
        (JobState.RUNNING, now_ns),
    ).fetchall()
    for row in rows:
        _update(connection, _given_up(_job(row), _WORKER_LOST, retry=True, now_ns=now_ns))


def _first_due(connection: sqlite3.Connection, kinds: tuple[str, ...], now_ns: int) -> Job | None:
    marks = ", ".join("?" * len(kinds))
    row = connection.execute(
        f"SELECT {_KEPT} FROM jobs WHERE state = ? AND due_ns <= ? AND kind IN ({marks}) "  # noqa: S608 - constants
        "ORDER BY due_ns, position LIMIT 1",
        (JobState.QUEUED, now_ns, *kinds),
    ).fetchone()
    return None if row is None else _job(row)


def _claimed(connection: sqlite3.Connection, claim: Claim) -> Job:
    job = _get(connection, claim.job_id)
    if job.state is not JobState.RUNNING or (job.attempt, job.worker) != (claim.attempt, claim.worker):
        raise FencedError(
            f"Attempt {claim.attempt} of '{claim.worker}' at job {claim.job_id} is over (the job is '{job.state}', "
            f"attempt {job.attempt}): stop; what it did is not kept."
        )
    return job


def _find(connection: sqlite3.Connection, column: str, value: str) -> Job | None:
    row = connection.execute(f"SELECT {_KEPT} FROM jobs WHERE {column} = ?", (value,)).fetchone()  # noqa: S608 - constants
    return None if row is None else _job(row)


def _get(connection: sqlite3.Connection, job_id: str) -> Job:
    job = _find(connection, "id", job_id)
    if job is None:
        raise NotFoundError(f"There is no job '{job_id}'.")
    return job


def _values(job: Job) -> tuple[Any, ...]:
    request = job.request
    terms = [request.max_attempts, request.backoff_s, request.backoff_cap_s, str(request.not_before_ns)]
    return (
        *(job.id, request.key, request.kind, request.payload, json.dumps(terms)),
        *(str(job.state), job.attempt, job.worker, job.progress, job.note, job.result, job.error, job.due_ns),
        *(job.claimed_until_ns, int(job.cancel_requested), job.created_at_ns, job.changed_at_ns),
    )


def _insert(connection: sqlite3.Connection, job: Job) -> None:
    values = _values(job)
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO jobs ({_KEPT}) VALUES ({marks})", values)  # noqa: S608 - constants


def _update(connection: sqlite3.Connection, job: Job) -> None:
    changes = ", ".join(f"{column.strip()} = ?" for column in _KEPT.split(","))
    connection.execute(f"UPDATE jobs SET {changes} WHERE id = ?", (*_values(job), job.id))  # noqa: S608 - constants


def _job(row: tuple[Any, ...]) -> Job:
    max_attempts, backoff_s, backoff_cap_s, not_before_ns = json.loads(row[4])
    request = JobRequest(
        key=row[1],
        kind=row[2],
        payload=row[3],
        max_attempts=max_attempts,
        backoff_s=backoff_s,
        backoff_cap_s=backoff_cap_s,
        not_before_ns=int(not_before_ns),
    )
    names = [field.name for field in attrs.fields(Job) if field.name not in {"id", "request"}]
    known = dict(zip(names, row[5:], strict=True))
    known["state"] = JobState(known["state"])
    known["cancel_requested"] = bool(known["cancel_requested"])
    return Job(id=row[0], request=request, **known)
