"""What every store of blobs has to pass."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from forexai_core.errors import ConfigError, ConflictError, NotFoundError
from forexai_core.ports.blobs import BlobInfo, Blobs
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["BlobsSuite"]


@pytest.mark.asyncio
class BlobsSuite:
    """Rules of `forexai_core.ports.blobs.Blobs`."""

    max_bytes = 1 << 16
    """Largest blob of the store under test: small, since the suite exceeds it."""

    @pytest.fixture
    def blobs(self) -> Blobs:
        """Give an empty store."""
        raise NotImplementedError("Give a fixture 'blobs'.")

    @pytest.fixture
    def another(self) -> Callable[[], Blobs]:
        """Give a function that opens the same store once more; one in memory returns itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    async def test_gives_back_what_was_put(self, blobs: Blobs) -> None:
        """Any bytes come back, none and all values included."""
        for key, content in (("a", b""), ("b/c", bytes(range(256))), ("d", b"\r\n\n\r\0")):
            await blobs.put(key, content)
            require(await blobs.get(key) == content, f"'{key}' comes back changed")

    async def test_knows_size_and_hash(self, blobs: Blobs) -> None:
        """What put returns is what info tells."""
        want = BlobInfo(key="a", size_bytes=3, sha256=hashlib.sha256(b"abc").hexdigest())
        require(await blobs.put("a", b"abc") == want, "put returns another size or hash")
        require(await blobs.info("a") == want, "info tells another size or hash")

    async def test_the_same_again_is_no_change(self, blobs: Blobs) -> None:
        """Putting the same bytes twice is once."""
        first = await blobs.put("a", b"abc")
        require(await blobs.put("a", b"abc") == first, "putting the same again answers otherwise")
        require(len(await blobs.list()) == 1, "putting the same again made another blob")

    async def test_never_changes(self, blobs: Blobs) -> None:
        """Other bytes under a used key are refused, and the first ones stay."""
        await blobs.put("a", b"abc")
        with refused(ConflictError, "putting other bytes under a used key"):
            await blobs.put("a", b"abd")
        require(await blobs.get("a") == b"abc", "a refused put changed the blob")

    async def test_knows_what_is_not_there(self, blobs: Blobs) -> None:
        """A missing key is an error, not empty bytes."""
        with refused(NotFoundError, "getting a missing key"):
            await blobs.get("none")
        with refused(NotFoundError, "asking about a missing key"):
            await blobs.info("none")

    async def test_lists_by_prefix(self, blobs: Blobs) -> None:
        """The list is sorted, and a prefix is just text."""
        infos = {key: await blobs.put(key, key.encode()) for key in ("b", "a/2", "a/1", "ab")}
        for prefix, want in (
            ("", ["a/1", "a/2", "ab", "b"]),
            ("a", ["a/1", "a/2", "ab"]),
            ("a/", ["a/1", "a/2"]),
            ("x", []),
        ):
            got = list(await blobs.list(prefix))
            require(got == [infos[key] for key in want], f"the list of {prefix!r} is {[info.key for info in got]}")

    async def test_deletes(self, blobs: Blobs) -> None:
        """A deleted key is gone and free."""
        await blobs.put("a", b"abc")
        require(await blobs.delete("a") is True, "deleting does not say that there was a blob")
        require(await blobs.delete("a") is False, "deleting again does not say that there was none")
        require(list(await blobs.list()) == [], "a deleted blob is listed")
        with refused(NotFoundError, "getting a deleted key"):
            await blobs.get("a")
        await blobs.put("a", b"other")
        require(await blobs.get("a") == b"other", "a deleted key cannot be used again")

    async def test_keys_that_look_alike_are_apart(self, blobs: Blobs) -> None:
        """Capitals and punctuation make another key, on every file system."""
        keys = ["report", "Report", "a/b", "a:b", "a_b", "a.b", "con", "a+b", "a=b"]
        for key in keys:
            await blobs.put(key, key.encode())
        for key in keys:
            require(await blobs.get(key) == key.encode(), f"'{key}' was mixed up with another key")

    async def test_refuses_keys_that_are_no_names(self, blobs: Blobs) -> None:
        """No key leads out of the store."""
        for key in ("", "..", "../a", "a/../../b", "/etc/passwd", "a//b", "a/", ".a", "a\\b", "a\0b", "a b", "x" * 201):
            with refused(ConfigError, f"putting under {key[:20]!r}"):
                await blobs.put(key, b"")
            with refused(ConfigError, f"getting {key[:20]!r}"):
                await blobs.get(key)
            with refused(ConfigError, f"deleting {key[:20]!r}"):
                await blobs.delete(key)

    async def test_refuses_what_is_too_large(self, blobs: Blobs) -> None:
        """The largest blob passes, one byte more does not."""
        await blobs.put("a", bytes(self.max_bytes))
        with refused(ConfigError, f"putting {self.max_bytes + 1} bytes"):
            await blobs.put("b", bytes(self.max_bytes + 1))
        require([info.key for info in await blobs.list()] == ["a"], "a refused put left a blob")

    async def test_one_of_many_writers_wins(self, blobs: Blobs, another: Callable[[], Blobs]) -> None:
        """When several put different bytes at once, one does, and the others learn it."""
        stores = [blobs, another(), another()]
        calls = [stores[n % 3].put("a", b"%d" % n) for n in range(12)]
        results = await soon(asyncio.gather(*calls, return_exceptions=True), "twelve puts at once")
        winners = [n for n, result in enumerate(results) if isinstance(result, BlobInfo)]
        require(len(winners) == 1, f"{len(winners)} of twelve different puts succeeded")
        losers = [result for result in results if isinstance(result, BaseException)]
        require(all(isinstance(loser, ConflictError) for loser in losers), f"the others got {losers}")
        for store in stores:
            require(await store.get("a") == b"%d" % winners[0], "the stored bytes are not the winner's")
