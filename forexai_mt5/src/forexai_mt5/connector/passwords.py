"""Where the broker's password is kept: by the system, or in a file that somebody has chosen on purpose."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, final

import attrs

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError, StorageError
from forexai_core.ports.names import check_name
from forexai_core.ports.secrets import Secret, Secrets
from forexai_core.ports.services import Services
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock
from forexai_mt5.connector.keyrings import KeyringSecrets, keyring_here
from forexai_mt5.connector.settings import ConnectorSettings

__all__ = ["PASSWORDS_FILE", "GuardedSecrets", "Guarding", "LayeredSecrets", "open_passwords", "with_passwords"]

PASSWORDS_FILE = "passwords.json"
"""In the connector's folder, where the system guards passwords; each is sealed for this person on this machine."""


class Guarding(Protocol):
    """Seals bytes, so that only this person on this machine opens them."""

    def seal(self, plain: bytes) -> bytes:
        """Seal. Raises OSError."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """Open. Raises OSError where it was sealed by another person, or elsewhere."""
        ...


@final
class GuardedSecrets:
    """Secrets in a file, each sealed by the system.

    Parameters
    ----------
    path : Path
        The file.
    guarding : Guarding
        The system's.
    disk : Disk, optional
        What writes.
    """

    def __init__(self, path: Path, guarding: Guarding, *, disk: Disk | None = None) -> None:
        self._path, self._guarding, self._disk = path, guarding, disk or Disk()
        self._lock = FileLock(path.with_name(path.name + ".lock"))

    async def get(self, name: str) -> Secret:
        """Return a secret; see `forexai_core.ports.secrets.Secrets`."""
        sealed = (await asyncio.to_thread(self._entries)).get(check_name("secret", name))
        if sealed is None:
            raise NotFoundError(f"There is no secret '{name}'.")
        try:
            return Secret(self._guarding.open(base64.b64decode(sealed, validate=True)).decode())
        except (OSError, binascii.Error, UnicodeDecodeError):
            raise IntegrityError(
                f"Secret '{name}' does not open: it was sealed for another person or machine. Set it again."
            ) from None

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret; see `forexai_core.ports.secrets.Secrets`."""
        await asyncio.to_thread(self._put, name, self._sealed(name, secret))

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret where there is none; see `forexai_core.ports.secrets.Secrets`."""
        return await asyncio.to_thread(self._put, name, self._sealed(name, secret), only_new=True)

    def _sealed(self, name: str, secret: Secret) -> str:
        check_name("secret", name)
        try:
            return base64.b64encode(self._guarding.seal(secret.reveal().encode())).decode()
        except OSError:
            raise StorageError(
                f"The system does not seal secret '{name}'. Log in to it as usual, and try again."
            ) from None

    def _put(self, name: str, sealed: str, *, only_new: bool = False) -> bool:
        with self._lock:
            entries = self._entries()
            if only_new and name in entries:
                return False
            self._write(entries | {name: sealed})
        return True

    async def names(self) -> Sequence[str]:
        """Return the names; see `forexai_core.ports.secrets.Secrets`."""
        return sorted(await asyncio.to_thread(self._entries))

    async def delete(self, name: str) -> bool:
        """Forget a secret; see `forexai_core.ports.secrets.Secrets`."""
        return await asyncio.to_thread(self._delete, check_name("secret", name))

    def _delete(self, name: str) -> bool:
        with self._lock:
            entries = self._entries()
            if entries.pop(name, None) is None:
                return False
            self._write(entries)
        return True

    def _entries(self) -> dict[str, str]:
        with storing(f"Reading {self._path}"):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                return {}
        try:
            return {str(name): str(sealed) for name, sealed in json.loads(content).items()}
        except (ValueError, AttributeError):
            raise IntegrityError(f"{self._path} is damaged: delete it, and set the passwords again.") from None

    def _write(self, entries: dict[str, str]) -> None:
        with storing(f"Storing {self._path}"):
            self._disk.make_folder(self._path.parent)
            self._disk.replace(self._path, json.dumps(entries, sort_keys=True, indent=1).encode())


@final
class LayeredSecrets:
    """Passwords first, then what else is kept; new ones go to the first.

    Parameters
    ----------
    first, then : Secrets
        Where they are looked for.
    """

    def __init__(self, first: Secrets, then: Secrets) -> None:
        self._first, self._then = first, then

    async def get(self, name: str) -> Secret:
        """Return a secret; see `forexai_core.ports.secrets.Secrets`."""
        try:
            return await self._first.get(name)
        except NotFoundError:
            return await self._then.get(name)

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret; see `forexai_core.ports.secrets.Secrets`."""
        await self._first.set(name, secret)

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret where neither has one; see `forexai_core.ports.secrets.Secrets`."""
        return name not in await self._then.names() and await self._first.add(name, secret)

    async def names(self) -> Sequence[str]:
        """Return the names; see `forexai_core.ports.secrets.Secrets`."""
        return sorted({*await self._first.names(), *await self._then.names()})

    async def delete(self, name: str) -> bool:
        """Forget a secret in both; see `forexai_core.ports.secrets.Secrets`."""
        gone = [await self._first.delete(name), await self._then.delete(name)]
        return any(gone)


def _guarding_here() -> Guarding | None:
    if sys.platform == "win32":
        # Only Windows has it.
        from forexai_mt5.connector.dpapi import Dpapi

        return Dpapi()
    return None


def open_passwords(
    kind: str,
    folder: Path,
    files: Secrets,
    *,
    guarding: Callable[[], Guarding | None] = _guarding_here,
    keyring: Callable[[], KeyringSecrets | None] = keyring_here,
) -> Secrets:
    """Open the store of passwords.

    Parameters
    ----------
    kind : str
        ``dpapi``, ``keyring`` or ``file``; ``auto``: the first of the first two that this machine has.
    folder : Path
        Of the connector.
    files : Secrets
        The encrypted file: whoever has it and its key file beside it has the password, so ``file`` has to be said.
    guarding, keyring : callable
        What this machine has; None: nothing.

    Raises
    ------
    ConfigError
        If this machine has no such store.
    """
    if kind == "file":
        return files
    if kind in {"auto", "dpapi"} and (found := guarding()) is not None:
        return GuardedSecrets(folder / PASSWORDS_FILE, found)
    if kind in {"auto", "keyring"} and (ring := keyring()) is not None:
        return ring
    raise ConfigError(
        f"This machine has no safe store of passwords (password_store = '{kind}'). Let the terminal log in by itself, "
        "which needs no password here; or install a keyring: pip install 'forexai-mt5[keyring]'; or choose "
        "password_store = 'file', a file that is encrypted with a key beside it."
    )


def with_passwords(settings: ConnectorSettings, services: Services, folder: Path) -> Services:
    """Give services in which the broker finds its password, wherever it is kept."""
    try:
        passwords = open_passwords(settings.password_store, folder, services.secrets)
    except ConfigError:
        if settings.password_store != "auto":  # noqa: S105 - the kind of a store
            raise
        return services
    if passwords is services.secrets:
        return services
    return attrs.evolve(services, secrets=LayeredSecrets(passwords, services.secrets))
