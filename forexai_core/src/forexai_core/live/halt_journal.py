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

__all__ = ["HaltJournal", "standing_halts"]

_STREAM = "order-desk/"
_HALTED, _RELEASED, _VERSION = "halted", "released", 1


async def standing_halts(journal: Journal, account: str) -> dict[str, tuple[str, int]]:
    """Give what waits for a person on an account, whether or not a session runs.

    Returns
    -------
    dict
        By the name of the halt: its reason, and since when, nanoseconds UTC.

    Raises
    ------
    StorageError
        If it cannot be read: then nobody knows what is halted.
    """
    standing: dict[str, tuple[str, int]] = {}
    async for record in journal.read(f"{_STREAM}{account}"):
        _fold(standing, record, account)
    return standing


def _fold(standing: dict[str, tuple[str, int]], record: JournalRecord, account: str) -> None:
    fields = decode(record.payload, record.kind, _VERSION)
    try:
        if record.kind == _HALTED:
            standing[str(fields["name"])] = str(fields["reason"]), record.time_ns
        else:
            for name in fields["names"]:
                standing.pop(name, None)
    except (KeyError, TypeError) as problem:
        raise IntegrityError(
            f"Record {record.sequence} of the journal's stream '{_STREAM}{account}' cannot be read ({problem!r}), so "
            "nobody knows what is halted. Restore the journal from a backup."
        ) from problem


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
        self._account, self._stream = account, f"{_STREAM}{account}"
        self._written: dict[str, str] = {}
        self._since_ns: dict[str, int] = {}
        self._writing = asyncio.Lock()

    async def recover(self) -> Mapping[str, str]:
        """Take the stream over, and give what still waits for a person: reasons by name.

        Raises
        ------
        StorageError
            If it cannot be read: then nobody knows what is halted.
        """
        await self._journal.take(self._stream, self._fence)
        found = await standing_halts(self._journal, self._account)
        self._written = {name: reason for name, (reason, _) in found.items()}
        self._since_ns = {name: since_ns for name, (_, since_ns) in found.items()}
        return dict(self._written)

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
                self._since_ns |= dict.fromkeys(fresh, self._clock.now_ns())

    def since_ns(self, name: str) -> int:
        """Give when a halt was written that stands, nanoseconds UTC; 0 where none is."""
        return self._since_ns[name] if name in self._written else 0

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
