"""The master keys: random, versioned, kept outside the database."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk, storing

__all__ = ["KEY_BYTES", "MasterKeys", "add_master_key", "read_master_keys"]

KEY_BYTES = 32


@final
class MasterKeys:
    """Versions of the master key. The newest wraps; older ones only unwrap what they wrapped.

    Parameters
    ----------
    keys : mapping of int to bytes
        By version, from 1; 32 bytes each.
    """

    __slots__ = ("_keys", "version")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES or version < 1 for version, key in keys.items()):
            raise ConfigError("A master key has 32 random bytes and a version from 1. Restore the key file.")
        self._keys = MappingProxyType(dict(keys))
        self.version = max(keys)
        """The newest."""

    @classmethod
    def random(cls) -> MasterKeys:
        """Make one that is kept nowhere."""
        return cls({1: secrets.token_bytes(KEY_BYTES)})

    def key(self, version: int) -> bytes:
        """Give a version.

        Raises
        ------
        ConfigError
            If it is not there.
        """
        if version not in self._keys:
            raise ConfigError(f"Master key {version} is not in the key file. Restore the file that goes with the data.")
        return self._keys[version]

    def derived(self, purpose: str) -> bytes:
        """Derive a key for one purpose from the oldest version, which stays the same when newer ones are added."""
        kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"forexai|{purpose}".encode())
        return kdf.derive(self._keys[min(self._keys)])

    def __repr__(self) -> str:
        return f"MasterKeys(versions={sorted(self._keys)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Master keys do not leave their process.")


def read_master_keys(path: Path) -> MasterKeys:
    """Read the key file, or make it with one random key.

    Parameters
    ----------
    path : Path
        Never inside the database, nor inside its backups.

    Raises
    ------
    ConfigError
        If others can read it, or it is not sound.
    """
    try:
        return MasterKeys(_written(path))
    except FileNotFoundError:
        return add_master_key(path)


def add_master_key(path: Path) -> MasterKeys:
    """Add a random key, which wraps from now on; what older ones wrapped stays readable."""
    keys = _written(path) if path.exists() else {}
    keys[max(keys, default=0) + 1] = secrets.token_bytes(KEY_BYTES)
    text = json.dumps({str(version): base64.b64encode(key).decode() for version, key in keys.items()}, indent=1)
    with storing(f"Writing the master keys to {path}"):
        Disk().make_folder(path.parent)
        Disk().replace(path, text.encode(), mode=0o600)
    return MasterKeys(keys)


def _written(path: Path) -> dict[int, bytes]:
    descriptor = os.open(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ConfigError(f"Others on this computer can read {path}. Set its mode to 0600, and add a new key.")
        content = file.read()
    try:
        kept: dict[str, Any] = json.loads(content)
        return {int(version): base64.b64decode(key, validate=True) for version, key in kept.items()}
    except (ValueError, TypeError, AttributeError) as problem:
        raise ConfigError(f"{path} holds no master keys. Restore the file that goes with the data.") from problem
