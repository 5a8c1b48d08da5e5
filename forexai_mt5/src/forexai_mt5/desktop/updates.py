"""Manifests of versions: signed, for a time, and never of an older one."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import total_ordering
from importlib.resources import files
from typing import Literal

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from forexai_core.errors import ForexAIError
from forexai_core.ports.settings import Settings

__all__ = [
    "LARGEST_MANIFEST",
    "Manifest",
    "Seen",
    "UpdateFile",
    "UpdateRefusedError",
    "Version",
    "check",
    "release_keys",
    "signed_bytes",
]

LARGEST_MANIFEST = 64 * 1024
"""Bytes; what is larger is not read."""

_PURPOSE = b"forexai-connector-update-1\n"
"""Signed with it, so that a signature over something else is none over a manifest."""

_AHEAD = timedelta(days=1)
"""How far the clock of whoever signs may be ahead of the one here."""

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)


class UpdateRefusedError(ForexAIError):
    """A manifest is not believed.

    Parameters
    ----------
    reason : str
        ``unsigned``, ``malformed``, ``expired``, ``future`` or ``older``.
    message : str
        For people.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@total_ordering
@attrs.frozen(eq=False)
class Version:
    """A version, ordered by Semantic Versioning 2.0.0, section 11; what stands behind ``+`` does not count.

    Attributes
    ----------
    numbers : tuple of int
        Major, minor, patch.
    before : tuple of str
        Identifiers of a pre-release; none: the release itself.
    """

    numbers: tuple[int, int, int]
    before: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Version:
        """Read a version.

        Raises
        ------
        UpdateRefusedError
            If it is none.
        """
        found = _SEMVER.fullmatch(text)
        if found is None or len(text) > 100:
            raise UpdateRefusedError("malformed", f"{text[:100]!r} is no version such as 1.2.3.")
        major, minor, patch, before = found.groups()
        return cls((int(major), int(minor), int(patch)), tuple(before.split(".")) if before else ())

    def _rank(self) -> tuple[object, ...]:
        parts = tuple((0, int(each), "") if each.isdigit() else (1, 0, each) for each in self.before)
        return (*self.numbers, not self.before, parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._rank() == other._rank()

    def __lt__(self, other: Version) -> bool:
        return self._rank() < other._rank()

    def __hash__(self) -> int:
        return hash(self._rank())


def _https(address: str) -> str:
    if not address.startswith("https://") or not address.isprintable() or " " in address:
        raise ValueError("an address begins with https://")
    return address


class UpdateFile(Settings):
    """A file of a version."""

    platform: Literal["windows-x64", "linux-x64", "macos-arm64"]
    """For which machines."""
    address: str = Field(max_length=500)
    """Where it is."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of its content."""
    size: int = Field(gt=0, le=10**10)
    """Bytes."""

    _safe = field_validator("address")(_https)


class Manifest(Settings):
    """The newest version, as whoever makes it says."""

    product: Literal["forexai-connector"]
    """Of what."""
    version: str
    """Semantic version."""
    issued: AwareDatetime
    """Since when it holds."""
    expires: AwareDatetime
    """Until when: an old one that somebody keeps showing is not believed for ever."""
    notes: str = Field(max_length=500)
    """Address of a page about it."""
    files: tuple[UpdateFile, ...] = Field(max_length=20)
    """What to fetch."""

    _safe = field_validator("notes")(_https)


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    manifest: str
    signature: str


@attrs.frozen
class Seen:
    """The newest manifest that was believed here; none that was issued earlier is.

    Attributes
    ----------
    version : str
        Its version.
    issued : datetime
        When it was issued.
    """

    version: str
    issued: datetime


def signed_bytes(payload: bytes) -> bytes:
    """Give what a signature is over."""
    return _PURPOSE + payload


def release_keys() -> tuple[bytes, ...]:
    """Give the public keys that this copy of the program was built with: whose manifests it believes.

    They stand in ``release-keys.txt``, one a line in base64, put there by whoever builds the program. None: nobody's.
    """
    text = (files("forexai_mt5.desktop") / "release-keys.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(base64.b64decode(line, validate=True) for line in lines if line)


def check(content: bytes, *, keys: Sequence[bytes], running: str, now: datetime, seen: Seen | None) -> Manifest | None:
    """Read a manifest, and say what is newer.

    Parameters
    ----------
    content : bytes
        As it was fetched: an object with ``manifest`` and ``signature``, both base64.
    keys : sequence of bytes
        Public keys, Ed25519; one of them has to have signed.
    running : str
        The version that runs.
    now : datetime
        With its zone.
    seen : Seen or None
        The newest that was believed before.

    Returns
    -------
    Manifest or None
        None where what runs is the newest.

    Raises
    ------
    UpdateRefusedError
        If it is not signed by one of the keys, expired, older than what was seen or what runs, or none at all.
    """
    manifest = _read(_verified(content, keys))
    if manifest.expires <= now:
        raise UpdateRefusedError("expired", f"The manifest expired on {manifest.expires:%Y-%m-%d}.")
    if manifest.issued > now + _AHEAD:
        raise UpdateRefusedError("future", f"The manifest is of {manifest.issued:%Y-%m-%d}. Is the clock right?")
    offered = Version.of(manifest.version)
    if seen is not None and (manifest.issued < seen.issued or offered < Version.of(seen.version)):
        raise UpdateRefusedError("older", f"The manifest of {manifest.version} is older than the one seen before.")
    present = Version.of(running)
    if offered < present:
        raise UpdateRefusedError("older", f"The manifest offers {manifest.version}, older than {running} here.")
    return manifest if offered > present else None


def _verified(content: bytes, keys: Sequence[bytes]) -> bytes:
    if len(content) > LARGEST_MANIFEST:
        raise UpdateRefusedError("malformed", "The manifest is too large.")
    try:
        envelope = _Envelope.model_validate_json(content)
        payload = base64.b64decode(envelope.manifest, validate=True)
        signature = base64.b64decode(envelope.signature, validate=True)
    except (ValidationError, binascii.Error):
        raise UpdateRefusedError("unsigned", "There is no signed manifest at that address.") from None
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed_bytes(payload))
        except InvalidSignature:
            continue
        return payload
    said = "The manifest is not signed by a key that this program was built with."
    raise UpdateRefusedError(
        "unsigned", said if keys else "This program was built without a key: it believes no manifest."
    )


def _read(payload: bytes) -> Manifest:
    try:
        return Manifest.model_validate(json.loads(payload))
    except (ValueError, ValidationError) as problem:
        raise UpdateRefusedError("malformed", f"The signed manifest is none: {type(problem).__name__}.") from None


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)
