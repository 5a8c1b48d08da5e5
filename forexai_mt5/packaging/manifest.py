"""Keys, and signed manifests of versions: ``manifest.py key FILE`` and ``manifest.py sign …``.

For whoever builds and passes on the connector; the private key stays with them, outside of what is passed on.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forexai_mt5.desktop.updates import Manifest, UpdateFile, Version, signed_bytes

__all__ = ["main"]


def make_key(file: Path) -> str:
    """Write a private key that only its owner may read, and give the public one."""
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as writing:
        writing.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def read_key(text: str) -> Ed25519PrivateKey:
    """Read a private key, base64."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.strip(), validate=True))


def described(given: str) -> UpdateFile:
    """Describe a file that was given as ``PLATFORM=ADDRESS=PATH``."""
    platform, address, path = given.split("=", 2)
    content = Path(path).read_bytes()
    fields = {"platform": platform, "address": address, "sha256": hashlib.sha256(content).hexdigest()}
    return UpdateFile.model_validate(fields | {"size": len(content)})


def signed_manifest(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """Sign a manifest."""
    payload = manifest.model_dump_json().encode()
    parts = {"manifest": payload, "signature": key.sign(signed_bytes(payload))}
    return json.dumps({name: base64.b64encode(part).decode() for name, part in parts.items()}).encode() + b"\n"


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manifest.py", description="Keys and signed manifests of the connector.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    key = kinds.add_parser("key", help="make a private key, and show the public one for release-keys.txt")
    key.add_argument("file", type=Path)
    sign = kinds.add_parser("sign", help="sign a manifest; the private key is read from FOREXAI_UPDATE_KEY")
    sign.add_argument("--version", required=True, help="semantic version")
    sign.add_argument("--notes", required=True, help="https address of a page about it")
    sign.add_argument("--days", type=int, default=60, help="how long it is believed")
    sign.add_argument("--out", type=Path, required=True)
    sign.add_argument("files", nargs="+", help="PLATFORM=ADDRESS=PATH")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Make a key or sign; give the exit code."""
    chosen = _arguments(sys.argv[1:] if given is None else given)
    if chosen.kind == "key":
        sys.stdout.write(make_key(chosen.file) + "\n")
        return 0
    secret = os.environ.get("FOREXAI_UPDATE_KEY", "")
    if not secret:
        sys.stderr.write("Set FOREXAI_UPDATE_KEY to the private key: an argument would show in lists of processes.\n")
        return 2
    Version.of(chosen.version)
    issued = datetime.now(UTC).replace(microsecond=0)
    manifest = Manifest(
        product="forexai-connector",
        version=chosen.version,
        issued=issued,
        expires=issued + timedelta(days=chosen.days),
        notes=chosen.notes,
        files=tuple(map(described, chosen.files)),
    )
    chosen.out.write_bytes(signed_manifest(manifest, read_key(secret)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
