"""Executors: in this process, and over its cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from typing import TYPE_CHECKING, TypeVar, final

from forexai_core.errors import ConfigError, ForexAIError
from forexai_core.ports.executor import Cancellation

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["InProcessExecutor", "ProcessExecutor"]

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_WINDOW_PER_WORKER = 4
_LOOK_S = 0.05


def _stop_if(cancellation: Cancellation | None) -> None:
    if cancellation is not None and cancellation.cancelled:
        raise CancelledError("The work was cancelled.")


@final
class InProcessExecutor:
    """Runs each item in the caller's thread, when its result is wanted."""

    @property
    def workers(self) -> int:
        """One."""
        return 1

    def map(
        self,
        function: Callable[[ItemT], ResultT],
        items: Iterable[ItemT],
        *,
        on_progress: Callable[[int], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Iterator[ResultT]:
        """Yield results; see `forexai_core.ports.executor.Executor`."""
        for done, item in enumerate(_until(items, cancellation), start=1):
            result = function(item)
            if on_progress is not None:
                on_progress(done)
            yield result

    def submit(self, function: Callable[..., ResultT], /, *arguments: object) -> Future[ResultT]:
        """Run a call at once; return its future, done."""
        future: Future[ResultT] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as failure:  # noqa: BLE001 - handed over in the future
            future.set_exception(failure)
        return future

    def close(self) -> None:
        """Do nothing: there are no workers."""


def _until(items: Iterable[ItemT], cancellation: Cancellation | None) -> Iterator[ItemT]:
    for item in items:
        _stop_if(cancellation)
        yield item
    _stop_if(cancellation)


@final
class ProcessExecutor:
    """Runs items in processes of their own, started when first needed.

    They are started afresh (``spawn``), since copies of a process that has threads can hang. So a script that
    uses it keeps its work under ``if __name__ == "__main__":``, as Python demands.

    Parameters
    ----------
    workers : int or None
        How many processes; None takes one for each core.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ConfigError(f"An executor needs one worker or more, not {workers}.")
        self._workers = workers or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    @property
    def workers(self) -> int:
        """How many processes run at once."""
        return self._workers

    def map(
        self,
        function: Callable[[ItemT], ResultT],
        items: Iterable[ItemT],
        *,
        on_progress: Callable[[int], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Iterator[ResultT]:
        """Yield results; see `forexai_core.ports.executor.Executor`."""
        waiting: deque[Future[ResultT]] = deque()
        progress = _Progress(on_progress)
        source = iter(items)
        try:
            exhausted = False
            while True:
                _stop_if(cancellation)
                while not exhausted and len(waiting) < self._workers * _WINDOW_PER_WORKER:
                    try:
                        item = next(source)
                    except StopIteration:
                        exhausted = True
                    else:
                        waiting.append(self.submit(function, item))
                if not waiting:
                    return
                _wait_for_first(waiting, progress, cancellation)
                yield self._result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def submit(self, function: Callable[..., ResultT], /, *arguments: object) -> Future[ResultT]:
        """Begin a call; see `forexai_core.ports.executor.Executor`."""
        try:
            return self._started().submit(function, *arguments)
        except BrokenExecutor:
            self._drop_pool()
            return self._started().submit(function, *arguments)

    def close(self) -> None:
        """Let the workers go; they start again when needed."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Slow to import, and not needed by most.
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(self._workers, mp_context=multiprocessing.get_context("spawn"))
        return self._pool

    def _drop_pool(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _result(self, future: Future[ResultT]) -> ResultT:
        try:
            return future.result()
        except BrokenExecutor as problem:
            self._drop_pool()
            raise ForexAIError(
                "A worker process died: often for want of memory, or because a script starts its work without "
                "'if __name__ == \"__main__\":'. Use fewer workers, or guard the script."
            ) from problem


class _Progress:
    """Counts the futures that are done, and tells when there are more."""

    def __init__(self, tell: Callable[[int], None] | None) -> None:
        self._tell = tell
        self._handed_over = 0
        self._told = 0

    def look(self, waiting: Iterable[Future[ResultT]], *, handed_over: int = 0) -> None:
        """Tell the number of those done, if it has grown."""
        done = self._handed_over + sum(future.done() for future in waiting)
        self._handed_over += handed_over
        if self._tell is not None and done > self._told:
            self._told = done
            self._tell(done)


def _wait_for_first(waiting: deque[Future[ResultT]], progress: _Progress, cancellation: Cancellation | None) -> None:
    """Return when the first one is done, telling progress meanwhile."""
    while not waiting[0].done():
        wait([future for future in waiting if not future.done()], timeout=_LOOK_S, return_when=FIRST_COMPLETED)
        _stop_if(cancellation)
        progress.look(waiting)
    progress.look(waiting, handed_over=1)
