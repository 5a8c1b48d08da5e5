"""What a person has to release, on disk: an account that was halted stays so over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from forexai_core.errors import IntegrityError
from forexai_core.live.records import decode, encode
from forexai_core.ports.clock import Clock
from forexai_core.ports.journal import Entry, Journal, JournalRecord
from forexai_core.ports.leases import Fence

__all__ = ["HaltJournal"]

_STREAM = "order-desk/"
_HALTED, _RELEASED, _VERSION = "halted", "released", 1


class HaltJournal:
    """The halts of one account's desk, in a stream of the journal that only the holder of its lease can write.

    Parameters
    ----------
    journal : Journal
        Where.
    clock : Clock
        For times.
    account : str
        Whose.
    fence : Fence
        The writer's token: one who lost the account can neither halt nor release it for the next.
    """

    def __init__(self, journal: Journal, clock: Clock, account: str, fence: Fence) -> None:
        self._journal, self._clock, self._fence = journal, clock, fence
        self._stream = f"{_STREAM}{account}"
        self._written: dict[str, str] = {}
        self._writing = asyncio.Lock()

    async def recover(self) -> Mapping[str, str]:
        """Take the stream over, and give what still waits for a person: reasons by name.

        Raises
        ------
        StorageError
            If it cannot be read: then nobody knows what is halted.
        """
        await self._journal.take(self._stream, self._fence)
        async for record in self._journal.read(self._stream):
            self._fold(record)
        return dict(self._written)

    def _fold(self, record: JournalRecord) -> None:
        fields = decode(record.payload, record.kind, _VERSION)
        try:
            if record.kind == _HALTED:
                self._written[str(fields["name"])] = str(fields["reason"])
            else:
                for name in fields["names"]:
                    self._written.pop(name, None)
        except (KeyError, TypeError) as problem:
            raise IntegrityError(
                f"Record {record.sequence} of the journal's stream '{self._stream}' cannot be read ({problem!r}), so "
                "nobody knows what is halted. Restore the journal from a backup."
            ) from problem

    async def write(self, halts: Mapping[str, str]) -> None:
        """Write down those that are not written yet; without any, nothing is touched.

        Raises
        ------
        FencedError
            If another writer took the account over.
        StorageError
            If it could not be written; ask again.
        """
        async with self._writing:
            fresh = {name: reason for name, reason in halts.items() if name not in self._written}
            if fresh:
                await self._append(
                    _HALTED, *({"name": name, "reason": reason} for name, reason in sorted(fresh.items()))
                )
                self._written |= fresh

    async def lift(self, names: Iterable[str], *, person: str) -> None:
        """Write down who released what; raises as :meth:`write` does, and then nothing is released."""
        async with self._writing:
            gone = sorted(names)
            await self._append(_RELEASED, {"names": gone, "person": person})
            for name in gone:
                self._written.pop(name, None)

    async def _append(self, kind: str, *records: Mapping[str, Any]) -> None:
        now_ns = self._clock.now_ns()
        entries = [Entry(time_ns=now_ns, kind=kind, payload=encode(kind, _VERSION, fields)) for fields in records]
        await self._journal.append(self._stream, entries, fence=self._fence)
