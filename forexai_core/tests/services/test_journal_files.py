"""The journal in files: what a crash, a full disk and a damaged disk leave."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from contextlib import asynccontextmanager

import pytest
from services.faults import FaultyDisk

from forexai_core.errors import ConfigError, ForexAIError, IntegrityError, StorageError
from forexai_core.ports.journal import Entry
from forexai_core.ports.leases import Fence
from forexai_core.services.journal import FileJournal
from forexai_core.services.journal_frames import whole_frames

FENCE = Fence(resource="account:main", epoch=1, number=1)
NEWER = Fence(resource="account:main", epoch=1, number=2)


def entries(*payloads: bytes) -> list[Entry]:
    return [Entry(time_ns=n, kind="decision", payload=payload) for n, payload in enumerate(payloads)]


async def write(folder, *appends, durable=True, segment_bytes=1 << 26, fence=FENCE):
    journal = FileJournal(folder, segment_bytes=segment_bytes)
    for payloads in appends:
        await journal.append("s", entries(*payloads), fence=fence, durable=durable)
    journal.close()


async def read(folder, after=0):
    journal = FileJournal(folder)
    try:
        return [record.payload async for record in journal.read("s", after=after)]
    finally:
        journal.close()


def segments(folder):
    return sorted((folder / "s-s").glob("*.fxj"))


async def frames(path):
    content = path.read_bytes()
    return content, whole_frames(content, first_sequence=int(path.stem), place="here")


@pytest.fixture
async def written(tmp_path):
    """Three durable appends; the last one has two entries."""
    await write(tmp_path / "j", [b"one"], [b"two", b"three"], [b"four", b"five"])
    return tmp_path / "j"


async def test_a_tail_cut_at_any_byte_is_wholly_before(written, tmp_path):
    content, found = await frames(segments(written)[0])
    for size in range(found[-1].start, found[-1].end):
        folder = tmp_path / f"cut{size}"
        shutil.copytree(written, folder)
        segments(folder)[0].write_bytes(content[:size])
        assert await read(folder) == [b"one", b"two", b"three"]
        await write(folder, [b"again"])
        assert await read(folder) == [b"one", b"two", b"three", b"again"]
    assert await read(written) == [b"one", b"two", b"three", b"four", b"five"]


async def test_a_first_record_cut_at_any_byte_is_wholly_before(tmp_path):
    await write(tmp_path / "j", [b"one"])
    content, _ = await frames(segments(tmp_path / "j")[0])
    for size in range(len(content)):
        segments(tmp_path / "j")[0].write_bytes(content[:size])
        assert await read(tmp_path / "j") == []
        await write(tmp_path / "j", [b"again"])
        assert await read(tmp_path / "j") == [b"again"]


@pytest.mark.parametrize("damage", [b"\0", b"\xff"])
async def test_a_tail_of_garbage_from_any_byte_on_is_wholly_before(written, damage):
    path = segments(written)[0]
    content, found = await frames(path)
    for start in range(found[-1].start, found[-1].end):
        rest = damage * (found[-1].end - start)
        if content[start:] == rest:
            continue
        path.write_bytes(content[:start] + rest)
        assert await read(written) == [b"one", b"two", b"three"]
        await write(written, [b"again"])
        assert await read(written) == [b"one", b"two", b"three", b"again"]


async def test_one_changed_byte_in_a_durable_record_is_found(written):
    path = segments(written)[0]
    content, found = await frames(path)
    for at in range(found[-1].start):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(IntegrityError, match="durable is damaged"):
            await read(written)
        with pytest.raises(IntegrityError, match="durable is damaged"):
            await write(written, [b"more"])


async def test_a_damaged_record_before_whole_ones_is_refused_and_nothing_is_cut_off(tmp_path):
    await write(tmp_path / "j", [b"one"])
    await write(tmp_path / "j", [b"two"], [b"three"], durable=False)
    path = segments(tmp_path / "j")[0]
    content, found = await frames(path)
    at = found[1].start + 20
    damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    path.write_bytes(damaged)
    said = rf"{re.escape(str(path))}, byte {found[1].start}: a record is damaged, and whole ones follow.*backup"
    with pytest.raises(IntegrityError, match=said):
        await read(tmp_path / "j")
    with pytest.raises(IntegrityError, match=said):
        await write(tmp_path / "j", [b"again"])
    assert path.read_bytes() == damaged


async def test_two_damaged_records_at_the_end_are_no_torn_tail(tmp_path):
    await write(tmp_path / "j", [b"one"], [b"two"], [b"three"], durable=False)
    path = segments(tmp_path / "j")[0]
    content, found = await frames(path)
    at = found[1].start + 20
    damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 : -3]
    path.write_bytes(damaged)
    with pytest.raises(IntegrityError, match=f"byte {found[1].start}: a record is damaged, and another one was begun"):
        await write(tmp_path / "j", [b"again"])
    assert path.read_bytes() == damaged


async def test_a_layout_of_a_newer_release_is_no_torn_tail(tmp_path):
    await write(tmp_path / "j", [b"one"], [b"two"])
    path = segments(tmp_path / "j")[0]
    content, found = await frames(path)
    newer = content[: found[1].start] + content[found[1].start :].replace(b"FXJ1", b"FXJ3", 1)
    path.write_bytes(newer)
    with pytest.raises(ConfigError, match=r"version 3, and this release reads up to 1"):
        await read(tmp_path / "j")
    with pytest.raises(ConfigError, match=r"version 3, and this release reads up to 1"):
        await write(tmp_path / "j", [b"again"])
    assert path.read_bytes() == newer


async def _after(folder):
    """What a damaged journal gives a reader, and what a writer then does to it."""
    journal = FileJournal(folder, disk=FaultyDisk())
    try:
        there = [record.payload async for record in journal.read("s")]
        torn = await journal.torn("s")
        await journal.append("s", entries(b"again"), fence=FENCE)
    except IntegrityError as refusal:
        return None, None, str(refusal)
    else:
        return there, torn, None
    finally:
        journal.close()


def _changes(content):
    """Every cut, and three changes of every byte."""
    for at in range(len(content)):
        yield content[:at]
        for bits in (0x01, 0x80, 0xFF):
            yield content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :]


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("segment", [0, 1])
async def test_no_byte_can_be_cut_or_changed_without_a_word_and_none_is_lost(tmp_path, durable, segment):
    await write(tmp_path / "j", [b"one"], [b"two", b"three"], [b"four"], durable=durable, segment_bytes=150)
    paths = segments(tmp_path / "j")
    assert len(paths) == 2
    before = [path.read_bytes() for path in paths]
    whole, path = await read(tmp_path / "j"), paths[segment]
    boundaries = {0, *(frame.end for frame in (await frames(path))[1])}
    for damaged in _changes(before[segment]):
        for kept in path.parent.glob("*.torn"):
            kept.unlink()
        for each, content in zip(paths, before, strict=True):
            each.write_bytes(content)
        path.write_bytes(damaged)
        there, torn, refusal = await _after(tmp_path / "j")
        if refusal is not None:
            assert re.match(rf"{re.escape(str(path))}(, byte \d+)?: ", refusal), refusal
            assert "backup" in refusal
            assert path.read_bytes() == damaged
            continue
        if segment == 0:  # it was left for the next one: only the word that said so can be missing without a loss
            assert there == whole
            continue
        assert there == whole[: len(there)] != whole
        assert (torn is None) == (len(damaged) in boundaries and before[1].startswith(damaged))
        kept = b"".join(each.read_bytes() for each in path.parent.glob("*.torn"))
        assert path.read_bytes().startswith(damaged[: len(damaged) - len(kept)])
        assert damaged.endswith(kept)
        if torn is not None:
            assert (torn.path, torn.offset, torn.size) == (path, len(damaged) - len(kept), len(kept))


async def test_what_is_cut_off_twice_at_one_place_is_kept_twice(written):
    path = segments(written)[0]
    content, found = await frames(path)
    for cut in (-1, -1, -2):
        path.write_bytes(content[:cut])
        await write(written, [b"again"])
    kept = sorted(each.read_bytes() for each in path.parent.glob("*.torn"))
    assert kept == sorted(content[found[-1].start : cut] for cut in (-1, -2))


async def test_a_disk_without_room_for_what_is_cut_off_lets_nothing_be_written(written):
    path = segments(written)[0]
    torn = path.read_bytes()[:-1]
    path.write_bytes(torn)
    journal = FileJournal(written, disk=FaultyDisk(1, for_good=True))
    with pytest.raises(StorageError, match="Keeping"):
        await journal.append("s", entries(b"six"), fence=FENCE)
    journal.close()
    assert path.read_bytes() == torn


async def test_opening_vouches_for_what_is_there(tmp_path):
    await write(tmp_path / "j", [b"one"], durable=False)
    await write(tmp_path / "j", [b"two"], durable=False)
    path = segments(tmp_path / "j")[0]
    content, found = await frames(path)
    assert found[1].synced_bytes == found[0].end
    path.write_bytes(b"x" + content[1:])
    with pytest.raises(IntegrityError, match="durable is damaged"):
        await read(tmp_path / "j")


async def test_a_removed_or_repeated_record_is_found(written):
    path = segments(written)[0]
    content, found = await frames(path)
    path.write_bytes(content[: found[1].start] + content[found[1].end :])
    with pytest.raises(IntegrityError, match="4 follows where 2 belongs"):
        await read(written)
    path.write_bytes(content + content[found[2].start :])
    with pytest.raises(IntegrityError, match="4 follows where 6 belongs"):
        await read(written)


async def test_a_torn_take_over_leaves_the_former_token(written):
    journal = FileJournal(written)
    await journal.take("s", NEWER)
    journal.close()
    path = segments(written)[0]
    path.write_bytes(path.read_bytes()[:-1])
    await write(written, [b"six"], fence=FENCE)
    assert (await read(written))[-1] == b"six"


async def test_segments_are_one_stream(tmp_path):
    payloads = [[b"%d" % n] for n in range(20)]
    await write(tmp_path / "j", *payloads, segment_bytes=200)
    assert len(segments(tmp_path / "j")) > 4
    for after in range(21):
        assert await read(tmp_path / "j", after) == [b"%d" % n for n in range(after, 20)]


async def test_a_missing_segment_is_found(tmp_path):
    await write(tmp_path / "j", *[[b"%d" % n] for n in range(20)], segment_bytes=200)
    found = segments(tmp_path / "j")
    for path in found[:-1]:
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(IntegrityError, match="missing"):
            await read(tmp_path / "j")
        path.write_bytes(content)
    found[1].write_bytes(found[1].read_bytes()[:-1])
    with pytest.raises(IntegrityError, match="damaged"):
        await read(tmp_path / "j")
    assert await read(tmp_path / "j", int(found[2].stem) - 1) == [b"%d" % n for n in range(int(found[2].stem) - 1, 20)]


async def test_a_crash_between_two_segments_keeps_the_token(tmp_path):
    await write(tmp_path / "j", [b"one"] * 9, segment_bytes=100)
    await write(tmp_path / "j", [b"two"], segment_bytes=100, fence=NEWER)
    last = segments(tmp_path / "j")[-1]
    last.write_bytes(b"")
    assert await read(tmp_path / "j") == [b"one"] * 9
    await write(tmp_path / "j", [b"two"], segment_bytes=100)
    segments(tmp_path / "j")[-2].write_bytes(b"")
    last.write_bytes(b"")
    with pytest.raises(IntegrityError, match="lead"):
        await write(tmp_path / "j", [b"three"])


async def test_a_foreign_file_is_named(written):
    (written / "s-s" / "notes.fxj").write_bytes(b"")
    with pytest.raises(IntegrityError, match=r"notes\.fxj"):
        await read(written)
    (written / "UPPER").mkdir()
    journal = FileJournal(written)
    with pytest.raises(IntegrityError, match="UPPER"):
        await journal.streams()
    journal.close()


async def outcome_of_faults(folder, disk):
    """Append until something fails, open afresh, and append again; return what was acknowledged and what is there."""
    acknowledged = []
    for attempt in range(3):
        journal = FileJournal(folder, segment_bytes=300, disk=disk)
        for n in range(4):
            payloads = [b"%d-%d-a" % (attempt, n), b"%d-%d-b" % (attempt, n)]
            try:
                last = await journal.append("s", entries(*payloads), fence=FENCE)
            except StorageError:
                break
            acknowledged.append((last, payloads))
        journal.close()
    journal = FileJournal(folder)
    there = [record.payload async for record in journal.read("s")]
    journal.close()
    return acknowledged, there


async def test_no_failing_operation_loses_what_was_acknowledged(tmp_path):
    count = FaultyDisk()
    await outcome_of_faults(tmp_path / "healthy", count)
    assert {"write", "sync", "sync_folder"} <= set(count.operations)
    for fail_at in range(1, len(count.operations) + 1):
        disk = FaultyDisk(fail_at)
        acknowledged, there = await outcome_of_faults(tmp_path / str(fail_at), disk)
        assert disk.failed
        assert len(acknowledged) >= 8
        for last, payloads in acknowledged:
            assert there[last - 2 : last] == payloads
        pairs = [(there[at][:-1], there[at + 1][:-1]) for at in range(0, len(there), 2)]
        assert all(first == second for first, second in pairs), "half an append is there"


async def test_after_a_failed_sync_the_stream_stands_still(tmp_path):
    disk = FaultyDisk()
    journal = FileJournal(tmp_path / "j", disk=disk)
    await journal.append("s", entries(b"one"), fence=FENCE)
    disk.fail_at = len(disk.operations) + 2
    with pytest.raises(StorageError, match="nobody knows"):
        await journal.append("s", entries(b"two"), fence=FENCE)
    with pytest.raises(StorageError, match="reconcile"):
        await journal.append("s", entries(b"three"), fence=FENCE)
    journal.close()
    assert (await read(tmp_path / "j"))[0] == b"one"


async def test_a_disk_that_stays_full_is_survived(tmp_path):
    disk = FaultyDisk(8, for_good=True)
    journal = FileJournal(tmp_path / "j", disk=disk)
    acknowledged = 0
    for n in range(10):
        try:
            acknowledged = await journal.append("s", entries(b"%d" % n), fence=FENCE)
        except StorageError:
            continue
    journal.close()
    assert 0 < acknowledged < 10
    assert (await read(tmp_path / "j"))[:acknowledged] == [b"%d" % n for n in range(acknowledged)]
    await write(tmp_path / "j", [b"again"])
    assert (await read(tmp_path / "j"))[-1] == b"again"


@asynccontextmanager
async def standing_still(journal):
    """Keep the journal's thread busy within the block."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold():
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(60)

    holding = journal._submit(hold)
    await begun.wait()
    yield
    go_on.set()
    await asyncio.wrap_future(holding)


