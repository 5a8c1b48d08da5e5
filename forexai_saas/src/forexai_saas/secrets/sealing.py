"""Sealing: AES-256-GCM, bound to the place where the result is kept."""

from __future__ import annotations

import secrets
import struct

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forexai_core.errors import IntegrityError

__all__ = ["Place", "key_version", "open_sealed", "seal"]

_FORMAT = 1
_HEAD = struct.Struct(">BI")
_NONCE_BYTES = 12


@attrs.frozen
class Place:
    """Where a sealed value is kept: moved anywhere else, it does not open.

    Attributes
    ----------
    owner : str
        Kind and key: ``tenant:0190…``.
    table, row, column : str
        Where in the database.
    """

    owner: str
    table: str
    row: str
    column: str

    def bound(self, version: int) -> bytes:
        """Write it as associated data; lengths keep two places from looking alike."""
        parts = (self.owner, self.table, self.row, self.column, str(version))
        return b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)


def seal(key: bytes, version: int, text: bytes, place: Place) -> bytes:
    """Encrypt.

    Parameters
    ----------
    key : bytes
        32 bytes.
    version : int
        Of the key, kept with the result.
    text : bytes
        What nobody may read.
    place : Place
        Where the result will be kept.
    """
    # 96 random bits a value: with one key a tenant, a nonce twice stays below 2**-32 up to 2**32 values (NIST SP
    # 800-38D, 8.3).
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _HEAD.pack(_FORMAT, version) + nonce + AESGCM(key).encrypt(nonce, text, place.bound(version))


def key_version(sealed: bytes) -> int:
    """Tell which version of the key sealed a value.

    Raises
    ------
    IntegrityError
        If it is no sealed value.
    """
    if len(sealed) < _HEAD.size + _NONCE_BYTES or sealed[0] != _FORMAT:
        raise IntegrityError("What is stored is no sealed value.")
    version: int = _HEAD.unpack_from(sealed)[1]
    return version


def open_sealed(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Decrypt.

    Raises
    ------
    IntegrityError
        If it was changed, was sealed for another place, or by another key.
    """
    version = key_version(sealed)
    nonce = sealed[_HEAD.size : _HEAD.size + _NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[_HEAD.size + _NONCE_BYTES :], place.bound(version))
    except InvalidTag as problem:
        raise IntegrityError(
            f"A sealed value of {place.table}.{place.column} does not open: it was changed or moved, or its key was."
        ) from problem
