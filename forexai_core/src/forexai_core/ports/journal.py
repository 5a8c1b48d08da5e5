"""The journal: what a session saw and did, in order, for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import check_name

__all__ = ["Entry", "Journal", "JournalRecord"]

_INT64 = 2**63


def _int64(_: object, __: attrs.Attribute[int], value: int) -> None:
    if not -_INT64 <= value < _INT64:
        raise ConfigError(f"A journal entry's time_ns {value} does not fit 64 bits.")


def _kind(_: object, __: attrs.Attribute[str], value: str) -> None:
    check_name("kind of journal entry", value)


def _bytes(_: object, __: attrs.Attribute[bytes], value: object) -> None:
    if not isinstance(value, bytes):
        raise ConfigError(f"A journal entry's payload is bytes, not {type(value).__name__}: encode it first.")


@attrs.frozen(kw_only=True)
class Entry:
    """What is to be written.

    Attributes
    ----------
    time_ns : int
        When it happened, by the session's clock; the journal does not look at it.
    kind : str
        What it is, such as ``decision``.
    payload : bytes
        The rest, in whatever form the kind has.

    Raises
    ------
    ConfigError
        If the time does not fit 64 bits, the kind is no name, or the payload is not bytes.
    """

    time_ns: int = attrs.field(validator=_int64)
    kind: str = attrs.field(validator=_kind)
    payload: bytes = attrs.field(validator=_bytes)


@attrs.frozen(kw_only=True)
class JournalRecord:
    """An entry as it was written.

    Attributes
    ----------
    stream : str
        Where.
    sequence : int
        Its number in the stream, from 1 without holes.
    time_ns, kind, payload
        As in the `Entry`.
    fence : Fence
        The token under which it was written.
    """

    stream: str
    sequence: int
    time_ns: int
    kind: str
    payload: bytes
    fence: Fence


@runtime_checkable
class Journal(Protocol):
    """Named streams of numbered, checksummed records that can only grow.

    One owner writes a stream at a time, by the token of its lease; anybody may read. Appends of one owner are
    written in the order of the calls, also when several are under way at once; those may share one sync.
    """

    async def take(self, stream: str, fence: Fence) -> int:
        """Make ``fence`` the stream's newest token, durably; return the newest sequence number, 0 when empty.

        A new owner does this before it reads: from then on an older token cannot append. Taking again with the
        same token changes nothing.

        Raises
        ------
        FencedError
            If a newer token, or one of another resource, was seen.
        IntegrityError
            If records that were reported durable are damaged.
        StorageError
            If it could not be made durable.
        """
        ...

    async def append(self, stream: str, entries: Sequence[Entry], *, fence: Fence, durable: bool = True) -> int:
        """Append entries, all or none; return the sequence number of the last one of the stream.

        Parameters
        ----------
        stream : str
            Where; it begins with its first append or `take`.
        entries : sequence of Entry
            In order. None at all writes nothing.
        fence : Fence
            Token of the lease.
        durable : bool
            True returns once the entries, and all before them, survive a power failure. False returns once
            they survive the end of this process; a later durable append or `flush` covers them.

        Raises
        ------
        ConfigError
            If the stream is no name, or the entries together exceed what the journal takes (64 MiB unless it
            says more).
        FencedError
            If the token is old, or of another resource; nothing was written.
        StorageError
            If writing or syncing failed. After a failed sync nobody knows what survives: the stream refuses
            appends until it is opened afresh and read.
        """
        ...

    async def flush(self, stream: str) -> None:
        """Make every append so far survive a power failure.

        Raises
        ------
        StorageError
            If that failed.
        """
        ...

    def read(self, stream: str, *, after: int = 0) -> AsyncIterator[JournalRecord]:
        """Iterate over the records with a sequence number above ``after`` that were there when it began.

        Raises
        ------
        NotFoundError
            If there is no such stream.
        IntegrityError
            If a record is damaged or missing. Half a write at the end, which was never reported as written, is no
            damage: the next append puts it aside.
        """
        ...

    async def last(self, stream: str) -> int:
        """Return the newest sequence number, 0 when the stream is empty or does not exist."""
        ...

    async def streams(self) -> Sequence[str]:
        """Return the names of the streams, sorted."""
        ...
