"""Manifests of versions, signed by a key of the tests."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forexai_mt5.desktop.updates import signed_bytes

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
PINNED = (KEY.public_key().public_bytes_raw(),)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILE = {"platform": "windows-x64", "address": "https://example.org/c.zip", "sha256": "ab" * 32, "size": 10}


def payload(**changes):
    fields = {
        "product": "forexai-connector", "version": "0.2.0", "issued": "2026-11-20T00:00:00Z",
        "expires": "2026-12-20T00:00:00Z", "notes": "https://example.org/0.2.0", "files": [FILE],
    }  # fmt: skip
    return json.dumps(fields | changes).encode()


def signed(content=None, key=KEY, over=signed_bytes, **changes):
    plain = payload(**changes) if content is None else content
    parts = {"manifest": plain, "signature": key.sign(over(plain))}
    return json.dumps({name: base64.b64encode(part).decode() for name, part in parts.items()}).encode()
