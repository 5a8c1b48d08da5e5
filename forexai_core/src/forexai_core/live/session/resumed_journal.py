"""The journal of a session that goes on: what it holds is compared with what comes out again, and grows after that."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import attrs

from forexai_core.errors import ConfigError, ConflictError, IntegrityError
from forexai_core.live.session.decisions import read_record, stream_of
from forexai_core.live.session.endings import ENDED
from forexai_core.ports.clock import Clock
from forexai_core.ports.journal import Entry, Journal, JournalRecord
from forexai_core.ports.leases import Fence, Lease
from forexai_core.services.journal import FileJournal
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.sqlite import Database

__all__ = ["ResumedJournal", "resumed_journal"]

_OF_PEOPLE = frozenset({"notice", ENDED})
_LEASE_S = 30.0


class ResumedJournal:
    """A journal that holds the beginning of what is written to it: that is compared, and what follows is appended.

    Parameters
    ----------
    inner : FileJournal
        Where it is; taken over.
    written : mapping of str to sequence of JournalRecord
        What it holds, by stream.
    fences : mapping of str to Fence
        Tokens to append with, by resource.
    """

    def __init__(
        self, inner: FileJournal, written: Mapping[str, Sequence[JournalRecord]], fences: Mapping[str, Fence]
    ) -> None:
        self._inner, self._fences = inner, fences
        self._left = {
            stream: deque(each for each in records if each.kind not in _OF_PEOPLE)
            for stream, records in written.items()
        }
        self._ends = {stream: records[-1] for stream, records in written.items() if records}
        self._begun: set[str] = set()

    def left(self, stream: str) -> int:
        """Say how many records have not come out again yet."""
        return len(self._left.get(stream, ()))

    def close(self) -> None:
        """Close the files."""
        self._inner.close()

    async def take(self, stream: str, fence: Fence) -> int:
        """Take nothing: the journal was taken over when it was opened."""
        del fence
        return 0 if stream not in self._begun else await self._inner.last(stream)

    async def append(self, stream: str, entries: Sequence[Entry], *, fence: Fence, durable: bool = True) -> int:
        """Compare entries with those that were written, and append what follows them.

        Raises
        ------
        IntegrityError
            If one is not what was written.
        """
        self._begun.add(stream)
        fresh = [entry for entry in entries if not self._known(stream, entry)]
        if fresh:
            self._ends.pop(stream, None)
            return await self._inner.append(stream, fresh, fence=self._fences[fence.resource], durable=durable)
        return await self._inner.last(stream)

    def _known(self, stream: str, entry: Entry) -> bool:
        left = self._left.get(stream)
        if not left:
            end = self._ends.get(stream)
            return end is not None and entry.kind == end.kind == ENDED and entry.payload == end.payload
        if entry.kind in _OF_PEOPLE:
            return True  # said while the past is gone through again; nothing follows from it
        before = left.popleft()
        timed = stream.startswith(stream_of(""))  # what the desk writes carries the time of the process
        if (before.kind, before.payload) != (entry.kind, entry.payload) or (timed and before.time_ns != entry.time_ns):
            what = "The session file, a strategy or the prices are" if before.kind == "begun" else "Something is"
            raise IntegrityError(
                f"{stream}, record {before.sequence} ({before.kind}): the session comes to something else than was "
                f"written. {what} not what it was; restore that, or begin a new run without --resume."
            )
        return True

    async def flush(self, stream: str) -> None:
        """Make every append so far durable."""
        await self._inner.flush(stream)

    async def read(self, stream: str, *, after: int = 0) -> AsyncIterator[JournalRecord]:
        """Iterate over records; a stream of which nothing has come out again is empty."""
        if stream in self._begun:
            async for record in self._inner.read(stream, after=after):
                yield record

    async def last(self, stream: str) -> int:
        """Return the newest sequence number; 0 as for :meth:`read`."""
        return await self._inner.last(stream) if stream in self._begun else 0

    async def streams(self) -> Sequence[str]:
        """Return the names of the streams."""
        return await self._inner.streams()


@attrs.frozen(kw_only=True, eq=False)
class _Owned:
    """What a run's folder holds, owned by this process."""

    written: Mapping[str, Sequence[JournalRecord]]
    fences: Mapping[str, Fence]


async def resumed_journal(
    folder: Path, state_file: Path, accounts: Sequence[str], *, owner: str, real: Clock
) -> tuple[ResumedJournal, Mapping[str, Sequence[JournalRecord]]]:
    """Take a run's journal over, to go on with it.

    Parameters
    ----------
    folder : Path
        Of its journal.
    state_file : Path
        Database with its leases.
    accounts : sequence of str
        Of the session.
    owner : str
        Who goes on: a name of its own for each start.
    real : Clock
        The system's.

    Returns
    -------
    ResumedJournal, mapping of str to sequence of JournalRecord
        What to write to, and what it holds of each account's decisions.

    Raises
    ------
    ConflictError
        If the session still runs.
    ConfigError
        If it was being drained: nothing is left to go on with.
    IntegrityError, StorageError
        If the journal cannot be read.
    """
    journal = FileJournal(folder)
    try:
        owned = await _taken_over(journal, state_file, accounts, owner, real)
        decided = {name: owned.written.get(stream_of(name), ()) for name in accounts}
        for name, records in decided.items():
            _check_going(folder, name, records)
    except BaseException:
        journal.close()
        raise
    return ResumedJournal(journal, owned.written, owned.fences), decided


async def _taken_over(journal: Journal, state_file: Path, accounts: Sequence[str], owner: str, real: Clock) -> _Owned:
    leases = SqliteLeases(Database(state_file), real)
    try:
        taken = [await _lease(leases, name, owner) for name in accounts]
        fences = {lease.fence.resource: lease.fence for lease in taken}
        written = {}
        for stream in await journal.streams():
            fence = fences.get(f"account:{stream.partition('/')[2]}")
            if fence is not None:
                await journal.take(stream, fence)  # from here on whoever has an older token writes nothing
            written[stream] = [record async for record in journal.read(stream)]
        for lease in taken:  # the token alone keeps others out, and the next start need not wait
            await leases.release(lease)
    finally:
        leases.close()
    return _Owned(written=written, fences=fences)


async def _lease(leases: SqliteLeases, account: str, owner: str) -> Lease:
    lease = await leases.acquire(f"account:{account}", owner=owner, ttl_s=_LEASE_S)
    if lease is None:
        raise ConflictError(
            f"Account '{account}' of this run is held: its session still runs, or was killed within the last "
            f"{_LEASE_S:g} seconds. Stop it, or wait."
        )
    return lease


def _check_going(folder: Path, name: str, records: Sequence[JournalRecord]) -> None:
    if not records:
        raise ConfigError(f"{folder.parent}: there is nothing of account '{name}' to go on with.")
    notices = (read_record(each) for each in records if each.kind == "notice")
    if any(each.get("what") == "draining" for each in notices):
        raise ConfigError(f"Account '{name}' was being drained: it opens nothing any more. Begin a new run.")
