"""Jobs: work to be done later, at least once, the table being the truth."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.names import check_name

__all__ = ["Claim", "Job", "JobRequest", "JobState", "Jobs", "backoff_ns"]


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    """Waits for a worker, or for its next attempt."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Given up after its last attempt."""
    CANCELLED = "cancelled"


def _name(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    check_name(f"job's {attribute.name}", value)


def _positive(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not 0 < value < float("inf"):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} must be above 0, not {value}.")


@attrs.frozen(kw_only=True)
class JobRequest:
    """What is to be done.

    Attributes
    ----------
    key : str
        Idempotency key: one key, one job.
    kind : str
        Which handler does it.
    payload : bytes
        What the handler gets; ids rather than contents.
    max_attempts : int
        How often it is begun at most, 1 or more.
    backoff_s, backoff_cap_s : float
        Wait after the first failed attempt, which doubles with each further one up to the cap, seconds.
    not_before_ns : int
        When it may begin; 0 is at once.
    """

    key: str = attrs.field(validator=_name)
    kind: str = attrs.field(validator=_name)
    payload: bytes = b""
    max_attempts: int = attrs.field(default=5, validator=_positive)
    backoff_s: float = attrs.field(default=5.0, converter=float, validator=_positive)
    backoff_cap_s: float = attrs.field(default=600.0, converter=float, validator=_positive)
    not_before_ns: int = 0


def backoff_ns(request: JobRequest, attempt: int) -> int:
    """Return how long a job waits after its failed attempt number ``attempt`` (from 1), nanoseconds."""
    doublings = min(attempt - 1, 60)
    return int(min(request.backoff_s * 2.0**doublings, request.backoff_cap_s) * 1e9)


@attrs.frozen(kw_only=True)
class Job:
    """A job as it stands.

    Attributes
    ----------
    id : str
        Given by the store.
    request : JobRequest
        What is to be done.
    state : JobState
        How far it is.
    attempt : int
        How often it was begun.
    worker : str
        Who runs it, or ran it last.
    progress : float
        0 to 1, of the present attempt.
    note : str
        What the worker last said.
    result : bytes
        Of a job that is done.
    error : str
        Of the last attempt that failed.
    due_ns : int
        When it may begin (or begin again).
    claimed_until_ns : int
        When a silent worker counts as lost.
    cancel_requested : bool
        Whether somebody asked to stop it.
    created_at_ns, changed_at_ns : int
        By the clock of the store.
    """

    id: str
    request: JobRequest
    state: JobState
    attempt: int
    worker: str
    progress: float
    note: str
    result: bytes
    error: str
    due_ns: int
    claimed_until_ns: int
    cancel_requested: bool
    created_at_ns: int
    changed_at_ns: int


@attrs.frozen(kw_only=True)
class Claim:
    """A worker's right to a job: the attempt is its fencing token.

    Attributes
    ----------
    job_id : str
        Which job.
    attempt : int
        Which attempt; an older one may change nothing.
    worker : str
        Who.
    lease_s : float
        Silence after which the worker counts as lost, seconds.
    """

    job_id: str
    attempt: int
    worker: str
    lease_s: float


@runtime_checkable
class Jobs(Protocol):
    """A table of jobs.

    Each job is begun at least once until it is done, failed or cancelled: a handler makes its effect idempotent
    (by the job's key). Every change is durable on return. Times are the store's clock.
    """

    async def enqueue(self, request: JobRequest) -> Job:
        """Add a job; the same request again returns the job as it stands.

        Raises
        ------
        ConflictError
            If the key stands for another request.
        """
        ...

    async def claim(self, worker: str, *, kinds: Sequence[str], lease_s: float = 60.0) -> tuple[Claim, Job] | None:
        """Begin the job that has been due for longest (then the one added first), or return None.

        Jobs whose worker has been silent for longer than its lease are first treated as failed with the error
        ``worker lost``: queued again with back-off, failed after the last attempt, or cancelled if that was asked.

        Parameters
        ----------
        worker : str
            Name of the caller.
        kinds : sequence of str
            What it can do.
        lease_s : float
            Silence after which it counts as lost, above 0.
        """
        ...

    async def progress(self, claim: Claim, fraction: float, note: str = "") -> Job:
        """Report progress (0 to 1), and live on for another lease; look at ``cancel_requested`` in the answer.

        Raises
        ------
        ConfigError
            If the fraction is not within 0 to 1.
        FencedError
            If the claim is not the job's present one: stop.
        """
        ...

    async def complete(self, claim: Claim, result: bytes = b"") -> Job:
        """Finish a job. Repeating it with the same claim and result changes nothing.

        Raises
        ------
        FencedError
            If the claim is not the job's present one: the result is not kept.
        """
        ...

    async def fail(self, claim: Claim, error: str, *, retry: bool = True) -> Job:
        """Give up an attempt: cancelled if that was asked, queued again with back-off, or failed after the last.

        Parameters
        ----------
        claim : Claim
            The right to it.
        error : str
            For people; no secrets.
        retry : bool
            False fails the job at once.

        Raises
        ------
        FencedError
            If the claim is not the job's present one.
        """
        ...

    async def cancel(self, job_id: str) -> Job:
        """Ask to stop a job: at once if it waits; a running one when its worker sees it and calls `fail`.

        One that is done, failed or cancelled stays as it is.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        ...

    async def get(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        ...

    async def list(self, *, state: JobState | None = None, limit: int = 100) -> Sequence[Job]:
        """Return the newest jobs, newest first."""
        ...
