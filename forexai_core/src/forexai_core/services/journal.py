"""The journal in files, and in memory."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar, final

from forexai_core.errors import ConfigError, NotFoundError, StorageError
from forexai_core.ports.journal import Entry, JournalRecord
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import check_name
from forexai_core.services.disk import Disk
from forexai_core.services.file_names import from_file_name, to_file_name
from forexai_core.services.journal_streams import Append, StreamFiles, TornTail

__all__ = ["FileJournal", "MemoryJournal"]

ResultT = TypeVar("ResultT")

LARGEST_APPEND_BYTES = 1 << 26


def _check_size(stream: str, entries: Sequence[Entry]) -> None:
    size = sum(len(entry.payload) for entry in entries)
    if size > LARGEST_APPEND_BYTES:
        raise ConfigError(
            f"{size} bytes at once to journal stream '{stream}' exceed {LARGEST_APPEND_BYTES}: append them in parts, "
            "or store a blob and journal its key."
        )


@final
class FileJournal:
    """Streams in a folder, each a folder of segments (layout: `forexai_core.services.journal_frames`).

    One thread writes for all streams. Appends that arrive while it syncs are written together and share the
    next sync. Several processes may open the folder; the fence decides who may write.

    Parameters
    ----------
    folder : Path
        Where; made when first written.
    segment_bytes : int
        Size at which the next segment is begun.
    disk : Disk, optional
        What writes and syncs.
    """

    def __init__(self, folder: Path, *, segment_bytes: int = 1 << 26, disk: Disk | None = None) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._disk = disk or Disk()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forexai-journal")
        self._streams: dict[str, StreamFiles] = {}
        self._queues: dict[str, deque[tuple[Append, Future[int]]]] = {}
        self._guard = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Write what is queued, and close the files."""
        with self._guard:
            self._closed = True
        self._thread.shutdown(wait=True)
        for files in self._streams.values():
            files.close()
        self._streams.clear()

    async def take(self, stream: str, fence: Fence) -> int:
        """Make a token the newest one; see `forexai_core.ports.journal.Journal`."""
        return await self._queue(stream, Append(entries=(), fence=fence, durable=True))

    async def append(self, stream: str, entries: Sequence[Entry], *, fence: Fence, durable: bool = True) -> int:
        """Append entries; see `forexai_core.ports.journal.Journal`."""
        _check_size(stream, entries)
        return await self._queue(stream, Append(entries=tuple(entries), fence=fence, durable=durable))

    async def flush(self, stream: str) -> None:
        """Make every append so far durable; see `forexai_core.ports.journal.Journal`."""
        if await self._call(self._files(stream).exists):
            await self._queue(stream, Append(entries=(), fence=None, durable=True))

    async def read(self, stream: str, *, after: int = 0) -> AsyncIterator[JournalRecord]:
        """Iterate over records; see `forexai_core.ports.journal.Journal`."""
        files = self._files(stream)
        segments, whole_size = await self._call(files.snapshot)
        for index in range(len(segments)):
            part = await self._call(partial(files.read_segment, segments, index, whole_size, after))
            for record in part:
                yield record

    async def last(self, stream: str) -> int:
        """Return the newest sequence number; see `forexai_core.ports.journal.Journal`."""
        return await self._call(self._files(stream).last_sequence)

    async def torn(self, stream: str) -> TornTail | None:
        """Return what a write that did not come to its end has left at the end of a stream; None where there is none.

        Whoever appends next keeps it beside the segment, and cuts it off.
        """
        return await self._call(self._files(stream).torn)

    async def streams(self) -> Sequence[str]:
        """Return the names of the streams; see `forexai_core.ports.journal.Journal`."""
        return await self._call(self._names)

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        folders = [path for path in self._folder.iterdir() if path.is_dir()]
        return sorted(name for path in folders if self._files(name := from_file_name(path.name)).exists())

    def _files(self, stream: str) -> StreamFiles:
        with self._guard:
            files = self._streams.get(stream)
            if files is None:
                folder = self._folder / to_file_name(check_name("journal stream", stream))
                files = StreamFiles(folder, stream, segment_bytes=self._segment_bytes, disk=self._disk)
                self._streams[stream] = files
            return files

    async def _call(self, work: Callable[[], ResultT]) -> ResultT:
        return await asyncio.wrap_future(self._submit(work))

    def _submit(self, work: Callable[[], ResultT]) -> Future[ResultT]:
        with self._guard:
            if self._closed:
                raise StorageError(f"The journal in {self._folder} is closed.")
            return self._thread.submit(work)

    async def _queue(self, stream: str, append: Append) -> int:
        files = self._files(stream)
        outcome: Future[int] = Future()
        self._queues.setdefault(stream, deque()).append((append, outcome))
        self._submit(lambda: self._drain(stream, files))
        return await asyncio.wrap_future(outcome)

    def _drain(self, stream: str, files: StreamFiles) -> None:
        """Write everything that is queued for a stream; what was cancelled while it waited is left out."""
        queue = self._queues[stream]
        batch: list[tuple[Append, Future[int]]] = []
        while queue:
            append, outcome = queue.popleft()
            if outcome.set_running_or_notify_cancel():
                batch.append((append, outcome))
        if not batch:
            return
        try:
            files.write([append for append, _ in batch])
        except BaseException as failure:
            for _, outcome in batch:
                outcome.set_exception(failure)
            raise
        for append, outcome in batch:
            if append.failure is None:
                outcome.set_result(append.last_sequence)
            else:
                outcome.set_exception(append.failure)


@final
class MemoryJournal:
    """Streams that live as long as the process; durable means nothing here."""

    def __init__(self) -> None:
        self._records: dict[str, list[JournalRecord]] = {}
        self._fences: dict[str, Fence] = {}

    def _admit(self, stream: str, fence: Fence) -> list[JournalRecord]:
        check_name("journal stream", stream)
        fence.check(self._fences.get(stream), place=f"Journal stream '{stream}'")
        self._fences[stream] = fence
        return self._records.setdefault(stream, [])

    async def take(self, stream: str, fence: Fence) -> int:
        """Make a token the newest one; see `forexai_core.ports.journal.Journal`."""
        return len(self._admit(stream, fence))

    async def append(self, stream: str, entries: Sequence[Entry], *, fence: Fence, durable: bool = True) -> int:  # noqa: ARG002 - nothing here survives the process
        """Append entries; see `forexai_core.ports.journal.Journal`."""
        _check_size(stream, entries)
        kept = self._admit(stream, fence)
        for entry in entries:
            kept.append(
                JournalRecord(
                    stream=stream,
                    sequence=len(kept) + 1,
                    time_ns=entry.time_ns,
                    kind=entry.kind,
                    payload=entry.payload,
                    fence=fence,
                )
            )
        return len(kept)

    async def flush(self, stream: str) -> None:
        """Do nothing: there is nothing more durable."""
        check_name("journal stream", stream)

    async def read(self, stream: str, *, after: int = 0) -> AsyncIterator[JournalRecord]:
        """Iterate over records; see `forexai_core.ports.journal.Journal`."""
        check_name("journal stream", stream)
        if stream not in self._records:
            raise NotFoundError(f"There is no journal stream '{stream}'.")
        for record in tuple(self._records[stream][max(after, 0) :]):
            yield record

    async def last(self, stream: str) -> int:
        """Return the newest sequence number; see `forexai_core.ports.journal.Journal`."""
        return len(self._records.get(check_name("journal stream", stream), ()))

    async def streams(self) -> Sequence[str]:
        """Return the names of the streams; see `forexai_core.ports.journal.Journal`."""
        return sorted(self._records)
