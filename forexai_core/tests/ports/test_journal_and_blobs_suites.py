"""The suites of journal and blobs catch each broken rule."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from ports.proofs import Proof, all_rules_proven, prove

from forexai_core.errors import FencedError, StorageError
from forexai_core.ports.journal import JournalRecord
from forexai_core.services.blobs import MemoryBlobs
from forexai_core.services.journal import MemoryJournal
from forexai_core.testing.ports.blobs import BlobsSuite
from forexai_core.testing.ports.journal import JournalSuite


class CountsItsOwn(MemoryJournal):
    async def append(self, stream, entries, *, fence, durable=True):
        await super().append(stream, entries, fence=fence)
        return len(entries)


class CutsPayloads(MemoryJournal):
    async def append(self, stream, entries, **options):
        return await super().append(stream, [attrs.evolve(e, payload=e.payload[:1000]) for e in entries], **options)


class ForgetsTheToken(MemoryJournal):
    async def read(self, stream, *, after=0):
        async for record in super().read(stream, after=after):
            yield attrs.evolve(record, fence=attrs.evolve(record.fence, epoch=1))


class ReadsFromThatNumber(MemoryJournal):
    async def read(self, stream, *, after=0):
        async for record in super().read(stream, after=max(after - 1, 0)):
            yield record


class ChasesTheWriter(MemoryJournal):
    async def read(self, stream, *, after=0):
        for record in self._records[stream]:
            yield record


class IgnoresCapitals(MemoryJournal):
    async def append(self, stream, entries, **options):
        return await super().append(stream.lower(), entries, **options)


class OneTokenForAll(MemoryJournal):
    def _admit(self, stream, fence):
        fence.check(self._fences.get("all"), place="journal")
        self._fences["all"] = fence
        return super()._admit(stream, fence)


class EmptyWhenMissing(MemoryJournal):
    async def read(self, stream, *, after=0):
        self._records.setdefault(stream, [])
        async for record in super().read(stream, after=after):
            yield record


class MakesWhatItLooksAt(MemoryJournal):
    async def last(self, stream):
        return len(self._records.setdefault(stream, []))


class WritesNothingAsSomething(MemoryJournal):
    async def append(self, stream, entries, *, fence, durable=True):
        kept = self._admit(stream, fence)
        if not entries:
            kept.append(JournalRecord(stream=stream, sequence=9, time_ns=0, kind="k", payload=b"", fence=fence))
        return await super().append(stream, entries, fence=fence)


class AdmitsEverybody(MemoryJournal):
    def _admit(self, stream, fence):
        self._fences.pop(stream, None)
        return super()._admit(stream, fence)


class WritesBeforeItLooks(MemoryJournal):
    async def append(self, stream, entries, *, fence, durable=True):
        try:
            return await super().append(stream, entries, fence=fence)
        except FencedError:
            await super().append(stream, entries, fence=self._fences[stream])
            raise


class LooksAtNumbersOnly(MemoryJournal):
    def _admit(self, stream, fence):
        newest = self._fences.get(stream)
        if newest is not None and fence.number < newest.number:
            raise FencedError("older")
        self._fences.pop(stream, None)
        return super()._admit(stream, fence)


class AdmitsAnyResource(MemoryJournal):
    def _admit(self, stream, fence):
        return super()._admit(stream, attrs.evolve(fence, resource="any"))


class ForgetsTakeOvers(MemoryJournal):
    async def take(self, stream, fence):
        fence.check(self._fences.get(stream), place=stream)
        return len(self._records.get(stream, ()))


class NumbersTakeOvers(MemoryJournal):
    async def take(self, stream, fence):
        await super().take(stream, fence)
        self._records[stream].append(
            JournalRecord(stream=stream, sequence=0, time_ns=0, kind="take", payload=b"", fence=fence)
        )
        return len(self._records[stream])


class OwnTokens(MemoryJournal):
    """Processes that share records but not tokens."""

    records: dict = {}  # noqa: RUF012 - shared on purpose

    def __init__(self):
        super().__init__()
        self._records = OwnTokens.records


class KeepsTheUndurable(MemoryJournal):
    """Hands over to others on flush what it should at once: and forgets to."""

    shared: dict = {}  # noqa: RUF012 - shared on purpose

    async def append(self, stream, entries, *, fence, durable=True):
        last = await super().append(stream, entries, fence=fence)
        if durable:
            self.shared[stream] = self._records[stream][-1:]
        return last

    async def read(self, stream, *, after=0):
        for record in self._records.get(stream) or self.shared[stream]:
            yield record


class GivesWayWithinAnAppend(MemoryJournal):
    async def append(self, stream, entries, *, fence, durable=True):
        for entry in entries:
            last = await super().append(stream, [entry], fence=fence)
            await asyncio.sleep(0)
        return last


class BreaksAfterARefusal(MemoryJournal):
    broken = False

    async def append(self, stream, entries, **options):
        if self.broken:
            raise StorageError("broken")
        try:
            return await super().append(stream, entries, **options)
        except FencedError:
            self.broken = True
            raise


class TakesAnyName(MemoryJournal):
    def _admit(self, stream, fence):
        return self._records.setdefault(stream, [])


def journal(kind, another=None):
    def fixtures():
        store = kind()
        return {"journal": store, "another": another or (lambda: store)}

    fixtures.__name__ = kind.__name__
    return fixtures


def own_tokens():
    OwnTokens.records = {}
    return {"journal": OwnTokens(), "another": OwnTokens}


def keeps_the_undurable():
    KeepsTheUndurable.shared = {}
    return {"journal": KeepsTheUndurable(), "another": KeepsTheUndurable}


JOURNALS = [
    Proof("numbers_records_from_one", journal(CountsItsOwn)),
    Proof("gives_back_what_was_appended", journal(CutsPayloads)),
    Proof("gives_back_what_was_appended", journal(ForgetsTheToken)),
    Proof("reads_after_a_number", journal(ReadsFromThatNumber)),
    Proof("reads_what_was_there_when_it_began", journal(ChasesTheWriter)),
    Proof("keeps_streams_apart", journal(IgnoresCapitals)),
    Proof("keeps_streams_apart", journal(OneTokenForAll)),
    Proof("knows_what_is_not_there", journal(EmptyWhenMissing)),
    Proof("knows_what_is_not_there", journal(MakesWhatItLooksAt)),
    Proof("appends_nothing_when_given_nothing", journal(WritesNothingAsSomething)),
    Proof("refuses_an_older_token", journal(AdmitsEverybody)),
    Proof("refuses_an_older_token", journal(WritesBeforeItLooks)),
    Proof("refuses_the_token_of_an_older_epoch", journal(LooksAtNumbersOnly)),
    Proof("refuses_the_token_of_another_resource", journal(AdmitsAnyResource)),
    Proof("taking_over_shuts_the_older_out", journal(ForgetsTakeOvers)),
    Proof("taking_over_shuts_the_older_out", journal(NumbersTakeOvers)),
    Proof("taking_over_begins_a_stream", journal(ForgetsTakeOvers)),
    Proof("one_process_shuts_another_out", own_tokens),
    Proof("another_process_reads_it", keeps_the_undurable),
    Proof("appends_of_many_tasks_stay_whole_and_in_order", journal(GivesWayWithinAnAppend)),
    Proof("a_refused_append_does_not_stop_the_others", journal(BreaksAfterARefusal)),
    Proof("refuses_what_is_no_name", journal(TakesAnyName)),
]


@pytest.mark.parametrize("proof", JOURNALS, ids=str)
def test_a_broken_journal_is_caught(proof, monkeypatch):
    prove(JournalSuite, journal(MemoryJournal), proof, monkeypatch)


def test_every_rule_of_the_journal_is_proven():
    all_rules_proven(JournalSuite, JOURNALS)


class StripsBlanks(MemoryBlobs):
    async def put(self, key, content):
        return await super().put(key, content.strip())


class CountsWrongly(MemoryBlobs):
    async def info(self, key):
        info = await super().info(key)
        return attrs.evolve(info, size_bytes=info.size_bytes + 1)


class RefusesTheSame(MemoryBlobs):
    async def put(self, key, content):
        if key in self._kept:
            raise StorageError("there is one")
        return await super().put(key, content)


class Overwrites(MemoryBlobs):
    async def put(self, key, content):
        await self.delete(key)
        return await super().put(key, content)


class EmptyBytesWhenMissing(MemoryBlobs):
    async def get(self, key):
        return (await super().get(key)) if key in self._kept else b""


class PrefixIsAFolder(MemoryBlobs):
    async def list(self, prefix=""):
        return [info for info in await super().list() if info.key.startswith(f"{prefix.rstrip('/')}/")]


class HidesTheDeleted(MemoryBlobs):
    async def delete(self, key):
        return key in self._kept


class IgnoresCapitalsOfKeys(MemoryBlobs):
    async def put(self, key, content):
        return await super().put(key.lower(), content)

    async def get(self, key):
        return await super().get(key.lower())


class SpoilsPunctuation(MemoryBlobs):
    async def put(self, key, content):
        return await super().put(key.replace(":", "_"), content)

    async def get(self, key):
        return await super().get(key.replace(":", "_"))


class TakesAnyKey(MemoryBlobs):
    async def put(self, key, content):
        return await super().put("x" + "".join(filter(str.isalnum, key))[:9], content)


class GivesAnyKey(MemoryBlobs):
    async def get(self, key):
        return self._kept[key][1] if key in self._kept else b""


class TakesAnySize(MemoryBlobs):
    def __init__(self, *, max_bytes):
        super().__init__(max_bytes=1 << 40)


class LooksThenWrites(MemoryBlobs):
    async def put(self, key, content):
        there = key in self._kept
        await asyncio.sleep(0)
        if not there:
            self._kept.pop(key, None)
        return await super().put(key, content)


def blobs(kind):
    def fixtures():
        store = kind(max_bytes=BlobsSuite.max_bytes)
        return {"blobs": store, "another": lambda: store}

    fixtures.__name__ = kind.__name__
    return fixtures


def separate_stores():
    return {"blobs": MemoryBlobs(), "another": MemoryBlobs}


BLOBS = [
    Proof("gives_back_what_was_put", blobs(StripsBlanks)),
    Proof("knows_size_and_hash", blobs(CountsWrongly)),
    Proof("the_same_again_is_no_change", blobs(RefusesTheSame)),
    Proof("never_changes", blobs(Overwrites)),
    Proof("knows_what_is_not_there", blobs(EmptyBytesWhenMissing)),
    Proof("lists_by_prefix", blobs(PrefixIsAFolder)),
    Proof("deletes", blobs(HidesTheDeleted)),
    Proof("keys_that_look_alike_are_apart", blobs(IgnoresCapitalsOfKeys)),
    Proof("keys_that_look_alike_are_apart", blobs(SpoilsPunctuation)),
    Proof("refuses_keys_that_are_no_names", blobs(TakesAnyKey)),
    Proof("refuses_keys_that_are_no_names", blobs(GivesAnyKey)),
    Proof("refuses_what_is_too_large", blobs(TakesAnySize)),
    Proof("one_of_many_writers_wins", blobs(LooksThenWrites)),
    Proof("one_of_many_writers_wins", separate_stores),
]


@pytest.mark.parametrize("proof", BLOBS, ids=str)
def test_a_broken_store_of_blobs_is_caught(proof, monkeypatch):
    prove(BlobsSuite, blobs(MemoryBlobs), proof, monkeypatch)


def test_every_rule_of_blobs_is_proven():
    all_rules_proven(BlobsSuite, BLOBS)
