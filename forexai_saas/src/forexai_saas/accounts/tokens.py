"""Tokens: random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

__all__ = ["hashed", "new_token"]

_BYTES = 32


def new_token(prefix: str = "") -> str:
    """Make a token of 256 random bits, in letters that fit an address or a header.

    Parameters
    ----------
    prefix : str
        By which people and scanners know what it is, such as ``fxk_``.
    """
    return prefix + secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> bytes:
    """Give what is kept of a token. A plain hash is enough for what nobody can guess, unlike a password."""
    return hashlib.sha256(token.encode()).digest()
