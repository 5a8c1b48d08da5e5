"""One process for short questions, kept warm for a while."""

from __future__ import annotations

import asyncio
from typing import final

from forexai_saas.errors import AccountError
from reference_app.processes.worker import WorkerProcess

__all__ = ["Workbench"]

_WAITING = 32
_LIMIT_S = 120.0
_IDLE_S = 600.0


@final
class Workbench:
    """Answers questions that need compiled code, one after the other.

    Parameters
    ----------
    module : str
        What its process runs.
    limit_s : float
        How long one answer may take, the start of the process included.
    idle_s : float
        After how long without a question the process is ended: it holds hundreds of MiB.
    waiting : int
        How many may wait at most.
    """

    def __init__(
        self, module: str, *, limit_s: float = _LIMIT_S, idle_s: float = _IDLE_S, waiting: int = _WAITING
    ) -> None:
        self._worker = WorkerProcess(module)
        self._limit_s, self._idle_s, self._most = limit_s, idle_s, waiting
        self._one = asyncio.Lock()
        self._asked = 0
        self._resting: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._worker.running

    async def ask(self, name: str, body: bytes) -> bytes:
        """Have a task done; its errors are those of :meth:`WorkerProcess.ask`.

        Raises
        ------
        AccountError
            If too many wait already.
        """
        if self._asked > self._most:
            raise AccountError("work.busy", "Too many are waiting for an answer. Try again.", retry_after_s=2.0)
        self._asked += 1
        try:
            async with self._one:
                self._wake()
                return await self._worker.ask(name, body, limit_s=self._limit_s)
        finally:
            self._asked -= 1
            if not self._asked:
                self._resting = asyncio.create_task(self._rest(), name="forexai-workbench-rest")

    async def stop(self) -> None:
        """End the process."""
        self._wake()
        await self._worker.stop()

    def _wake(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    async def _rest(self) -> None:
        await asyncio.sleep(self._idle_s)
        async with self._one:
            await self._worker.stop()