async def test_appends_at_once_share_a_sync(tmp_path):
    disk = FaultyDisk()
    journal = FileJournal(tmp_path / "j", disk=disk)
    await journal.append("s", entries(b"first"), fence=FENCE)
    disk.operations.clear()
    async with standing_still(journal):
        appends = [asyncio.ensure_future(journal.append("s", entries(b"x"), fence=FENCE)) for _ in range(200)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*appends) == list(range(2, 202))
    assert disk.operations == ["write", "sync"]


async def test_what_is_not_durable_is_synced_by_a_flush(tmp_path):
    disk = FaultyDisk()
    journal = FileJournal(tmp_path / "j", disk=disk)
    await journal.append("s", entries(b"first"), fence=FENCE)
    disk.operations.clear()
    await journal.append("s", entries(b"y"), fence=FENCE, durable=False)
    assert disk.operations == ["write"]
    await journal.flush("s")
    await journal.flush("s")
    assert disk.operations == ["write", "sync"]
    journal.close()


async def test_a_cancelled_append_that_waits_is_not_written(tmp_path):
    journal = FileJournal(tmp_path / "j")
    await journal.append("s", entries(b"one"), fence=FENCE)
    async with standing_still(journal):
        waiting = asyncio.ensure_future(journal.append("s", entries(b"two"), fence=FENCE))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    await journal.append("s", entries(b"three"), fence=FENCE)
    journal.close()
    assert await read(tmp_path / "j") == [b"one", b"three"]


