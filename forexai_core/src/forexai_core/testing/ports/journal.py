"""What every journal has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from forexai_core.errors import ConfigError, FencedError, NotFoundError
from forexai_core.ports.journal import Entry, Journal, JournalRecord
from forexai_core.ports.leases import Fence
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["JournalSuite"]

FIRST = Fence(resource="account:main", epoch=1, number=1)
SECOND = Fence(resource="account:main", epoch=1, number=2)
RESTORED = Fence(resource="account:main", epoch=2, number=1)
STRANGER = Fence(resource="account:other", epoch=9, number=9)


def _entries(*payloads: bytes) -> list[Entry]:
    return [Entry(time_ns=number, kind="decision", payload=payload) for number, payload in enumerate(payloads)]


async def _all(journal: Journal, stream: str, after: int = 0) -> list[JournalRecord]:
    return [record async for record in journal.read(stream, after=after)]


async def _payloads(journal: Journal, stream: str, after: int = 0) -> list[bytes]:
    return [record.payload for record in await _all(journal, stream, after)]


@pytest.mark.asyncio
class JournalSuite:
    """Rules of `forexai_core.ports.journal.Journal`."""

    @pytest.fixture
    def journal(self) -> Journal:
        """Give an empty journal."""
        raise NotImplementedError("Give a fixture 'journal'.")

    @pytest.fixture
    def another(self) -> Callable[[], Journal]:
        """Give a function that opens the same journal once more; one in memory returns itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    async def test_numbers_records_from_one(self, journal: Journal) -> None:
        """Numbers have no holes, and each append returns the last one."""
        require(await journal.append("s", _entries(b"a", b"b"), fence=FIRST) == 2, "two records do not end at 2")
        require(await journal.append("s", _entries(b"c"), fence=FIRST, durable=False) == 3, "the third is not 3")
        numbers = [record.sequence for record in await _all(journal, "s")]
        require(numbers == [1, 2, 3], f"records are numbered {numbers}")
        require(await journal.last("s") == 3, "last() is not the newest number")

    async def test_gives_back_what_was_appended(self, journal: Journal) -> None:
        """Every field of an entry, and the token, come back."""
        entries = [
            Entry(time_ns=-(2**63), kind="decision", payload=b""),
            Entry(time_ns=2**63 - 1, kind="answer/fill", payload=bytes(range(256)) * 300),
        ]
        await journal.append("s", entries, fence=RESTORED)
        got = await _all(journal, "s")
        want = [
            JournalRecord(stream="s", sequence=n, time_ns=e.time_ns, kind=e.kind, payload=e.payload, fence=RESTORED)
            for n, e in enumerate(entries, 1)
        ]
        require(got == want, "records are not the entries that were appended")

    async def test_reads_after_a_number(self, journal: Journal) -> None:
        """Reading begins after any number, also within one append, and beyond the end."""
        await journal.append("s", _entries(b"a", b"b", b"c"), fence=FIRST)
        await journal.append("s", _entries(b"d"), fence=FIRST)
        for after, want in ((0, b"abcd"), (1, b"bcd"), (2, b"cd"), (3, b"d"), (4, b""), (9, b"")):
            got = b"".join(await _payloads(journal, "s", after))
            require(got == want, f"after {after} comes {got!r}, not {want!r}")

    async def test_reads_what_was_there_when_it_began(self, journal: Journal) -> None:
        """A reader does not chase a writer."""
        await journal.append("s", _entries(b"a", b"b"), fence=FIRST)
        got = []
        async for record in journal.read("s"):
            got.append(record.payload)
            require(len(got) < 10, "a reader follows what is appended while it reads")
            await journal.append("s", _entries(b"new"), fence=FIRST)
        require(got == [b"a", b"b"], f"the reader got {got}")

    async def test_keeps_streams_apart(self, journal: Journal) -> None:
        """Each stream has numbers, records and a token of its own."""
        for stream in ("b", "a/x", "A"):
            require(await journal.append(stream, _entries(stream.encode()), fence=FIRST) == 1, "streams share numbers")
        await journal.append("z", _entries(b"z"), fence=STRANGER)
        require(list(await journal.streams()) == ["A", "a/x", "b", "z"], f"streams are {await journal.streams()}")
        require(await _payloads(journal, "A") == [b"A"], "streams share records")

    async def test_knows_what_is_not_there(self, journal: Journal) -> None:
        """A stream that was never written is empty, and cannot be read."""
        require(await journal.last("none") == 0, "last() of a missing stream is not 0")
        await journal.flush("none")
        require(list(await journal.streams()) == [], "looking at a stream made it")
        with refused(NotFoundError, "reading a missing stream"):
            await _all(journal, "none")

    async def test_appends_nothing_when_given_nothing(self, journal: Journal) -> None:
        """An empty append writes no record."""
        await journal.append("s", _entries(b"a"), fence=FIRST)
        require(await journal.append("s", [], fence=FIRST) == 1, "an empty append does not return the last number")
        require(len(await _all(journal, "s")) == 1, "an empty append wrote something")

    async def test_refuses_an_older_token(self, journal: Journal) -> None:
        """After a newer token appended, the older one is out."""
        await journal.append("s", _entries(b"a"), fence=FIRST)
        await journal.append("s", _entries(b"b"), fence=SECOND)
        with refused(FencedError, "an append with an older token"):
            await journal.append("s", _entries(b"late"), fence=FIRST)
        with refused(FencedError, "a take-over with an older token"):
            await journal.take("s", FIRST)
        require(await _payloads(journal, "s") == [b"a", b"b"], "a refused append left something")

    async def test_refuses_the_token_of_an_older_epoch(self, journal: Journal) -> None:
        """A restored installation's tokens are newer, whatever their number."""
        await journal.append("s", _entries(b"a"), fence=SECOND)
        await journal.append("s", _entries(b"b"), fence=RESTORED)
        with refused(FencedError, "an append with a token of an older epoch"):
            await journal.append("s", _entries(b"late"), fence=SECOND)

    async def test_refuses_the_token_of_another_resource(self, journal: Journal) -> None:
        """A stream belongs to one resource, however new the other's token is."""
        await journal.append("s", _entries(b"a"), fence=FIRST)
        with refused(FencedError, "an append with another resource's token"):
            await journal.append("s", _entries(b"b"), fence=STRANGER)

    async def test_taking_over_shuts_the_older_out(self, journal: Journal) -> None:
        """A new owner that only took over, and wrote nothing yet, is safe; taking twice is once."""
        await journal.append("s", _entries(b"a", b"b"), fence=FIRST)
        require(await journal.take("s", SECOND) == 2, "take() does not return the newest number")
        require(await journal.take("s", SECOND) == 2, "taking again changed something")
        with refused(FencedError, "an append after a take-over"):
            await journal.append("s", _entries(b"late"), fence=FIRST)
        require(await journal.append("s", _entries(b"c"), fence=SECOND) == 3, "a take-over used up a number")
        require(await _payloads(journal, "s") == [b"a", b"b", b"c"], "a take-over shows among the records")

    async def test_taking_over_begins_a_stream(self, journal: Journal) -> None:
        """An empty stream can be taken."""
        require(await journal.take("s", SECOND) == 0, "an empty stream's number is not 0")
        with refused(FencedError, "an append with an older token to a taken stream"):
            await journal.append("s", _entries(b"late"), fence=FIRST)

    async def test_one_process_shuts_another_out(self, journal: Journal, another: Callable[[], Journal]) -> None:
        """The token is kept where the records are."""
        await journal.append("s", _entries(b"a"), fence=FIRST)
        rival = another()
        require(await rival.take("s", SECOND) == 1, "another process does not see the records")
        with refused(FencedError, "an append after another process took over"):
            await journal.append("s", _entries(b"late"), fence=FIRST)
        await rival.append("s", _entries(b"b"), fence=SECOND)
        require(await journal.last("s") == 2, "what another process appended is not seen")
        require(await _payloads(journal, "s") == [b"a", b"b"], "the two disagree on the records")

    async def test_another_process_reads_it(self, journal: Journal, another: Callable[[], Journal]) -> None:
        """Appends are seen by others on return, durable or not."""
        await journal.append("s", _entries(b"a"), fence=FIRST, durable=False)
        await journal.append("s", _entries(b"b"), fence=FIRST)
        await journal.flush("s")
        require(await _payloads(another(), "s") == [b"a", b"b"], "another process does not see what was appended")

    async def test_appends_of_many_tasks_stay_whole_and_in_order(self, journal: Journal) -> None:
        """Calls under way at once are written one after the other, in the order of the calls."""
        calls = [
            journal.append("s", _entries(b"%d" % n, b"%d" % n), fence=FIRST, durable=n % 3 == 0) for n in range(60)
        ]
        last = await soon(asyncio.gather(*calls), "sixty appends at once")
        require(list(last) == [2 * n + 2 for n in range(60)], f"appends returned {last}")
        want = [b"%d" % n for n in range(60) for _ in range(2)]
        require(await _payloads(journal, "s") == want, "appends are mixed, or not in the order of the calls")

    async def test_a_refused_append_does_not_stop_the_others(self, journal: Journal) -> None:
        """Of several under way, only the ones with an old token fail."""
        await journal.append("s", _entries(b"0"), fence=SECOND)
        calls = [journal.append("s", _entries(b"%d" % n), fence=FIRST if n == 2 else SECOND) for n in (1, 2, 3)]
        results = await soon(asyncio.gather(*calls, return_exceptions=True), "three appends at once")
        require([type(result) for result in results] == [int, FencedError, int], f"three appends gave {results}")
        require(await _payloads(journal, "s") == [b"0", b"1", b"3"], "the records are not those that were accepted")

    async def test_refuses_what_is_no_name(self, journal: Journal) -> None:
        """A stream's name cannot leave the journal."""
        for name in ("", "../s", "/s", "a//b", "a/../b", ".hidden", "a\\b", "a\0b", "x" * 201):
            with refused(ConfigError, f"a stream named {name[:20]!r}"):
                await journal.append(name, _entries(b"a"), fence=FIRST)
            with refused(ConfigError, f"taking a stream named {name[:20]!r}"):
                await journal.take(name, FIRST)
        require(list(await journal.streams()) == [], "a refused name left a stream")
