"""Secrets in an encrypted file, and in memory."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError, StorageError
from forexai_core.ports.names import check_name
from forexai_core.ports.secrets import Secret
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["FileSecrets", "MemorySecrets"]

_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def _missing(name: str) -> NotFoundError:
    return NotFoundError(f"There is no secret '{name}'.")


@final
class FileSecrets:
    """A JSON file of secrets, each encrypted with AES-256-GCM, and a key file that only the owner may read.

    Every storing makes a fresh random nonce; a secret's name and the key's identity are associated data, so an
    entry moved to another name, or to another installation, does not open. Whoever has both files has the
    secrets: keep the key file out of the backups that leave the machine.

    Needs the package ``cryptography`` (``forexai-core[secrets]``), when first used.

    Parameters
    ----------
    path : Path
        The file of secrets.
    key_path : Path
        The key file; made at the first storing.
    disk : Disk, optional
        What writes and syncs.
    """

    def __init__(self, path: Path, *, key_path: Path, disk: Disk | None = None) -> None:
        self._path = path
        self._key_path = key_path
        self._disk = disk or Disk()
        self._lock = FileLock(path.with_name(path.name + ".lock"))

    def close(self) -> None:
        """Close the lock file."""
        self._lock.close()

    async def get(self, name: str) -> Secret:
        """Return a secret; see `forexai_core.ports.secrets.Secrets`."""
        return await asyncio.to_thread(self._get, check_name("secret", name))

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret; see `forexai_core.ports.secrets.Secrets`."""
        await asyncio.to_thread(self._put, check_name("secret", name), secret)

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret where there is none; see `forexai_core.ports.secrets.Secrets`."""
        return await asyncio.to_thread(self._put, check_name("secret", name), secret, only_new=True)

    async def names(self) -> Sequence[str]:
        """Return the names; see `forexai_core.ports.secrets.Secrets`."""
        return sorted(await asyncio.to_thread(self._entries))

    async def delete(self, name: str) -> bool:
        """Forget a secret; see `forexai_core.ports.secrets.Secrets`."""
        return await asyncio.to_thread(self._delete, check_name("secret", name))

    def _get(self, name: str) -> Secret:
        sealed = self._entries().get(name)
        if sealed is None:
            raise _missing(name)
        key = self._key()
        if key is None:
            raise IntegrityError(f"The key file {self._key_path} is gone; without it no secret opens. Restore it.")
        return Secret(_open(key, name, sealed, self._path))

    def _put(self, name: str, secret: Secret, *, only_new: bool = False) -> bool:
        """Store a secret, or leave the one that is there; return whether it was stored."""
        with self._lock:
            entries = self._entries()
            if only_new and name in entries:
                return False
            key = self._key()
            if key is None:
                if entries:
                    raise IntegrityError(f"The key file {self._key_path} is gone; restore it, or delete {self._path}.")
                key = self._make_key()
            self._write(entries | {name: _seal(key, name, secret)})
        return True

    def _delete(self, name: str) -> bool:
        with self._lock:
            entries = self._entries()
            if name not in entries:
                return False
            del entries[name]
            self._write(entries)
            return True

    def _entries(self) -> dict[str, str]:
        with storing(f"Reading {self._path}"):
            try:
                content = self._path.read_bytes()
            except FileNotFoundError:
                return {}
        try:
            document = json.loads(content)
            if document["version"] != _VERSION:
                raise StorageError(f"{self._path} was written by a newer release: open it with that one.")
            return {str(name): str(sealed) for name, sealed in document["secrets"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise IntegrityError(f"{self._path} is damaged: restore it from a backup.") from problem

    def _write(self, entries: dict[str, str]) -> None:
        document = {"version": _VERSION, "secrets": entries}
        with storing(f"Storing {self._path}"):
            self._disk.replace(self._path, json.dumps(document, sort_keys=True, indent=1).encode())

    def _key(self) -> bytes | None:
        with storing(f"Reading {self._key_path}"):
            try:
                mode = self._key_path.stat().st_mode
                content = self._key_path.read_bytes()
            except FileNotFoundError:
                return None
        if os.name == "posix" and mode & _OTHERS:
            raise StorageError(f"Others may read the key file {self._key_path}: run chmod 600 on it.")
        try:
            key = base64.b64decode(content.strip(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _KEY_BYTES:
            raise IntegrityError(f"The key file {self._key_path} is damaged: restore it from a backup.")
        return key

    def _make_key(self) -> bytes:
        key = os.urandom(_KEY_BYTES)
        with storing(f"Making the key file {self._key_path}"):
            self._disk.make_folder(self._key_path.parent)
            self._disk.replace(self._key_path, base64.b64encode(key) + b"\n")
        return key


def _cipher(key: bytes) -> AESGCM:
    try:
        # An optional package, and slow to import.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise ConfigError(
            "Secrets in a file need the package 'cryptography': pip install 'forexai-core[secrets]'."
        ) from None
    return AESGCM(key)


def _associated(key: bytes, name: str) -> bytes:
    key_id = hashlib.sha256(b"forexai-secrets-key" + key).hexdigest()[:16]
    return f"forexai-secrets|{_VERSION}|{key_id}|{name}".encode()


def _seal(key: bytes, name: str, secret: Secret) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(key).encrypt(nonce, secret.reveal().encode(), _associated(key, name))
    return base64.b64encode(nonce + sealed).decode()


def _open(key: bytes, name: str, sealed: str, path: Path) -> str:
    cipher: Any = _cipher(key)
    # An optional package, and slow to import.
    from cryptography.exceptions import InvalidTag

    try:
        raw = base64.b64decode(sealed, validate=True)
        opened: bytes = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _associated(key, name))
    except (InvalidTag, ValueError) as problem:
        raise IntegrityError(
            f"Secret '{name}' in {path} was changed, moved, or sealed with another key: set it again."
        ) from problem
    return opened.decode()


@final
class MemorySecrets:
    """Secrets that live as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}

    async def get(self, name: str) -> Secret:
        """Return a secret; see `forexai_core.ports.secrets.Secrets`."""
        try:
            return self._kept[check_name("secret", name)]
        except KeyError:
            raise _missing(name) from None

    async def set(self, name: str, secret: Secret) -> None:
        """Store a secret; see `forexai_core.ports.secrets.Secrets`."""
        self._kept[check_name("secret", name)] = secret

    async def add(self, name: str, secret: Secret) -> bool:
        """Store a secret where there is none; see `forexai_core.ports.secrets.Secrets`."""
        return self._kept.setdefault(check_name("secret", name), secret) is secret

    async def names(self) -> Sequence[str]:
        """Return the names; see `forexai_core.ports.secrets.Secrets`."""
        return sorted(self._kept)

    async def delete(self, name: str) -> bool:
        """Forget a secret; see `forexai_core.ports.secrets.Secrets`."""
        return self._kept.pop(check_name("secret", name), None) is not None