async def test_a_folder_that_goes_away_is_noticed(tmp_path):
    journal = FileJournal(tmp_path / "j")
    await journal.append("s", entries(b"one"), fence=FENCE)
    shutil.rmtree(tmp_path / "j")
    with pytest.raises(StorageError, match="was writing"):
        await journal.append("s", entries(b"two"), fence=FENCE)
    journal.close()


async def test_what_is_closed_says_so(tmp_path):
    journal = FileJournal(tmp_path / "j")
    await journal.append("s", entries(b"one"), fence=FENCE)
    journal.close()
    journal.close()
    with pytest.raises(StorageError, match="closed"):
        await journal.append("s", entries(b"two"), fence=FENCE)


async def test_too_much_at_once_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("forexai_core.services.journal.LARGEST_APPEND_BYTES", 10)
    journal = FileJournal(tmp_path / "j")
    await journal.append("s", entries(b"12345", b"12345"), fence=FENCE)
    with pytest.raises(ConfigError, match="11 bytes"):
        await journal.append("s", entries(b"12345", b"123456"), fence=FENCE)
    journal.close()


@pytest.mark.parametrize(
    "wrong", [{"time_ns": 2**63}, {"kind": ""}, {"kind": "a b"}, {"payload": "text"}, {"payload": None}]
)
def test_an_entry_is_checked_when_it_is_made(wrong):
    with pytest.raises(ForexAIError):
        Entry(**{"time_ns": 0, "kind": "k", "payload": b""} | wrong)
