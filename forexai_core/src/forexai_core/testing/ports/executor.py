"""What every executor has to pass."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from forexai_core.ports.executor import Cancellation, CancelledError, Executor
from forexai_core.testing.ports.verdicts import refused, require

__all__ = ["ExecutorSuite"]

_UNLUCKY = 7
_TIMEOUT_S = 120.0


def square(number: int) -> int:
    """Work for the suite; importable, as the port asks."""
    return number * number


def square_or_fail(number: int) -> int:
    """Work that fails at one item."""
    if number == _UNLUCKY:
        raise ArithmeticError(f"{number} is unlucky")
    return number * number


def slow_first(number: int) -> int:
    """Work whose first item takes longest, so that results are ready out of order."""
    total = sum(range(1_000_000 if number == 0 else 1))
    return number if total >= 0 else -1


def subtract(first: int, second: int) -> int:
    """Work of two arguments."""
    return first - second


class ExecutorSuite:
    """Rules of `forexai_core.ports.executor.Executor`. Synchronous."""

    most_ahead = 64
    """How many items the executor under test may read ahead of the results that were taken."""

    @pytest.fixture
    def executor(self) -> Executor:
        """Give the executor under test."""
        raise NotImplementedError("Give a fixture 'executor'.")

    def test_has_workers(self, executor: Executor) -> None:
        """There is at least one."""
        require(executor.workers >= 1, f"an executor of {executor.workers} workers")

    def test_keeps_the_order_of_the_items(self, executor: Executor) -> None:
        """Results come in the order of the items, whichever was done first."""
        got = list(executor.map(slow_first, range(12)))
        require(got == list(range(12)), f"results came as {got}")
        require(list(executor.map(square, [])) == [], "no items gave results")

    def test_reads_as_needed(self, executor: Executor) -> None:
        """Endless items are no trouble: they are read a bounded number ahead."""
        read = 0

        def numbers() -> Iterator[int]:
            nonlocal read
            for read in itertools.count(1):
                if read > 5 + self.most_ahead + 1:
                    pytest.fail(f"after 5 results more than {self.most_ahead} items were read ahead")
                yield read

        got = list(itertools.islice(executor.map(square, numbers()), 5))
        require(got == [1, 4, 9, 16, 25], f"the first results are {got}")

    def test_reports_progress(self, executor: Executor) -> None:
        """The number done rises to all, told in the caller's thread."""
        told: list[int] = []
        threads: set[int] = set()

        def tell(done: int) -> None:
            told.append(done)
            threads.add(threading.get_ident())

        require(len(list(executor.map(square, range(9), on_progress=tell))) == 9, "results are missing")
        require(told == sorted(set(told)), f"progress was told as {told}")
        require(told[-1:] == [9], f"progress ends at {told[-1:]}")
        require(threads == {threading.get_ident()}, "progress was told in another thread")

    def test_raises_what_the_function_raised(self, executor: Executor) -> None:
        """At the item's turn, after the results before it."""
        got: list[int] = []
        with refused(ArithmeticError, "an item that fails"):
            got.extend(executor.map(square_or_fail, range(5)))
            for result in executor.map(square_or_fail, range(5, 20)):
                got.append(result)  # noqa: PERF402 - what came before the error counts
        require(got == [0, 1, 4, 9, 16, 25, 36], f"before the failure came {got}")

    def test_stops_when_cancelled(self, executor: Executor) -> None:
        """After the cancellation no item is read and no result given."""
        cancellation = Cancellation()
        read: list[int] = []

        def numbers() -> Iterator[int]:
            for number in range(100_000):
                read.append(number)
                yield number

        got: list[int] = []
        before = 0
        with refused(CancelledError, "going on after the cancellation"):
            for result in executor.map(square, numbers(), cancellation=cancellation):
                got.append(result)
                if len(got) == 3:
                    cancellation.cancel()
                    before = len(read)
        require(len(got) == 3, f"{len(got)} results were given, though it was cancelled after 3")
        require(len(read) <= before + 1, f"{len(read) - before} items were read after the cancellation")

    def test_does_not_begin_when_cancelled_before(self, executor: Executor) -> None:
        """A switch that was thrown before stops everything."""
        cancellation = Cancellation()
        cancellation.cancel()
        with refused(CancelledError, "beginning after the cancellation"):
            list(executor.map(square, range(3), cancellation=cancellation))

    def test_submits_one_call(self, executor: Executor) -> None:
        """A future with the result, or with the error."""
        require(executor.submit(subtract, 5, 3).result(timeout=_TIMEOUT_S) == 2, "the call's arguments are mixed up")
        failing: Callable[[int], int] = square_or_fail
        future = executor.submit(failing, _UNLUCKY)
        with refused(ArithmeticError, "the result of a call that failed"):
            future.result(timeout=_TIMEOUT_S)

    def test_closes_twice(self, executor: Executor) -> None:
        """Closing is idempotent."""
        list(executor.map(square, range(3)))
        executor.close()
        executor.close()
