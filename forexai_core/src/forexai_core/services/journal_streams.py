"""One stream of the journal in files: segments, taking over, repair."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import attrs

from forexai_core.errors import FencedError, ForexAIError, IntegrityError, NotFoundError, StorageError
from forexai_core.ports.journal import Entry, JournalRecord
from forexai_core.ports.leases import Fence
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock
from forexai_core.services.journal_frames import Frame, encode, records, whole_frames

__all__ = ["Append", "StreamFiles", "TornTail"]

_LOG = logging.getLogger(__name__)
_SUFFIX = ".fxj"
_TORN_SUFFIX = ".torn"
_LOCK = "lock"
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@attrs.define(kw_only=True)
class Append:
    """An append that waits for its turn, and then its outcome.

    Attributes
    ----------
    entries : sequence of Entry
        What is to be written; none for a take-over or a flush.
    fence : Fence or None
        By whom; None for a flush.
    durable : bool
        Whether it must be synced.
    last_sequence : int
        Set when it was written: newest sequence number of the stream after it; -1 before.
    failure : ForexAIError or None
        Set when it was not.
    """

    entries: Sequence[Entry]
    fence: Fence | None
    durable: bool
    last_sequence: int = -1
    failure: ForexAIError | None = None


@attrs.frozen(kw_only=True)
class TornTail:
    """The half of a write that a process which was killed, or a machine that lost power, left at the end of a stream.

    Attributes
    ----------
    path : Path
        Of the segment.
    offset : int
        Where it begins, bytes.
    size : int
        Bytes.
    """

    path: Path
    offset: int
    size: int

    def __str__(self) -> str:
        return f"{self.size} bytes of a write that did not come to its end, at byte {self.offset} of {self.path}"


@attrs.define(kw_only=True)
class _Tail:
    """Where the last segment ends, as this process last saw it; ``size`` includes a torn tail, ``whole_size`` not."""

    path: Path
    descriptor: int
    inode: int
    size: int
    whole_size: int
    synced_bytes: int
    next_sequence: int
    fence: Fence | None
    adopted: bool = False
    """Whether what was there when it was opened has been synced, so that the next frame can vouch for it."""


class StreamFiles:
    """The files of one stream; used by one thread at a time.

    Parameters
    ----------
    folder : Path
        Holds the segments, named by their first sequence number, and the lock file.
    name : str
        Of the stream.
    segment_bytes : int
        Size at which the next segment is begun.
    disk : Disk
        What writes and syncs.
    """

    def __init__(self, folder: Path, name: str, *, segment_bytes: int, disk: Disk) -> None:
        self._folder = folder
        self._name = name
        self._segment_bytes = segment_bytes
        self._disk = disk
        self._lock = FileLock(folder / _LOCK)
        self._tail: _Tail | None = None
        self._broken: str | None = None

    def close(self) -> None:
        """Close the files; they open again when needed."""
        self._forget_tail()
        self._lock.close()
        self._broken = None

    # ------------------------------------------------------------------------------------------------------- reading
    def exists(self) -> bool:
        """Tell whether anything was ever written."""
        return bool(self._segments())

    def last_sequence(self) -> int:
        """Return the newest sequence number, 0 when there is none."""
        if not self.exists():
            return 0
        with self._lock:
            return self._present().next_sequence - 1

    def torn(self) -> TornTail | None:
        """Return what a write that did not come to its end has left; None where there is none."""
        if not self.exists():
            return None
        with self._lock:
            tail = self._present()
            if tail.size == tail.whole_size:
                return None
            return TornTail(path=tail.path, offset=tail.whole_size, size=tail.size - tail.whole_size)

    def snapshot(self) -> tuple[list[Path], int]:
        """Return the segments, and the bytes of the last one that are whole now.

        Raises
        ------
        NotFoundError
            If there is no such stream.
        """
        if not self.exists():
            raise NotFoundError(f"There is no journal stream '{self._name}' in {self._folder.parent}.")
        with self._lock:
            tail = self._present()
            return self._segments(), tail.whole_size

    def read_segment(self, segments: Sequence[Path], index: int, whole_size: int, after: int) -> list[JournalRecord]:
        """Return the records of one segment of a snapshot with a sequence number above ``after``.

        Raises
        ------
        IntegrityError
            If records are damaged or missing.
        """
        path = segments[index]
        is_last = index == len(segments) - 1
        following = None if is_last else _first_sequence(segments[index + 1])
        if following is not None and following <= after + 1:
            return []
        if index == 0 and _first_sequence(path) > 1:
            raise IntegrityError(
                f"{path}: the stream '{self._name}' begins with it: earlier segments are missing. Restore them from a "
                "backup."
            )
        content = _content(path)[: whole_size if is_last else None]
        frames = whole_frames(content, first_sequence=_first_sequence(path), place=str(path))
        if (frames[-1].end if frames else 0) != len(content):
            at = frames[-1].end if frames else 0
            raise IntegrityError(
                f"{path}, byte {at}: a record is damaged, and more follows it. Restore the file from a backup."
            )
        if following is not None and (not frames or _next(frames[-1]) != following):
            raise IntegrityError(
                f"{path}, byte {len(content)}: it does not lead to {segments[index + 1].name}: records are missing. "
                "Restore the files from a backup."
            )
        return [
            record
            for frame in frames
            if _next(frame) > after + 1
            for record in records(content, frame, self._name)
            if record.sequence > after
        ]

    # ------------------------------------------------------------------------------------------------------- writing
    def write(self, batch: Sequence[Append]) -> None:
        """Write a batch in order with one write and at most one sync; set each outcome."""
        try:
            with self._lock:
                if self._broken is not None:
                    raise StorageError(self._broken)
                self._put(self._ready(), batch)
        except ForexAIError as failure:
            for append in batch:
                append.failure = append.failure or failure

    def _put(self, tail: _Tail, batch: Sequence[Append]) -> None:
        frames: list[bytes] = []
        outcomes: list[tuple[Append, int]] = []
        sequence, newest, size = tail.next_sequence, tail.fence, tail.whole_size
        for append in batch:
            fence = append.fence
            if fence is not None:
                try:
                    fence.check(newest, place=f"Journal stream '{self._name}'")
                except FencedError as refusal:
                    append.failure = refusal
                    continue
                if append.entries or newest is None or newest.is_older_than(fence):
                    frames.append(
                        encode(append.entries, first_sequence=sequence, synced_bytes=tail.synced_bytes, fence=fence)
                    )
                    sequence, newest = sequence + len(append.entries), fence
            outcomes.append((append, sequence - 1))
        content = b"".join(frames)
        self._write(tail, content)
        tail.size = tail.whole_size = size + len(content)
        tail.next_sequence, tail.fence = sequence, newest
        if any(append.durable for append, _ in outcomes):
            self._sync(tail)
        for append, last in outcomes:
            append.last_sequence = last

    def _write(self, tail: _Tail, content: bytes) -> None:
        if not content:
            return
        try:
            with storing(f"Writing {len(content)} bytes to {tail.path}"):
                self._disk.write(tail.descriptor, content)
        except StorageError:
            self._cut(tail)
            raise

    def _cut(self, tail: _Tail) -> None:
        """Remove what lies after the last whole frame."""
        try:
            self._disk.truncate(tail.descriptor, tail.whole_size)
        except OSError as problem:
            self._broken = (
                f"{tail.path} has half a record at its end that could not be removed ({problem}). "
                "Free the disk and open the journal again; the next append repairs it."
            )
            raise StorageError(self._broken) from problem
        tail.size = tail.whole_size

    def _keep_torn(self, tail: _Tail) -> None:
        """Put the bytes of a torn tail beside the segment, before they are cut off."""
        torn = _content(tail.path)[tail.whole_size :]
        place = next(path for path in _torn_names(tail) if not path.exists() or _content(path) == torn)
        with storing(f"Keeping {len(torn)} bytes of {tail.path} in {place}"):
            self._disk.replace(place, torn)
        _LOG.warning(
            "%s: %d bytes of a write that did not come to its end were cut off at byte %d; they are kept in %s.",
            tail.path,
            len(torn),
            tail.whole_size,
            place.name,
        )

    def _sync(self, tail: _Tail) -> None:
        if tail.synced_bytes == tail.whole_size:
            return
        try:
            self._disk.sync(tail.descriptor)
        except OSError as problem:
            self._broken = (
                f"Syncing {tail.path} failed ({problem}), so nobody knows what would survive a power failure. "
                "Stop trading, check the disk, open the journal again and reconcile."
            )
            raise StorageError(self._broken) from problem
        tail.synced_bytes = tail.whole_size

    # --------------------------------------------------------------------------------------------------------- files
    def _segments(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if path.suffix == _SUFFIX)

    def _present(self) -> _Tail:
        """Return the tail as it is now, whoever wrote last."""
        tail = self._tail
        if tail is not None:
            with storing(f"Looking at {tail.path}, which this journal was writing,"):
                status = tail.path.stat()
            if status.st_size == tail.size and status.st_ino == tail.inode:
                return tail
        return self._load()

    def _load(self) -> _Tail:
        self._forget_tail()
        segments = self._segments()
        last = segments[-1]
        content = _content(last)
        frames = whole_frames(content, first_sequence=_first_sequence(last), place=str(last))
        before = None if frames or len(segments) == 1 else self._last_of_rolled(segments[-2], last)
        newest = frames[-1] if frames else before
        self._tail = self._open(last, os.O_RDWR)
        self._tail.size = len(content)
        if frames:
            self._tail.whole_size, self._tail.synced_bytes = frames[-1].end, frames[-1].synced_bytes
            self._tail.next_sequence = _next(frames[-1])
        self._tail.fence = None if newest is None else newest.fence
        return self._tail

    def _last_of_rolled(self, path: Path, following: Path) -> Frame:
        """Return the last frame of a segment that was left for the next one."""
        content = _content(path)
        frames = whole_frames(content, first_sequence=_first_sequence(path), place=str(path))
        if not frames or frames[-1].end != len(content) or _next(frames[-1]) != _first_sequence(following):
            raise IntegrityError(f"{path} does not lead to {following.name}. Restore the file from a backup.")
        return frames[-1]

    def _ready(self) -> _Tail:
        """Return a tail that can be appended to: there, without a torn end, not full."""
        if self._tail is None and not self.exists():
            self._disk_folder()
            self._tail = self._create(1)
        tail = self._present()
        if tail.size > tail.whole_size:
            self._keep_torn(tail)
            self._cut(tail)
        if not tail.adopted:
            self._sync(tail)
            tail.adopted = True
        if tail.whole_size >= self._segment_bytes and tail.fence is not None:
            # A closing frame changes the size, by which other processes notice that there is a next segment.
            closing = encode((), first_sequence=tail.next_sequence, synced_bytes=tail.synced_bytes, fence=tail.fence)
            self._write(tail, closing)
            tail.size = tail.whole_size = tail.whole_size + len(closing)
            self._sync(tail)
            fresh = self._create(tail.next_sequence)
            fresh.fence = tail.fence
            self._forget_tail()
            self._tail = tail = fresh
        return tail

    def _disk_folder(self) -> None:
        with storing(f"Making {self._folder}"):
            self._disk.make_folder(self._folder)

    def _create(self, first_sequence: int) -> _Tail:
        path = self._folder / f"{first_sequence:020d}{_SUFFIX}"
        tail = self._open(path, os.O_CREAT)
        with storing(f"Making {path}"):
            self._disk.sync_folder(self._folder)
        return tail

    def _open(self, path: Path, flags: int) -> _Tail:
        with storing(f"Opening {path}"):
            descriptor = os.open(path, _FLAGS | flags, 0o600)
            status = os.fstat(descriptor)
        return _Tail(
            path=path,
            descriptor=descriptor,
            inode=status.st_ino,
            size=status.st_size,
            whole_size=0,
            synced_bytes=0,
            next_sequence=_first_sequence(path),
            fence=None,
        )

    def _forget_tail(self) -> None:
        if self._tail is not None:
            os.close(self._tail.descriptor)
            self._tail = None


def _first_sequence(path: Path) -> int:
    try:
        return int(path.stem)
    except ValueError:
        raise IntegrityError(f"{path} is no segment of a journal: move it out of the folder.") from None


def _torn_names(tail: _Tail) -> Iterator[Path]:
    stem = f"{tail.path.stem}-{tail.whole_size}"
    return (tail.path.with_name(f"{stem}{f'-{n}' if n else ''}{_TORN_SUFFIX}") for n in count())


def _next(frame: Frame) -> int:
    return frame.first_sequence + frame.count


def _content(path: Path) -> bytes:
    with storing(f"Reading {path}"):
        return path.read_bytes()
