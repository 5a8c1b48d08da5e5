"""What a kind of job is to the runner."""

from __future__ import annotations

from typing import Protocol, final
from uuid import UUID

import attrs
import msgspec

from forexai_core.ports.jobs import Job, JobRequest
from forexai_saas.storage.scopes import Scope

__all__ = ["Handler", "Order", "Subject", "request_of", "subject_of"]


@final
class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whose row a job is about: all that its payload holds.

    Attributes
    ----------
    tenant_id : UUID
        Whose.
    id : UUID
        Which row.
    """

    tenant_id: UUID
    id: UUID

    @property
    def scope(self) -> Scope:
        """For whom its transactions speak."""
        return Scope(tenant_id=self.tenant_id)


@final
@attrs.frozen(kw_only=True)
class Order:
    """What a process is asked for.

    Attributes
    ----------
    task : str
        Which task.
    body : bytes
        All that it needs.
    """

    task: str
    body: bytes


class Handler(Protocol):
    """One kind of job. Each step may come twice, and makes its effect once: a row that has ended stays as it is."""

    async def begin(self, subject: Subject, job: Job) -> Order | None:
        """Note that the work has begun, and say what is to be computed; None where nothing is left to do.

        Raises
        ------
        ForexAIError
            If it cannot be done as it was asked: it is ended by :meth:`refuse`.
        """
        ...

    async def finish(self, subject: Subject, job: Job, found: bytes) -> None:
        """Keep what was found."""
        ...

    async def refuse(self, subject: Subject, job: Job, problem: str) -> None:
        """Note that it cannot be done, and why."""
        ...

    async def give_up(self, subject: Subject, job: Job) -> None:
        """Note that somebody cancelled it."""
        ...


def request_of(kind: str, subject: Subject, attempt_of: str) -> JobRequest:
    """Make the request of a job.

    Parameters
    ----------
    kind : str
        Which handler does it.
    subject : Subject
        About which row.
    attempt_of : str
        What tells one piece of work on that row from another: the same again is no second job.
    """
    return JobRequest(
        key=f"{kind}:{subject.tenant_id}:{attempt_of}",
        kind=kind,
        payload=msgspec.msgpack.encode(subject),
        max_attempts=3,
        backoff_s=5.0,
    )


def subject_of(job: Job) -> Subject:
    """Read whose row a job is about."""
    return msgspec.msgpack.decode(job.request.payload, type=Subject)
