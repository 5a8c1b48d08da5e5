"""The ledger of trials in a file, and in memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import final

import attrs

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.ports.trials import EMPTY_HEAD, Head, Idea, Trial, from_canonical
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock
from forexai_core.services.trials_chain import Counts, Line, followed, next_line, verified

__all__ = ["FileTrials", "MemoryTrials"]

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_LONGEST_LINE = 1 << 20


@attrs.define(kw_only=True)
class _View:
    """The open file and how much of it is known."""

    descriptor: int
    inode: int
    offset: int = 0
    """End of the last whole line."""
    head: Head = EMPTY_HEAD
    synced_offset: int = 0
    counts: Counts = attrs.field(factory=Counts)
    counted_offset: int = 0


@final
class FileTrials:
    """One text file; a line is ``number hash canonical-bytes``, chained from the line before.

    Recording takes a lock, looks whether others have added lines, and writes one; it does not sync, since a sync
    takes longer than a short backtest. A line that a crash left half-written is cut off by the next recording.
    Opening reads the first and the last line only; counting reads what was added since it last counted.

    Parameters
    ----------
    path : Path
        The file; made when first written. A lock file stands beside it.
    disk : Disk, optional
        What writes and syncs.
    """

    def __init__(self, path: Path, *, disk: Disk | None = None) -> None:
        self._path = path
        self._name = str(path)
        self._disk = disk or Disk()
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._view: _View | None = None

    def close(self) -> None:
        """Close the file; it opens again when needed."""
        if self._view is not None:
            with self._lock:
                self._forget()
        self._lock.close()

    def record(self, trial: Trial) -> Head:
        """Append a trial; see `forexai_core.ports.trials.Trials`."""
        with self._lock:
            view, size = self._present()
            if size > view.offset:
                self._cut(view, size)
            line, head = next_line(view.head, trial)
            text = line.encoded()
            self._append(view, text)
            if view.counted_offset == view.offset:  # what this ledger wrote itself it need not read back
                view.counts.add_trial(trial)
                view.counted_offset += len(text)
            view.offset += len(text)
            view.head = head
            return head

    def count(self, idea: Idea) -> int:
        """Return the evaluations of an idea; see `forexai_core.ports.trials.Trials`."""
        known = self._unchanged()
        if known is not None and known.counted_offset == known.offset:
            return known.counts.count(idea)
        if self._is_absent():
            return 0
        with self._lock:
            view, _ = self._present()
            if view.counted_offset < view.offset:
                text = self._read(view, view.counted_offset, view.offset)
                for line in text.splitlines():
                    view.counts.add(Line.decoded(line, str(self._path)).content)
                view.counted_offset = view.offset
            return view.counts.count(idea)

    def head(self) -> Head:
        """Return where the ledger stands; see `forexai_core.ports.trials.Trials`."""
        known = self._unchanged()
        if known is not None:
            return known.head
        if self._is_absent():
            return EMPTY_HEAD
        with self._lock:
            return self._present()[0].head

    def records(self) -> Iterator[Trial]:
        """Iterate over the trials; see `forexai_core.ports.trials.Trials`."""
        for line in self._lines():
            yield from_canonical(line.content)

    def verify(self, head: Head | None = None) -> Head:
        """Check the chain; see `forexai_core.ports.trials.Trials`."""
        return verified(self._lines(), head, str(self._path))

    def flush(self) -> None:
        """Make everything durable; see `forexai_core.ports.trials.Trials`."""
        if not self._path.exists():
            return
        with self._lock:
            view, _ = self._present()
            if view.synced_offset < view.offset:
                with storing(f"Syncing {self._path}"):
                    self._disk.sync(view.descriptor)
                    self._disk.sync_folder(self._path.parent)
                view.synced_offset = view.offset

    # --------------------------------------------------------------------------------------------------------- file
    def _is_absent(self) -> bool:
        return not os.path.exists(self._name)  # noqa: PTH110 - in every run, and thrice as fast as Path.exists

    def _unchanged(self) -> _View | None:
        """Return what is known of the file, if that is all there is: then nobody has to be waited for."""
        view = self._view
        if view is None:
            return None
        try:
            status = os.stat(self._name)  # noqa: PTH116 - in every run, and thrice as fast as Path.stat
        except OSError:
            return None
        return view if status.st_ino == view.inode and status.st_size == view.offset else None

    def _lines(self) -> Iterator[Line]:
        """Read the lines that are whole now."""
        if not self._path.exists():
            return
        with self._lock:
            rest = self._present()[0].offset
        with storing(f"Reading {self._path}"), self._path.open("rb") as file:
            while rest > 0:
                text = file.readline()
                rest -= len(text) or rest
                yield Line.decoded(text, str(self._path))

    def _present(self) -> tuple[_View, int]:
        """Return the view brought up to date, whoever wrote last, and the size of the file."""
        with storing(f"Opening {self._path}"):
            view, size = self._opened()
        try:
            if view.offset == 0 and size > 0:
                self._look_first(view, size)
            elif size > view.offset:
                self._look_further(view, size)
        except IntegrityError:
            self._forget()  # it may be mended while this process lives
            raise
        return view, size

    def _opened(self) -> tuple[_View, int]:
        view = self._view
        if view is not None:
            try:
                status = os.stat(self._name)  # noqa: PTH116 - likewise
            except FileNotFoundError:
                self._forget()
            else:
                if status.st_ino == view.inode and status.st_size >= view.offset:
                    return view, status.st_size
                self._forget()
        descriptor = os.open(self._path, _FLAGS, 0o600)
        status = os.fstat(descriptor)
        self._view = _View(descriptor=descriptor, inode=status.st_ino)
        return self._view, status.st_size

    def _look_first(self, view: _View, size: int) -> None:
        """Learn the head from the first and the last whole line."""
        tail = self._read(view, max(0, size - 2 * _LONGEST_LINE), size)
        last_end = tail.rfind(b"\n") + 1
        if last_end == 0:
            self._check_half(tail, EMPTY_HEAD)
            return
        last = Line.decoded(tail[tail.rfind(b"\n", 0, last_end - 1) + 1 : last_end], str(self._path))
        start = self._read(view, 0, min(size, _LONGEST_LINE))
        first = from_canonical(Line.decoded(start[: start.find(b"\n")], str(self._path)).content)
        head = Head(length=last.number, sha256=last.sha256, started_at_ns=first.recorded_at_ns)
        self._check_half(tail[last_end:], head)
        view.offset, view.head = size - len(tail) + last_end, head

    def _look_further(self, view: _View, size: int) -> None:
        """Follow the lines that were added."""
        text = self._read(view, view.offset, size)
        end = text.rfind(b"\n") + 1
        head = view.head
        for line in text[:end].splitlines():
            head = followed(head, Line.decoded(line, str(self._path)), str(self._path))
        self._check_half(text[end:], head)
        view.offset, view.head = view.offset + end, head

    def _check_half(self, rest: bytes, head: Head) -> None:
        """Refuse to take for half a line what cannot be one: then this is another file."""
        beginning = b"%d " % (head.length + 1)
        written = rest.rstrip(b"\0")  # a power failure may leave zeros
        if not (written.startswith(beginning) or beginning.startswith(written)) or len(rest) > _LONGEST_LINE:
            raise IntegrityError(
                f"{self._path} ends with something that is no trial: {rest[:40]!r}. If it is no ledger of trials, "
                "name another file; else restore it from a backup."
            )

    def _read(self, view: _View, start: int, stop: int) -> bytes:
        parts = []
        with storing(f"Reading {self._path}"):
            os.lseek(view.descriptor, start, os.SEEK_SET)
            while start < stop and (part := os.read(view.descriptor, stop - start)):
                parts.append(part)
                start += len(part)
        return b"".join(parts)

    def _append(self, view: _View, text: bytes) -> None:
        if len(text) > _LONGEST_LINE:
            raise StorageError(f"A trial of {len(text)} bytes is too long to record: give it fewer figures.")
        try:
            with storing(f"Writing to {self._path}"):
                self._disk.write(view.descriptor, text)
        except StorageError:
            self._cut(view, view.offset + len(text))
            raise

    def _cut(self, view: _View, size: int) -> None:
        with storing(f"Cutting {size - view.offset} bytes of a half-written line off {self._path}"):
            self._disk.truncate(view.descriptor, view.offset)

    def _forget(self) -> None:
        if self._view is not None:
            os.close(self._view.descriptor)
            self._view = None


@final
class MemoryTrials:
    """A ledger that lives as long as the process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._lines: list[Line] = []
        self._counts = Counts()
        self._head = EMPTY_HEAD

    def record(self, trial: Trial) -> Head:
        """Append a trial; see `forexai_core.ports.trials.Trials`."""
        with self._guard:
            line, self._head = next_line(self._head, trial)
            self._lines.append(line)
            self._counts.add(line.content)
            return self._head

    def count(self, idea: Idea) -> int:
        """Return the evaluations of an idea; see `forexai_core.ports.trials.Trials`."""
        with self._guard:
            return self._counts.count(idea)

    def head(self) -> Head:
        """Return where the ledger stands; see `forexai_core.ports.trials.Trials`."""
        return self._head

    def records(self) -> Iterator[Trial]:
        """Iterate over the trials; see `forexai_core.ports.trials.Trials`."""
        for line in tuple(self._lines):
            yield from_canonical(line.content)

    def verify(self, head: Head | None = None) -> Head:
        """Check the chain; see `forexai_core.ports.trials.Trials`."""
        return verified(tuple(self._lines), head, "The ledger in memory")

    def flush(self) -> None:
        """Do nothing: there is nothing more durable."""
