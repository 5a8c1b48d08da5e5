"""Every embedded implementation passes the suite of its port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from forexai_core.ports.clock import Clock
from forexai_core.services.blobs import FileBlobs, MemoryBlobs
from forexai_core.services.bus import MemoryBus
from forexai_core.services.clocks import ManualClock, RealClock
from forexai_core.services.executors import InProcessExecutor, ProcessExecutor
from forexai_core.services.halts import FileHalts, MemoryHalts
from forexai_core.services.intents import SqliteIntents
from forexai_core.services.jobs import SqliteJobs
from forexai_core.services.journal import FileJournal, MemoryJournal
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.metrics import MemoryMetrics
from forexai_core.services.secrets import FileSecrets, MemorySecrets
from forexai_core.services.sqlite import Database
from forexai_core.services.trials import FileTrials, MemoryTrials
from forexai_core.testing.ports.blobs import BlobsSuite
from forexai_core.testing.ports.bus import BusSuite
from forexai_core.testing.ports.clock import ClockSuite
from forexai_core.testing.ports.executor import ExecutorSuite
from forexai_core.testing.ports.halts import HaltsSuite
from forexai_core.testing.ports.intents import IntentsSuite
from forexai_core.testing.ports.jobs import JobsSuite
from forexai_core.testing.ports.journal import JournalSuite
from forexai_core.testing.ports.leases import LeasesSuite
from forexai_core.testing.ports.metrics import MetricsSuite
from forexai_core.testing.ports.secrets import SecretsSuite
from forexai_core.testing.ports.trials import TrialsSuite


@pytest.fixture
def opened() -> Iterator[Callable]:
    """Keep what is opened, and close it at the end."""
    with ExitStack() as stack:

        def keep(store):
            stack.callback(store.close)
            return store

        yield keep


class OnManualClock:
    """Stores whose clock the suite drives."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(1_700_000_000_000_000_000)

    @pytest.fixture
    def advance(self, clock: ManualClock) -> Callable[[float], None]:
        return clock.advance


class TestRealClock(ClockSuite):
    @pytest.fixture
    def clock(self):
        return RealClock()


class TestManualClock(ClockSuite):
    @pytest.fixture
    def clock(self):
        return ManualClock(1_700_000_000_000_000_000)

    async def drive(self, clock: Clock, duration_s: float) -> None:
        clock.advance(duration_s)


class TestMemoryBus(BusSuite):
    @pytest.fixture
    def bus(self):
        return MemoryBus(history=self.remembers)


class TestMemoryJournal(JournalSuite):
    @pytest.fixture
    def journal(self):
        return MemoryJournal()

    @pytest.fixture
    def another(self, journal):
        return lambda: journal


class TestFileJournal(JournalSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileJournal(tmp_path / "journal"))

    @pytest.fixture
    def journal(self, another):
        return another()


class TestFileJournalOfSmallSegments(JournalSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileJournal(tmp_path / "journal", segment_bytes=100))

    @pytest.fixture
    def journal(self, another):
        return another()


class TestMemoryBlobs(BlobsSuite):
    @pytest.fixture
    def blobs(self):
        return MemoryBlobs(max_bytes=self.max_bytes)

    @pytest.fixture
    def another(self, blobs):
        return lambda: blobs


class TestFileBlobs(BlobsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileBlobs(tmp_path / "blobs", max_bytes=self.max_bytes))

    @pytest.fixture
    def blobs(self, another):
        return another()


class TestMemorySecrets(SecretsSuite):
    @pytest.fixture
    def secrets(self):
        return MemorySecrets()

    @pytest.fixture
    def another(self, secrets):
        return lambda: secrets


class TestFileSecrets(SecretsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileSecrets(tmp_path / "secrets.json", key_path=tmp_path / "secrets.key"))

    @pytest.fixture
    def secrets(self, another):
        return another()


class TestMemoryTrials(TrialsSuite):
    @pytest.fixture
    def trials(self):
        return MemoryTrials()

    @pytest.fixture
    def another(self, trials):
        return lambda: trials


class TestFileTrials(TrialsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileTrials(tmp_path / "trials.txt"))

    @pytest.fixture
    def trials(self, another):
        return another()


class TestSqliteLeases(OnManualClock, LeasesSuite):
    @pytest.fixture
    def another(self, tmp_path, opened, clock):
        return lambda: opened(SqliteLeases(Database(tmp_path / "state.sqlite3"), clock))

    @pytest.fixture
    def leases(self, another):
        return another()


class TestSqliteLeasesInMemory(OnManualClock, LeasesSuite):
    @pytest.fixture
    def leases(self, opened, clock):
        return opened(SqliteLeases(Database(None), clock))

    @pytest.fixture
    def another(self, leases):
        return lambda: leases


class TestFileHalts(HaltsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened):
        return lambda: opened(FileHalts(tmp_path))

    @pytest.fixture
    def halts(self, another):
        return another()


class TestMemoryHalts(HaltsSuite):
    @pytest.fixture
    def halts(self):
        return MemoryHalts()

    @pytest.fixture
    def another(self, halts):
        return lambda: halts


class TestSqliteIntents(OnManualClock, IntentsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened, clock):
        return lambda: opened(SqliteIntents(Database(tmp_path / "state.sqlite3"), clock))

    @pytest.fixture
    def intents(self, another):
        return another()


class TestSqliteIntentsInMemory(OnManualClock, IntentsSuite):
    @pytest.fixture
    def intents(self, opened, clock):
        return opened(SqliteIntents(Database(None), clock))

    @pytest.fixture
    def another(self, intents):
        return lambda: intents


class TestSqliteJobs(OnManualClock, JobsSuite):
    @pytest.fixture
    def another(self, tmp_path, opened, clock):
        return lambda: opened(SqliteJobs(Database(tmp_path / "state.sqlite3"), clock))

    @pytest.fixture
    def jobs(self, another):
        return another()


class TestSqliteJobsInMemory(OnManualClock, JobsSuite):
    @pytest.fixture
    def jobs(self, opened, clock):
        return opened(SqliteJobs(Database(None), clock))

    @pytest.fixture
    def another(self, jobs):
        return lambda: jobs


class TestInProcessExecutor(ExecutorSuite):
    @pytest.fixture
    def executor(self):
        return InProcessExecutor()


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessExecutor]:
    executor = ProcessExecutor(2)
    yield executor
    executor.close()


class TestProcessExecutor(ExecutorSuite):
    @pytest.fixture
    def executor(self, processes):
        return processes


class TestMemoryMetrics(MetricsSuite):
    @pytest.fixture
    def metrics(self):
        return MemoryMetrics(max_series=self.max_series)
