"""The executor: numeric work over cores."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from typing import Protocol, TypeVar, final, runtime_checkable

__all__ = ["Cancellation", "CancelledError", "Executor"]

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@final
class Cancellation:
    """A switch by which one thread asks another to stop; it cannot be turned back."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask to stop."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()


@runtime_checkable
class Executor(Protocol):
    """Runs pure functions, perhaps elsewhere.

    Functions, arguments and results may travel to another process: a function is one that can be imported by
    its name, and results do not depend on which worker made them. It is synchronous, as backtests are; from the
    event loop, call `map` in a thread and ``await asyncio.wrap_future(executor.submit(…))``.
    """

    @property
    def workers(self) -> int:
        """How many items run at once, at most."""
        ...

    def map(
        self,
        function: Callable[[ItemT], ResultT],
        items: Iterable[ItemT],
        *,
        on_progress: Callable[[int], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Iterator[ResultT]:
        """Yield ``function(item)`` for each item, in the order of the items.

        Results are handed over while later items run; only a bounded number of items and results is held, so
        endless iterables and large sweeps keep memory flat.

        Parameters
        ----------
        function : callable
            Importable by name.
        items : iterable
            Read as needed, by the caller's thread.
        on_progress : callable, optional
            Called with the number of items done so far, each time it has grown, by the caller's thread.
        cancellation : Cancellation, optional
            Once cancelled, no further item is begun.

        Raises
        ------
        CancelledError
            At the first result wanted after the cancellation.
        ForexAIError
            If a worker died.
        Exception
            What the function raised, at that item's turn; what has not begun by then is not begun.
        """
        ...

    def submit(self, function: Callable[..., ResultT], /, *arguments: object) -> Future[ResultT]:
        """Begin one call; return its future."""
        ...

    def close(self) -> None:
        """Drop what has not begun, wait for what has, and let the workers go. Twice is once."""
        ...
