"""The book of usage in the journal: one writer at a time, however many processes and threads there are."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import uuid4

from forexai_core.errors import BillingError, FencedError, NotFoundError
from forexai_core.ports.journal import Entry
from forexai_core.ports.leases import Lease
from forexai_core.ports.services import Services
from forexai_saas.billing.usage_book import UsageBook

__all__ = ["STREAM", "JournalBook"]

STREAM = "billing/usage"
"""Name of the stream, and of the lease on it."""

ResultT = TypeVar("ResultT")
Step = Callable[[UsageBook], tuple[ResultT, Entry | None]]
"""Looks at the book and gives an answer, with what is to be written for it (None: nothing)."""

_LEASE_S = 15.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.1
_TAKE_OVERS = 5


class JournalBook:
    """Reads and writes the book through the ports, never through a path.

    Every change is made under the lease of the stream: the new holder takes the stream over, reads what others wrote,
    decides, and appends. A holder that was paused for longer than its lease is refused by the fence and begins anew, so
    that no unit is given twice.

    Parameters
    ----------
    services : Services
        Journal, leases and clock.
    wait_s : float
        Longest wait for the lease.
    """

    def __init__(self, services: Services, *, wait_s: float) -> None:
        self._services = services
        self._wait_ns = round(wait_s * 1e9)
        self._book = UsageBook()
        # Coroutines of several threads may read at once; each entry is taken in by one of them.
        self._guard = threading.Lock()

    async def look(self, read: Callable[[UsageBook], ResultT]) -> ResultT:
        """Read what is written by now."""
        await self._catch_up(await self._services.journal.last(STREAM))
        with self._guard:
            return read(self._book)

    async def change(self, step: Step[ResultT]) -> ResultT:
        """Decide on the newest state and write what follows from it, once.

        Raises
        ------
        BillingError
            If others write for too long; then nothing was written.
        StorageError
            If the journal failed.
        """
        for _ in range(_TAKE_OVERS):
            try:
                async with self._lease() as lease:
                    return await self._change_under(lease, step)
            except FencedError:
                continue  # the lease ran out under us and nothing was written: decide anew
        raise BillingError(f"The book of usage was taken over {_TAKE_OVERS} times while this was decided. Try again.")

    async def _change_under(self, lease: Lease, step: Step[ResultT]) -> ResultT:
        journal = self._services.journal
        await self._catch_up(await journal.take(STREAM, lease.fence))
        with self._guard:
            answer, entry = step(self._book)
        if entry is not None:
            await self._catch_up(await journal.append(STREAM, [entry], fence=lease.fence))
        return answer

    async def _catch_up(self, last: int) -> None:
        if last <= self._book.sequence:
            return
        try:
            async for record in self._services.journal.read(STREAM, after=self._book.sequence):
                with self._guard:
                    self._book.take_in(record)
        except NotFoundError:
            return  # nobody has written yet

    @asynccontextmanager
    async def _lease(self) -> AsyncIterator[Lease]:
        clock, leases = self._services.clock, self._services.leases
        owner = f"meter-{uuid4().hex}"
        until_ns, pause_s = clock.monotonic_ns() + self._wait_ns, _FIRST_PAUSE_S
        lease = await leases.acquire(STREAM, owner=owner, ttl_s=_LEASE_S)
        while lease is None:
            if clock.monotonic_ns() >= until_ns:
                raise BillingError("The book of usage is busy, so nothing was counted. Try again in a moment.")
            await clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            lease = await leases.acquire(STREAM, owner=owner, ttl_s=_LEASE_S)
        try:
            yield lease
        finally:
            await leases.release(lease)
