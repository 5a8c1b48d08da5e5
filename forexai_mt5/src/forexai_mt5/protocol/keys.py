"""Keys of devices: Ed25519, and what is signed with them."""

from __future__ import annotations

import base64
import binascii
from typing import final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from forexai_core.errors import IntegrityError
from forexai_core.ports.secrets import Secret

__all__ = ["DeviceKey", "is_signed", "said_in_hello", "said_in_pairing", "said_in_proof"]

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


@final
class DeviceKey:
    """The private key of a device, which never leaves it.

    Parameters
    ----------
    private : Ed25519PrivateKey
        The key.
    """

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def generate(cls) -> DeviceKey:
        """Make a new one."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, secret: Secret) -> DeviceKey:
        """Read one from a store of secrets.

        Raises
        ------
        IntegrityError
            If it is no key.
        """
        raw = _bytes(secret.reveal())
        if len(raw) != _KEY_BYTES:
            raise IntegrityError("What is stored as this device's key is none. Pair the device again.")
        return cls(Ed25519PrivateKey.from_private_bytes(raw))

    def secret(self) -> Secret:
        """Write it for a store of secrets."""
        return Secret(_text(self._private.private_bytes_raw()))

    @property
    def public(self) -> str:
        """The public key, as it travels."""
        return _text(self._private.public_key().public_bytes_raw())

    def sign(self, said: bytes) -> str:
        """Sign something, as it travels."""
        return _text(self._private.sign(said))

    def __repr__(self) -> str:
        return "DeviceKey('***')"


def is_signed(said: bytes, signature: str, public: str) -> bool:
    """Say whether something was signed by the private key that belongs to a public one."""
    key, raw = _bytes(public), _bytes(signature)
    if len(key) != _KEY_BYTES or len(raw) != _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _said(purpose: str, *parts: str) -> bytes:
    """Write what is signed: its purpose, and its parts with their lengths, so that no two sets of parts look alike."""
    return b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in (f"forexai-{purpose}-1", *parts))


def said_in_pairing(code: str, public: str, platform: str) -> bytes:
    """Write what a device signs to be paired: it owns the key that it shows, and means this platform."""
    return _said("pair", code, public, platform)


def said_in_proof(device_id: str, challenge: str, platform: str) -> bytes:
    """Write what a device signs to get a ticket."""
    return _said("prove", device_id, challenge, platform)


def said_in_hello(ticket: str, device_id: str, instance: str, platform: str) -> bytes:
    """Write what a device signs to use its ticket: one that was stolen is of no use to others."""
    return _said("hello", ticket, device_id, instance, platform)
