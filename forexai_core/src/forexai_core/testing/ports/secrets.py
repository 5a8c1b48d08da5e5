"""What every store of secrets has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.ports.secrets import Secret, Secrets
from forexai_core.testing.ports.verdicts import refused, require

__all__ = ["SecretsSuite"]

_TEXT = "s3cr3t-Schlüssel-密"


@pytest.mark.asyncio
class SecretsSuite:
    """Rules of `forexai_core.ports.secrets.Secrets`."""

    @pytest.fixture
    def secrets(self) -> Secrets:
        """Give an empty store."""
        raise NotImplementedError("Give a fixture 'secrets'.")

    @pytest.fixture
    def another(self) -> Callable[[], Secrets]:
        """Give a function that opens the same store once more; one in memory returns itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    async def test_gives_back_what_was_set(self, secrets: Secrets) -> None:
        """Any text comes back, as a `Secret`."""
        for text in (_TEXT, "", "line\nline\0", "x" * 10_000):
            await secrets.set("broker/main", Secret(text))
            got = await secrets.get("broker/main")
            require(isinstance(got, Secret), f"a secret comes back as {type(got).__name__}, which shows itself")
            require(got.reveal() == text, "a secret comes back changed")

    async def test_replaces(self, secrets: Secrets) -> None:
        """The last one set counts, and is there once."""
        await secrets.set("a", Secret("old"))
        await secrets.set("a", Secret("new"))
        require((await secrets.get("a")).reveal() == "new", "the former secret is still there")
        require(list(await secrets.names()) == ["a"], "replacing made another one")

    async def test_adds_only_what_is_not_there(self, secrets: Secrets, another: Callable[[], Secrets]) -> None:
        """What is there stays; of several that add at once one is told that it did, and all get the same."""
        require(await secrets.add("a", Secret("first")) is True, "adding does not say that it was stored")
        require(await another().add("a", Secret("second")) is False, "adding again does not say that one is there")
        require((await secrets.get("a")).reveal() == "first", "adding replaced what was there")
        stores = [another() for _ in range(8)]
        texts = [f"key {number}" for number in range(8)]
        both = zip(stores, texts, strict=True)
        added = await asyncio.gather(*(store.add("key", Secret(text)) for store, text in both))
        require(sum(added) == 1, f"{sum(added)} of 8 that added at once were told that they did")
        got = {(await store.get("key")).reveal() for store in (secrets, *stores)}
        require(got == {texts[added.index(True)]}, "those that added at once do not have the one that was stored")
        with refused(ConfigError, "adding under no name"):
            await secrets.add("../a", Secret(_TEXT))
        require(await secrets.delete("a") and await secrets.add("a", Secret("x")), "a deleted one cannot be added")

    async def test_names_are_apart(self, secrets: Secrets) -> None:
        """Each name has its own, listed in order."""
        for name in ("b", "a/x", "A"):
            await secrets.set(name, Secret(name))
        require(list(await secrets.names()) == ["A", "a/x", "b"], f"the names are {await secrets.names()}")
        require((await secrets.get("A")).reveal() == "A", "names are mixed up")

    async def test_knows_what_is_not_there(self, secrets: Secrets) -> None:
        """A missing secret is an error, not an empty one."""
        with refused(NotFoundError, "getting a missing secret"):
            await secrets.get("none")
        require(list(await secrets.names()) == [], "an empty store has names")

    async def test_deletes(self, secrets: Secrets) -> None:
        """A deleted secret is gone."""
        await secrets.set("a", Secret(_TEXT))
        require(await secrets.delete("a") is True, "deleting does not say that there was one")
        require(await secrets.delete("a") is False, "deleting again does not say that there was none")
        with refused(NotFoundError, "getting a deleted secret"):
            await secrets.get("a")

    async def test_refuses_what_is_no_name(self, secrets: Secrets) -> None:
        """Names are checked; the message does not hold the secret."""
        for name in ("", "../a", "/a", "a//b", "a\0"):
            with refused(ConfigError, f"setting {name!r}"):
                await secrets.set(name, Secret(_TEXT))
        try:
            await secrets.set("../a", Secret(_TEXT))
        except ConfigError as refusal:
            require(_TEXT not in str(refusal), "the error's message shows the secret")

    async def test_shows_nothing(self, secrets: Secrets) -> None:
        """No text of the store holds a value."""
        await secrets.set("a", Secret(_TEXT))
        for text in (repr(secrets), str(secrets), repr(await secrets.get("a")), f"{await secrets.get('a')}"):
            require(_TEXT not in text, "a text of the store shows a secret")

    async def test_another_process_sees_it(self, secrets: Secrets, another: Callable[[], Secrets]) -> None:
        """What was set is there for everybody, also what was set after they opened."""
        rival = another()
        await secrets.set("a", Secret(_TEXT))
        require((await rival.get("a")).reveal() == _TEXT, "another process does not see the secret")
        await rival.set("b", Secret("b"))
        require(list(await secrets.names()) == ["a", "b"], "one process overwrote what the other had set")
