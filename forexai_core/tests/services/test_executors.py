"""Work in other processes: death, recovery, closing; and work in this one."""

from __future__ import annotations

import itertools
import os

import pytest

from forexai_core.errors import ConfigError, ForexAIError
from forexai_core.ports.executor import Cancellation, CancelledError
from forexai_core.services.executors import InProcessExecutor, ProcessExecutor
from forexai_core.testing.ports.executor import square


def worker_of(_: int) -> int:
    return os.getpid()


def die_at_three(number: int) -> int:
    if number == 3:
        os._exit(1)
    return number


@pytest.fixture(scope="module")
def processes():
    executor = ProcessExecutor(2)
    yield executor
    executor.close()


def test_the_work_is_done_elsewhere(processes):
    workers = set(processes.map(worker_of, range(20)))
    assert os.getpid() not in workers
    assert len(workers) <= 2


def test_a_worker_that_dies_is_told_and_replaced(processes):
    with pytest.raises(ForexAIError, match="worker process died"):
        list(processes.map(die_at_three, range(6)))
    assert list(processes.map(square, range(4))) == [0, 1, 4, 9]


def test_a_consumer_that_leaves_early_leaves_nothing_behind(processes):
    assert list(itertools.islice(processes.map(square, itertools.count()), 2)) == [0, 1]
    assert list(processes.map(square, range(3))) == [0, 1, 4]


def test_it_starts_again_after_closing(processes):
    processes.close()
    assert processes.submit(square, 3).result(timeout=60) == 9


def test_a_cancellation_while_it_waits_is_heard(processes):
    cancellation = Cancellation()

    def cancel(_done):
        cancellation.cancel()

    with pytest.raises(CancelledError):
        list(processes.map(square, range(100), on_progress=cancel, cancellation=cancellation))


@pytest.mark.parametrize("workers", [0, -1])
def test_a_number_of_workers_is_checked(workers):
    with pytest.raises(ConfigError, match="one worker"):
        ProcessExecutor(workers)


def test_nothing_starts_before_it_is_needed():
    executor = ProcessExecutor()
    assert executor.workers == os.cpu_count()
    assert executor._pool is None
    executor.close()


def test_in_process_work_is_done_here():
    assert set(InProcessExecutor().map(worker_of, range(3))) == {os.getpid()}
