"""Secrets in the system's keyring, by the package ``keyring`` (extra ``keyring``)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, final

from forexai_core.errors import NotFoundError, StorageError
from forexai_core.ports.names import check_name
from forexai_core.ports.secrets import Secret

__all__ = ["Keyring", "KeyringSecrets", "keyring_here"]

_T = TypeVar("_T")
_SERVICE = "ForexAI Connector"
_INDEX = "names"
"""A keyring tells nobody what it holds: the names are an entry of their own, which no secret may be called."""


class Keyring(Protocol):
    """What is used of the package."""

    def get_password(self, service: str, username: str) -> str | None:
        """Give a password."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password."""
        ...


@final
class KeyringSecrets:
    """Secrets of this connector in a keyring.

    Parameters
    ----------
    ring : Keyring
        The system's.
    failures : tuple of exception classes
        What it raises where it is locked or gone.
    """

    def __init__(self, ring: Keyring, failures: tuple[type[Exception], ...]) -> None:
        self._ring, self._failures = ring, failures
        self._changing = asyncio.Lock()  # the connector's process is alone in its folder: it keeps no other one out

    async def get(self, name: str) -> Secret:
        """Return a secret; see `forexai_core.ports.secrets.Secrets`."""
        text = await self._asked(check_name("secret", name))
        if text is None:
            raise NotFoundError(f"There is no secret '{name}'.")
        return Secret(text)

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret; see `forexai_core.ports.secrets.Secrets`."""
        check_name("secret", name)
        async with self._changing:
            await self._put(name, secret)

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret where there is none; see `forexai_core.ports.secrets.Secrets`."""
        check_name("secret", name)
        async with self._changing:
            if await self._asked(name) is not None:
                return False
            await self._put(name, secret)
            return True

    async def _put(self, name: str, secret: Secret) -> None:
        await self._keep(f"secret:{name}", secret.reveal())
        await self._keep(_INDEX, json.dumps(sorted({*await self.names(), name})))

    async def names(self) -> Sequence[str]:
        """Return the names; see `forexai_core.ports.secrets.Secrets`."""
        text = await self._call(self._ring.get_password, _SERVICE, _INDEX)
        return sorted(map(str, json.loads(text))) if text else []

    async def delete(self, name: str) -> bool:
        """Forget a secret; see `forexai_core.ports.secrets.Secrets`."""
        check_name("secret", name)
        async with self._changing:
            if await self._asked(name) is None:
                return False
            await self._call(self._ring.delete_password, _SERVICE, f"secret:{name}")
            await self._keep(_INDEX, json.dumps([each for each in await self.names() if each != name]))
            return True

    async def _asked(self, name: str) -> str | None:
        return await self._call(self._ring.get_password, _SERVICE, f"secret:{name}")

    async def _keep(self, entry: str, text: str) -> None:
        await self._call(self._ring.set_password, _SERVICE, entry, text)

    async def _call(self, call: Callable[..., _T], *arguments: str) -> _T:
        try:
            return await asyncio.to_thread(call, *arguments)
        except self._failures as problem:
            raise StorageError(
                f"The keyring does not answer ({type(problem).__name__}). Unlock it, and try again."
            ) from None


def keyring_here() -> KeyringSecrets | None:
    """Give the keyring of this machine; None where there is none that is safe, or the package is not installed."""
    try:
        # An optional package.
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    backend = keyring.get_keyring()
    # Those that keep nothing, or fail at each call, have no priority; files in clear are below the systems' own.
    if backend.priority < 1 or "plaintext" in type(backend).__module__.casefold():
        return None
    return KeyringSecrets(backend, (KeyringError,))
