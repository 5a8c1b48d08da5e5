"""The services that a plugin may use, in one frozen record."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import attrs

from forexai_core.errors import StorageError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.bus import Bus
from forexai_core.ports.clock import Clock
from forexai_core.ports.executor import Executor
from forexai_core.ports.halts import Halts
from forexai_core.ports.intents import Intents
from forexai_core.ports.jobs import Jobs
from forexai_core.ports.journal import Journal
from forexai_core.ports.leases import Leases
from forexai_core.ports.metrics import Metrics
from forexai_core.ports.secrets import Secrets
from forexai_core.ports.trials import Trials

__all__ = ["Closable", "Services"]


@runtime_checkable
class Closable(Protocol):
    """A port that holds files, threads or processes."""

    def close(self) -> None:
        """Let go of them. Twice is once."""
        ...


@attrs.frozen(kw_only=True)
class Services:
    """Everything through which a plugin keeps state, waits, announces and computes.

    No plugin opens a path, a database or a thread pool of its own: so the same plugin runs on files for one
    person and on servers for many. What leaves the process is ``async`` and may take long: put it under
    ``asyncio.timeout``, and take an await that was cancelled for one whose outcome is unknown. What a
    backtest calls (`executor`, `metrics`, `trials`) is synchronous.

    Attributes
    ----------
    clock : Clock
        Time and waiting.
    bus : Bus
        Announcements.
    journal : Journal
        What happened, in order.
    intents : Intents
        Orders, before they are sent.
    blobs : Blobs
        Immutable bytes.
    leases : Leases
        Who owns which account.
    halts : Halts
        Who may not open positions now.
    jobs : Jobs
        Work to be done later.
    executor : Executor
        Work on many cores.
    secrets : Secrets
        Keys and passwords.
    metrics : Metrics
        Counts and times.
    trials : Trials
        Every evaluation ever made.
    """

    clock: Clock
    bus: Bus
    journal: Journal
    intents: Intents
    blobs: Blobs
    leases: Leases
    halts: Halts
    jobs: Jobs
    executor: Executor
    secrets: Secrets
    metrics: Metrics
    trials: Trials

    def close(self) -> None:
        """Close every port that is `Closable`; one that fails does not keep the others open.

        A port whose closing must be awaited is closed by whoever made it.

        Raises
        ------
        StorageError
            If some did not close; its cause holds each failure.
        """
        failures = []
        for port in attrs.astuple(self, recurse=False):
            if isinstance(port, Closable):
                try:
                    port.close()
                except Exception as failure:  # noqa: BLE001 - raised below, after the others are closed
                    failures.append(failure)
        if failures:
            message = f"{len(failures)} services did not close: " + "; ".join(map(str, failures))
            raise StorageError(message) from ExceptionGroup("closing", failures)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
