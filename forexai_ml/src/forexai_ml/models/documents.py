"""Models as documents: JSON under its checksum. Nothing in one can execute; a changed one is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from forexai_core.errors import IntegrityError

__all__ = ["digest_of", "read_document", "write_document"]

_LARGEST_BYTES = 256 * 1024 * 1024


def write_document(kind: str, version: int, body: dict[str, Any]) -> bytes:
    """Write a document.

    Parameters
    ----------
    kind : str
        What it is, such as ``forexai-direction``.
    version : int
        Of its layout.
    body : dict
        Plain data; NaN and infinity are refused.
    """
    text = _canonical(body)
    head = {"kind": kind, "version": version, "sha256": _digest(kind, version, text)}
    return (_canonical(head)[:-1] + ',"body":' + text + "}\n").encode()


def digest_of(data: bytes) -> str:
    """Give the checksum that a document carries; call it on documents that were read or written only."""
    digest: str = json.loads(data)["sha256"]
    return digest


def read_document(data: bytes, *, kind: str, version: int) -> dict[str, Any]:
    """Read what :func:`write_document` wrote.

    Raises
    ------
    IntegrityError
        If it is something else, of another kind or version, or was changed.
    """
    if len(data) > _LARGEST_BYTES:
        raise IntegrityError(f"{len(data):,} bytes are no model; at most {_LARGEST_BYTES:,} are read.")
    try:
        read = json.loads(data.decode())
        found, digest, body = (read["kind"], read["version"]), read["sha256"], read["body"]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise IntegrityError(
            f"The bytes are no {kind} document, or only a part of one ({type(problem).__name__}). Copy the file "
            "again, or train the model again."
        ) from problem
    if found != (kind, version):
        raise IntegrityError(
            f"The document is a {found[0]!s:.80} of version {found[1]!s:.20}; a {kind} of version {version} is "
            "needed. Train the model again with the installed version."
        )
    if not isinstance(body, dict) or digest != _digest(kind, version, _canonical(body)):
        raise IntegrityError(
            f"The {kind} document was changed after it was written: its checksum does not fit. Do not trust it; "
            "train the model again."
        )
    return body


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(kind: str, version: int, body: str) -> str:
    return hashlib.sha256(f"{kind}|{version}|{body}".encode()).hexdigest()
