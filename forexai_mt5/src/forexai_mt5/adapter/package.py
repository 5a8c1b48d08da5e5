"""What the adapter asks of whoever calls the package: the worker is one, and tests have another."""

from __future__ import annotations

from typing import Any, Protocol

from forexai_mt5.worker.worker import Answer

__all__ = ["Package"]


class Package(Protocol):
    """The package in a process of its own; see :class:`forexai_mt5.worker.worker.Worker`."""

    @property
    def generation(self) -> int:
        """Number of the process: each has a connection of its own to the terminal."""
        ...

    async def start(self) -> None:
        """Start the process; twice is once."""
        ...

    async def stop(self) -> None:
        """End it; twice is once."""
        ...

    async def call(
        self, function: str, *args: Any, timeout_s: float | None = None, generation: int | None = None, **kwargs: Any
    ) -> Answer:
        """Call a function, once."""
        ...
