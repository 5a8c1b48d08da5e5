"""Blobs in files, and in memory."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, final

import attrs

from forexai_core.errors import ConfigError, ConflictError, IntegrityError, NotFoundError
from forexai_core.ports.blobs import BlobInfo
from forexai_core.ports.names import check_name
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock

__all__ = ["FileBlobs", "MemoryBlobs"]

LARGEST_BLOB_BYTES = 1 << 28

_SUFFIX = ".fxb"
_START = struct.Struct("<4sI")
_MAGIC = b"FXB1"
_LONGEST_HEADER = 1 << 12


def _describe(key: str, content: bytes, max_bytes: int) -> BlobInfo:
    check_name("blob", key)
    if len(content) > max_bytes:
        raise ConfigError(f"Blob '{key}' has {len(content)} bytes; this store takes {max_bytes} at most.")
    return BlobInfo(key=key, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _other_bytes(key: str) -> ConflictError:
    return ConflictError(
        f"Other bytes are stored as blob '{key}', and a blob never changes: use another key, or delete it first."
    )


def _missing(key: str) -> NotFoundError:
    return NotFoundError(f"There is no blob '{key}'.")


@final
class FileBlobs:
    """A blob a file, named by the hash of its key, so that every file system can hold every key.

    A file begins with ``FXB1``, the length of a header, and the header (JSON of the key, size and SHA-256).

    Parameters
    ----------
    folder : Path
        Where; made when first written.
    max_bytes : int
        Largest blob.
    disk : Disk, optional
        What writes and syncs.
    """

    def __init__(self, folder: Path, *, max_bytes: int = LARGEST_BLOB_BYTES, disk: Disk | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._disk = disk or Disk()
        self._lock = FileLock(folder / "lock")

    def close(self) -> None:
        """Close the lock file."""
        self._lock.close()

    async def put(self, key: str, content: bytes) -> BlobInfo:
        """Store bytes; see `forexai_core.ports.blobs.Blobs`."""
        info = _describe(key, content, self._max_bytes)
        return await asyncio.to_thread(self._put, info, content)

    async def get(self, key: str) -> bytes:
        """Return bytes; see `forexai_core.ports.blobs.Blobs`."""
        return await asyncio.to_thread(self._get, check_name("blob", key))

    async def info(self, key: str) -> BlobInfo:
        """Return what is known; see `forexai_core.ports.blobs.Blobs`."""
        return await asyncio.to_thread(self._info, check_name("blob", key))

    async def list(self, prefix: str = "") -> Sequence[BlobInfo]:
        """Return what is there; see `forexai_core.ports.blobs.Blobs`. Opens every file."""
        return await asyncio.to_thread(self._list, prefix)

    async def delete(self, key: str) -> bool:
        """Delete bytes; see `forexai_core.ports.blobs.Blobs`."""
        return await asyncio.to_thread(self._delete, check_name("blob", key))

    def _path(self, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest}{_SUFFIX}"

    def _put(self, info: BlobInfo, content: bytes) -> BlobInfo:
        path = self._path(info.key)
        header = json.dumps(attrs.asdict(info), sort_keys=True).encode()
        with self._lock, storing(f"Storing blob '{info.key}'"):
            if path.exists():
                if self._info(info.key) != info:
                    raise _other_bytes(info.key)
                return info
            self._disk.make_folder(path.parent)
            self._disk.replace(path, _START.pack(_MAGIC, len(header)) + header + content)
        return info

    def _get(self, key: str) -> bytes:
        path = self._path(key)
        with storing(f"Reading blob '{key}'"):
            try:
                with path.open("rb") as file:
                    info = _header(file, path)
                    content = file.read()
            except FileNotFoundError:
                raise _missing(key) from None
        if info.key != key or info.size_bytes != len(content) or info.sha256 != hashlib.sha256(content).hexdigest():
            raise IntegrityError(f"Blob '{key}' in {path} is not what was stored: restore it from a backup.")
        return content

    def _info(self, key: str) -> BlobInfo:
        path = self._path(key)
        with storing(f"Reading blob '{key}'"):
            try:
                with path.open("rb") as file:
                    return _header(file, path)
            except FileNotFoundError:
                raise _missing(key) from None

    def _list(self, prefix: str) -> Sequence[BlobInfo]:
        found = []
        with storing(f"Reading the blobs in {self._folder}"):
            for path in self._folder.glob(f"??/*{_SUFFIX}"):
                try:
                    with path.open("rb") as file:
                        found.append(_header(file, path))
                except FileNotFoundError:  # deleted while we were looking
                    continue
        return sorted((info for info in found if info.key.startswith(prefix)), key=lambda info: info.key)

    def _delete(self, key: str) -> bool:
        path = self._path(key)
        with self._lock, storing(f"Deleting blob '{key}'"):
            if not path.exists():
                return False
            path.unlink()
            self._disk.sync_folder(path.parent)
        return True


def _header(file: BinaryIO, path: Path) -> BlobInfo:
    try:
        magic, length = _START.unpack(file.read(_START.size))
        if magic != _MAGIC or length > _LONGEST_HEADER:
            raise IntegrityError(f"{path} is no blob: restore it from a backup.")
        return BlobInfo(**json.loads(file.read(length)))
    except (struct.error, ValueError, TypeError) as problem:
        raise IntegrityError(f"{path} is damaged ({problem}): restore it from a backup.") from problem


@final
class MemoryBlobs:
    """Blobs that live as long as the process.

    Parameters
    ----------
    max_bytes : int
        Largest blob.
    """

    def __init__(self, *, max_bytes: int = LARGEST_BLOB_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: dict[str, tuple[BlobInfo, bytes]] = {}

    async def put(self, key: str, content: bytes) -> BlobInfo:
        """Store bytes; see `forexai_core.ports.blobs.Blobs`."""
        info = _describe(key, content, self._max_bytes)
        if self._kept.setdefault(key, (info, bytes(content)))[0] != info:
            raise _other_bytes(key)
        return info

    async def get(self, key: str) -> bytes:
        """Return bytes; see `forexai_core.ports.blobs.Blobs`."""
        await self.info(key)
        return self._kept[key][1]

    async def info(self, key: str) -> BlobInfo:
        """Return what is known; see `forexai_core.ports.blobs.Blobs`."""
        if check_name("blob", key) not in self._kept:
            raise _missing(key)
        return self._kept[key][0]

    async def list(self, prefix: str = "") -> Sequence[BlobInfo]:
        """Return what is there; see `forexai_core.ports.blobs.Blobs`."""
        return [self._kept[key][0] for key in sorted(self._kept) if key.startswith(prefix)]

    async def delete(self, key: str) -> bool:
        """Delete bytes; see `forexai_core.ports.blobs.Blobs`."""
        return self._kept.pop(check_name("blob", key), None) is not None
