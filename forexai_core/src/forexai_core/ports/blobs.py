"""Blobs: bytes that never change, by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import attrs

__all__ = ["BlobInfo", "Blobs"]


@attrs.frozen(kw_only=True)
class BlobInfo:
    """What is known of a blob without reading it.

    Attributes
    ----------
    key : str
        Its name; ``/`` separates parts.
    size_bytes : int
        Its length.
    sha256 : str
        Of its bytes, hex.
    """

    key: str
    size_bytes: int
    sha256: str


@runtime_checkable
class Blobs(Protocol):
    """A store of immutable bytes: reports, models, exports.

    No token is asked for: a blob is written whole or not at all and never changes, so an owner who lost its
    lease can spoil nothing.
    """

    async def put(self, key: str, content: bytes) -> BlobInfo:
        """Store bytes under a key; durable, and visible as a whole, on return.

        The same bytes again are no change.

        Raises
        ------
        ConfigError
            If the key is no name (see `forexai_core.ports.names`), or the content exceeds the store's limit.
        ConflictError
            If other bytes are stored under that key.
        StorageError
            If they could not be stored; then the key is as it was before.
        """
        ...

    async def get(self, key: str) -> bytes:
        """Return the bytes of a key, checked against their SHA-256.

        Raises
        ------
        NotFoundError
            If there are none.
        IntegrityError
            If they are not the ones that were put.
        """
        ...

    async def info(self, key: str) -> BlobInfo:
        """Return what is known of a key's bytes.

        Raises
        ------
        NotFoundError
            If there are none.
        """
        ...

    async def list(self, prefix: str = "") -> Sequence[BlobInfo]:
        """Return the blobs whose key begins with ``prefix``, sorted by key."""
        ...

    async def delete(self, key: str) -> bool:
        """Delete a key's bytes; return whether there were any. The key may be used again."""
        ...
