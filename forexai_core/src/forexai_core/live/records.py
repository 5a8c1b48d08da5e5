"""Records as bytes: one form for every value, so that the same record is the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forexai_core.errors import ConfigError, IntegrityError

__all__ = ["decode", "encode"]

_WRITE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def encode(kind: str, version: int, fields: Mapping[str, Any]) -> bytes:
    """Write a record.

    Parameters
    ----------
    kind : str
        What it is.
    version : int
        Of its form; a reader knows all earlier ones.
    fields : mapping
        Plain values: text, numbers, lists and mappings of them. Write integers that may pass 2**53 as text.

    Returns
    -------
    bytes
        JSON in UTF-8, keys sorted, no spaces: equal records are equal bytes.

    Raises
    ------
    ConfigError
        If a number is not finite, or a value is none of these.
    """
    try:
        text = _WRITE({"kind": kind, "version": version, **fields})
    except (TypeError, ValueError) as problem:
        raise ConfigError(f"A record of kind '{kind}' cannot be written: {problem}.") from problem
    return text.encode()


def decode(data: bytes, kind: str, newest: int) -> dict[str, Any]:
    """Read a record.

    Parameters
    ----------
    data : bytes
        What :func:`encode` wrote.
    kind : str
        What it must be.
    newest : int
        The newest version that the caller can read.

    Raises
    ------
    IntegrityError
        If it is no such record.
    ConfigError
        If a newer release wrote it.
    """
    try:
        fields = json.loads(data)
        found, version = str(fields["kind"]), int(fields["version"])
    except (ValueError, KeyError, TypeError) as problem:
        raise IntegrityError(f"These bytes are no record of kind '{kind}': {bytes(data[:80])!r}.") from problem
    if found != kind:
        raise IntegrityError(f"A record of kind '{kind}' was expected, but this is of kind '{found}'.")
    if version > newest:
        raise ConfigError(
            f"A record of kind '{kind}' has version {version}, and this release reads up to {newest}. "
            "Go on with the release that wrote it, or a newer one."
        )
    return dict(fields)
