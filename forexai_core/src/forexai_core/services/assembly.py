"""The services of one person or one server, put together."""

from __future__ import annotations

from pathlib import Path

from forexai_core.ports.clock import Clock
from forexai_core.ports.executor import Executor
from forexai_core.ports.services import Services
from forexai_core.services.blobs import FileBlobs, MemoryBlobs
from forexai_core.services.bus import MemoryBus
from forexai_core.services.clocks import RealClock
from forexai_core.services.executors import ProcessExecutor
from forexai_core.services.halts import FileHalts, MemoryHalts
from forexai_core.services.homes import TRIALS_FILE, default_home
from forexai_core.services.intents import SqliteIntents
from forexai_core.services.jobs import SqliteJobs
from forexai_core.services.journal import FileJournal, MemoryJournal
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.metrics import MemoryMetrics
from forexai_core.services.secrets import FileSecrets, MemorySecrets
from forexai_core.services.sqlite import Database
from forexai_core.services.trials import FileTrials, MemoryTrials

__all__ = ["TRIALS_FILE", "default_home", "embedded_services"]


def embedded_services(home: Path | None, *, clock: Clock | None = None, executor: Executor | None = None) -> Services:
    """Put the embedded services together; close them when done (``with``).

    Nothing is opened, made or started before it is used.

    Parameters
    ----------
    home : Path or None
        Folder that holds all state: ``state.sqlite3`` (leases, intents, jobs), ``journal/``, ``blobs/``, ``halts/``,
        ``secrets.json`` and ``secrets.key``, ``trials.txt``. None keeps everything in memory.
    clock : Clock, optional
        Default the system's.
    executor : Executor, optional
        Default a process for each core.

    Returns
    -------
    Services
        Bus and metrics are in memory in any case: they last as long as the process.
    """
    clock = clock or RealClock()
    database = Database(None if home is None else home / "state.sqlite3")
    return Services(
        clock=clock,
        bus=MemoryBus(),
        journal=MemoryJournal() if home is None else FileJournal(home / "journal"),
        intents=SqliteIntents(database, clock),
        blobs=MemoryBlobs() if home is None else FileBlobs(home / "blobs"),
        leases=SqliteLeases(database, clock),
        halts=MemoryHalts() if home is None else FileHalts(home),
        jobs=SqliteJobs(database, clock),
        executor=executor or ProcessExecutor(),
        secrets=(
            MemorySecrets() if home is None else FileSecrets(home / "secrets.json", key_path=home / "secrets.key")
        ),
        metrics=MemoryMetrics(),
        trials=MemoryTrials() if home is None else FileTrials(home / TRIALS_FILE),
    )
