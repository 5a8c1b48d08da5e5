"""The task that claims jobs and has processes do them."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import final

from forexai_core.errors import FencedError, ForexAIError, StorageError
from forexai_core.ports.jobs import Claim, Job, Jobs, JobState
from reference_app.jobs.handling import Handler, Order, Subject, subject_of
from reference_app.processes.worker import WorkerError, WorkerProcess

__all__ = ["JobRunner"]

_LOG = logging.getLogger(__name__)
_LEASE_S = 120.0
_BEAT_S = 2.0
_LOOK_S = 5.0
_LONGEST_S = 60.0
_BROKEN = "The computation broke down again and again. The log of the platform says why."


class _CancelledByRequestError(Exception):
    """Somebody cancelled the job that is being done."""


@final
class JobRunner:
    """Does jobs, as many at a time as there are processes.

    A job is done at least once. Its lease is renewed while its process computes; one that is cancelled, or that
    another worker was given, has its process ended.

    Parameters
    ----------
    jobs : Jobs
        The table.
    handlers : mapping of str to Handler
        By kind.
    module : str
        What the processes run.
    processes : int
        How many.
    limit_s : float
        How long one may take; after that it counts as failed.
    beat_s : float
        How often a lease is renewed, and a wish to cancel is seen.
    """

    def __init__(
        self,
        jobs: Jobs,
        handlers: Mapping[str, Handler],
        module: str,
        *,
        processes: int = 1,
        limit_s: float = 1_800.0,
        beat_s: float = _BEAT_S,
    ) -> None:
        self._jobs = jobs
        self._handlers = handlers
        self._workers = [WorkerProcess(module) for _ in range(processes)]
        self._limit_s, self._beat_s = limit_s, beat_s
        self._name = f"app-{secrets.token_hex(4)}"
        self._new = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [
            asyncio.create_task(self._run(worker, f"{self._name}-{number}"), name=f"forexai-jobs-{number}")
            for number, worker in enumerate(self._workers)
        ]

    async def stop(self) -> None:
        """End; what was being done is done again when somebody next starts, its lease runs out."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for worker in self._workers:
            await worker.stop()

    def wake(self) -> None:
        """Look for work at once: something was added."""
        self._new.set()

    async def drain(self) -> int:
        """Do what is due now, one after the other; tell how many that were."""
        done = 0
        while await self._one(self._workers[0], self._name):
            done += 1
        return done

    async def _run(self, worker: WorkerProcess, name: str) -> None:
        pause_s = _LOOK_S
        while True:
            self._new.clear()
            try:
                while await self._one(worker, name):
                    pause_s = _LOOK_S
            except ForexAIError:
                _LOG.exception("the jobs could not be looked at")
                pause_s = min(pause_s * 2, _LONGEST_S)
            try:
                async with asyncio.timeout(pause_s):
                    await self._new.wait()
            except TimeoutError:
                continue

    async def _one(self, worker: WorkerProcess, name: str) -> bool:
        claimed = await self._jobs.claim(name, kinds=tuple(self._handlers), lease_s=_LEASE_S)
        if claimed is None:
            return False
        claim, job = claimed
        handler, subject = self._handlers[job.request.kind], subject_of(job)
        try:
            await self._do(handler, subject, claim, job, worker)
        except FencedError as problem:
            _LOG.warning("%s", problem)
        except _CancelledByRequestError:
            await handler.give_up(subject, job)
            await self._jobs.fail(claim, "cancelled", retry=False)
        except (WorkerError, StorageError) as problem:
            _LOG.error("job %s of kind %s: %s", job.id, job.request.kind, problem)
            failed = await self._jobs.fail(claim, str(problem))
            if failed.state is JobState.FAILED:
                await handler.refuse(subject, job, _BROKEN)
        except ForexAIError as problem:
            await handler.refuse(subject, job, str(problem))
            await self._jobs.fail(claim, str(problem), retry=False)
        return True

    async def _do(self, handler: Handler, subject: Subject, claim: Claim, job: Job, worker: WorkerProcess) -> None:
        if job.cancel_requested:
            raise _CancelledByRequestError
        order = await handler.begin(subject, job)
        if order is not None:
            await handler.finish(subject, job, await self._computed(order, claim, worker))
        await self._jobs.complete(claim)

    async def _computed(self, order: Order, claim: Claim, worker: WorkerProcess) -> bytes:
        """Have a process compute, and live on meanwhile."""
        seen: tuple[float, str] = (0.0, "")

        async def note(fraction: float, text: str) -> None:
            nonlocal seen
            seen = fraction, text  # written down with the next beat: each is a write that waits for the disk

        async def beat_on() -> None:
            while True:
                await asyncio.sleep(self._beat_s)
                if (await self._jobs.progress(claim, *seen)).cancel_requested:
                    raise _CancelledByRequestError

        asked = asyncio.create_task(worker.ask(order.task, order.body, limit_s=self._limit_s, on_progress=note))
        beating = asyncio.create_task(beat_on())
        try:
            await asyncio.wait({asked, beating}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                beating.result()  # it ends by what it raises alone
            return await asked
        finally:
            for task in (asked, beating):
                task.cancel()
            await asyncio.gather(asked, beating, return_exceptions=True)
