"""Blobs in files: damage, crashes, full disks."""

from __future__ import annotations

import pytest
from services.faults import FaultyDisk

from forexai_core.errors import ConflictError, IntegrityError, NotFoundError, StorageError
from forexai_core.services.blobs import FileBlobs


@pytest.fixture
async def blobs(tmp_path):
    store = FileBlobs(tmp_path / "blobs")
    await store.put("reports/1", b"content")
    yield store
    store.close()


def only_file(tmp_path):
    (path,) = (tmp_path / "blobs").glob("??/*.fxb")
    return path


async def test_any_changed_byte_is_found(blobs, tmp_path):
    path = only_file(tmp_path)
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(IntegrityError):
            await blobs.get("reports/1")


async def test_a_file_cut_at_any_byte_is_found(blobs, tmp_path):
    path = only_file(tmp_path)
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])
        with pytest.raises(IntegrityError):
            await blobs.get("reports/1")


async def test_a_blob_under_another_key_is_found(blobs, tmp_path):
    content = only_file(tmp_path).read_bytes()
    await blobs.put("reports/2", b"other")
    blobs._path("reports/2").write_bytes(content)
    with pytest.raises(IntegrityError, match="reports/2"):
        await blobs.get("reports/2")


async def test_no_failing_operation_leaves_half_a_blob(tmp_path):
    count = FaultyDisk()
    await FileBlobs(tmp_path / "0", disk=count).put("a", b"content")
    for fail_at in range(1, len(count.operations) + 1):
        disk = FaultyDisk(fail_at)
        store = FileBlobs(tmp_path / str(fail_at), disk=disk)
        with pytest.raises(StorageError):
            await store.put("a", b"content")
        renamed = "rename" in disk.operations[:-1]
        assert [info.key for info in await store.list()] == (["a"] if renamed else [])
        if not renamed:
            with pytest.raises(NotFoundError):
                await store.get("a")
        await store.put("a", b"content")
        assert await store.get("a") == b"content"
        with pytest.raises(ConflictError):
            await store.put("a", b"other")
        store.close()


async def test_what_a_crash_left_is_no_blob(blobs, tmp_path):
    path = only_file(tmp_path)
    path.with_name(path.name + ".new").write_bytes(b"half")
    assert [info.key for info in await blobs.list()] == ["reports/1"]
    assert await blobs.get("reports/1") == b"content"
