"""What dies, fills up or tears under an order desk: its process, its disk, its journal, and the line to its venue."""

from __future__ import annotations

import errno
import os
from collections import Counter
from random import Random

import attrs

from forexai_core.errors import StorageError
from forexai_core.ports.broker import BrokerEventKind
from forexai_core.services.disk import Disk
from forexai_core.services.file_names import to_file_name
from forexai_core.services.journal_streams import Append, StreamFiles
from forexai_core.testing import FaultyBroker

POINTS = (
    "record (before)",
    "record (after)",
    "advance (before)",
    "advance (after)",
    "take over",
    "recover",
    "send (before)",
    "send (after)",
    "look",
    "journal",
)
"""Where the process may be killed; in the journal it is in the middle of a write, which is torn by it."""


class Killed(BaseException):
    """The process ends here."""


class Reaper:
    """Kills at the nth of the marked points that are passed, or in the middle of the next write to the journal."""

    def __init__(self, killed=None):
        self.left = None
        self.tears = False
        self.killed = Counter() if killed is None else killed

    def arm(self, points):
        self.left = points

    def disarm(self):
        self.left, self.tears = None, False

    def point(self, name):
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            self._kill(name)

    def tear(self):
        self.tears = False
        self._kill("journal")

    def _kill(self, name):
        self.killed[f"kill: {name}"] += 1
        raise Killed


class FullDisk:
    """Full now and then."""

    def __init__(self):
        self.full_for = 0
        self.refused = 0

    def is_full(self):
        if self.full_for <= 0:
            return False
        self.full_for -= 1
        self.refused += 1
        return True

    def write(self):
        if self.is_full():
            raise StorageError("disk full")


class MortalIntents:
    """A store whose caller may be killed around each write, on a disk that may be full."""

    def __init__(self, inner, reaper, disk):
        self._inner, self._reaper, self._disk = inner, reaper, disk
        self.recorded = []

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def record_sent(self, draft, **terms):
        self._reaper.point("record (before)")
        self._disk.write()
        self.recorded.append(draft.id)
        intent = await self._inner.record_sent(draft, **terms)
        self._reaper.point("record (after)")
        self._disk.write()  # it is full once the order is written down, and nobody is told that it is
        return intent

    async def advance(self, *given, **terms):
        self._reaper.point("advance (before)")
        self._disk.write()
        intent = await self._inner.advance(*given, **terms)
        self._reaper.point("advance (after)")
        return intent

    async def take(self, account, fence):
        self._reaper.point("take over")
        await self._inner.take(account, fence)

    async def unsettled(self, account):
        self._reaper.point("recover")
        return await self._inner.unsettled(account)


class TearingDisk(Disk):
    """A disk on which a write is cut short, by the end of its process or of the room; a kill loses nothing written."""

    def __init__(self, chance, reaper, full):
        self._chance, self._reaper, self._full = chance, reaper, full
        self.torn = self.cut_short = 0

    def write(self, descriptor, content):
        if self._reaper.tears:
            self.torn += 1
            self._begin(descriptor, content)
            self._reaper.tear()
        if self._full.is_full():
            self.cut_short += 1
            self._begin(descriptor, content)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().write(descriptor, content)

    def _begin(self, descriptor, content):
        os.write(descriptor, content[: self._chance.randrange(len(content))])

    def truncate(self, descriptor, size):
        if self._full.full_for > 0 and self._chance.random() < 0.5:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().truncate(descriptor, size)

    def sync(self, descriptor):
        """Do nothing: what was written outlives the process."""

    def sync_folder(self, folder):
        """Likewise."""


class PromptJournal:
    """The journal's files without its thread, so that a schedule goes the same way each time.

    ``kept`` outlives it: what was reported as written, by stream. A journal that does not give that back has lost it.
    """

    def __init__(self, folder, disk, kept):
        self._folder, self._disk, self._kept = folder, disk, kept
        self._streams = {}

    def close(self):
        for files in self._streams.values():
            files.close()

    async def take(self, stream, fence):
        return self._write(stream, Append(entries=(), fence=fence, durable=True))

    async def append(self, stream, entries, *, fence, durable=True):
        last = self._write(stream, Append(entries=tuple(entries), fence=fence, durable=durable))
        self._kept.setdefault(stream, []).extend((each.kind, each.payload) for each in entries)
        return last

    async def read(self, stream, *, after=0):
        for record in self._records(stream):
            if record.sequence > after:
                yield record

    def lost(self):
        """Say of which streams something is not there that was reported as written, or that nobody wrote."""
        return [
            f"journal {stream}: {len(kept)} records were written"
            for stream, kept in self._kept.items()
            if [(each.kind, each.payload) for each in self._records(stream)] != kept
        ]

    def _write(self, stream, append):
        self._files(stream).write([append])
        if append.failure is not None:
            raise append.failure
        return append.last_sequence

    def _records(self, stream):
        files = self._files(stream)
        segments, whole_size = files.snapshot()
        return [each for n in range(len(segments)) for each in files.read_segment(segments, n, whole_size, 0)]

    def _files(self, stream):
        if stream not in self._streams:
            folder = self._folder / to_file_name(stream)
            self._streams[stream] = StreamFiles(folder, stream, segment_bytes=600, disk=self._disk)
        return self._streams[stream]


class MortalBroker(FaultyBroker):
    """A session whose user may be killed before and after a send, and in the middle of a look; it notes what is told.

    ``reaper`` kills, ``tally`` counts; ``before_closing(request)`` lets something happen while a close is on its way.
    """

    def __init__(self, line, reaper, *, tally=None, before_closing=None, capabilities=None):
        super().__init__(line)
        self.reaper, self.tally = reaper, Counter() if tally is None else tally
        self._before_closing, self._terms = before_closing, capabilities or {}
        self.told = []

    @property
    def capabilities(self):
        return attrs.evolve(super().capabilities, **self._terms)

    async def submit(self, request):
        self.reaper.point("send (before)")
        if request.position and self._before_closing:
            self._before_closing(request)
        try:
            return await super().submit(request)
        finally:
            self.reaper.point("send (after)")

    async def positions(self):
        self.reaper.point("look")
        return await super().positions()

    async def quote(self, symbol):
        self.tally["feed stall"] += self.line.stalled
        return await super().quote(symbol)

    def _shuffled(self, shown):
        names = [id(each) for each in shown]
        made = super()._shuffled(shown)
        self.tally["duplicate"] += len(made) > len(names)
        self.tally["reorder"] += [*dict.fromkeys(map(id, made))] != names
        return made

    def _part(self, request):
        state = super()._part(request)
        self.tally["partial"] += state.filled_lots < request.volume_lots
        return state

    def _hear(self, event):
        """Keep what the venue says of orders, lost or doubled now and then, for whoever asks for it later."""
        if event.kind is BrokerEventKind.ORDER:
            copies = 1 if self.line.calm else self.line.chance.choice((0, 1, 1, 2))
            self.tally["duplicate"] += copies > 1
            order = attrs.evolve(event.order, request=self._marked(event.order.request))
            self.told += [order] * copies


def journal_disk(seed, reaper, full):
    """Give a disk for a journal, which draws by itself where a write is cut."""
    return TearingDisk(Random(seed), reaper, full)
