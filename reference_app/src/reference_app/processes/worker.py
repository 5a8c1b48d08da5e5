"""The application's side of a process that computes."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import final

import msgspec

from forexai_core.errors import ConfigError, DataError, ForexAIError, TradingError
from reference_app.processes.frames import LENGTH, Task, Told, framed

__all__ = ["OnProgress", "WorkerError", "WorkerProcess"]

OnProgress = Callable[[float, str], Awaitable[None]]
"""Told how far the task is: 0 to 1, and a note."""

_REFUSALS: Mapping[str, type[ForexAIError]] = MappingProxyType(
    {each.__name__: each for each in (ConfigError, DataError, TradingError)}
)


@final
class WorkerError(ForexAIError):
    """A process that computes failed, took too long, or is gone; what it did is not kept."""


async def _ignore(_fraction: float, _note: str) -> None:
    """Take no notice of progress."""


@final
class WorkerProcess:
    """One process, one task at a time; it is started when it is first asked, and again after it was ended.

    Parameters
    ----------
    module : str
        What the process runs: ``python -m module``.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: Process | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def ask(self, name: str, body: bytes, *, limit_s: float, on_progress: OnProgress = _ignore) -> bytes:
        """Have a task done.

        Parameters
        ----------
        name, body
            Which task, and what it is given.
        limit_s : float
            How long it may take; after that its process is ended.
        on_progress : callable
            Told how far it is; what it raises ends the process.

        Raises
        ------
        ForexAIError
            As the task raised it, for what it was asked.
        WorkerError
            If the task failed, took too long, or its process is gone.
        """
        try:
            async with asyncio.timeout(limit_s):
                told = await self._ask(Task(name=name, body=body), on_progress)
        except TimeoutError as problem:
            await self.stop()
            raise WorkerError(f"The task {name} took longer than {limit_s:g} seconds, and was ended.") from problem
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError) as problem:
            await self.stop()
            raise WorkerError(
                f"The process of the task {name} is gone: {str(problem) or type(problem).__name__}."
            ) from problem
        except BaseException:
            # Its answer would be taken for that of the next task.
            await self.stop()
            raise
        if told.kind == "refused":
            raise _REFUSALS.get(told.error, ForexAIError)(told.note)
        if told.kind == "failed":
            raise WorkerError(f"The task {name} failed: {told.note}. The log of the process says more.")
        return told.body

    async def stop(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        # Reads what is left, closes the pipes, and waits for the end.
        await asyncio.shield(process.communicate())

    async def _ask(self, task: Task, on_progress: OnProgress) -> Told:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, stdin=PIPE, stdout=PIPE
            )
        if process.stdin is None or process.stdout is None:
            raise WorkerError(f"The process of the task {task.name} has no pipes.")
        process.stdin.write(framed(task))
        await process.stdin.drain()
        while True:
            head = await process.stdout.readexactly(LENGTH.size)
            told = msgspec.msgpack.decode(await process.stdout.readexactly(LENGTH.unpack(head)[0]), type=Told)
            if told.kind != "progress":
                return told
            await on_progress(told.fraction, told.note)
