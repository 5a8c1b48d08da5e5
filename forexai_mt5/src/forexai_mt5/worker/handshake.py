"""Two ends that share a key prove it to each other: neither sends it, and neither speaks to anybody else.

::

    server → client   a number drawn at random
    client → server   another one, and HMAC-SHA256(key, "client" | both numbers | fingerprint)
    server → client   HMAC-SHA256(key, "server" | both numbers | fingerprint)

The fingerprint is that of the server's certificate as each end sees it, so that somebody in between, with a certificate
of his own, cannot pass the proofs on. What goes to and fro afterwards is kept secret and whole by TLS; without TLS only
processes of one machine speak to each other.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import ssl

from forexai_core.errors import ConfigError
from forexai_mt5.wire.frames import PREFIX_BYTES, Frame, MessageError, body_length, pack, unpack

__all__ = [
    "LARGEST_HELLO",
    "SHORTEST_KEY",
    "KeyRefused",
    "certificate_of",
    "check_key",
    "fingerprint",
    "greet",
    "is_local",
    "welcome",
]

SHORTEST_KEY = 32
"""Characters of a key: 128 bits at least, if it was drawn as hexadecimal digits."""

LARGEST_HELLO = 4_096

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


class KeyRefused(Exception):  # noqa: N818 - what the other end makes of it is told by who catches it
    """The other end does not have the key, or does not speak this protocol."""


def check_key(key: str) -> None:
    """Refuse a key that could be guessed.

    Raises
    ------
    ConfigError
        If it is too short.
    """
    if len(key) < SHORTEST_KEY:
        raise ConfigError(
            f"The key of a remote worker has {len(key)} characters; take {SHORTEST_KEY} or more, drawn at random: "
            'python -c "import secrets; print(secrets.token_hex(32))".'
        )


def is_local(host: str) -> bool:
    """Say whether an address is this machine itself."""
    return host in _LOCAL


def fingerprint(certificate: bytes | None) -> bytes:
    """Give the SHA-256 of a certificate (DER); of none, nothing."""
    return b"" if certificate is None else hashlib.sha256(certificate).digest()


def _proof(key: str, who: str, numbers: str, print_of: bytes) -> str:
    said = f"forexai-mt5 worker 1|{who}|{numbers}|".encode() + print_of
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()


async def _read(reader: asyncio.StreamReader, name: str) -> str:
    """Read a message of the handshake, and give one text of it."""
    try:
        prefix = await reader.readexactly(PREFIX_BYTES)
        frame = unpack(await reader.readexactly(body_length(prefix, largest=LARGEST_HELLO)))
    except (asyncio.IncompleteReadError, MessageError, OSError) as problem:
        raise KeyRefused("The other end hung up, or does not speak this protocol.") from problem
    value = frame.head.get(name)
    if not isinstance(value, str):
        raise KeyRefused("The other end does not speak this protocol.")
    return value


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, print_of: bytes) -> None:
    """Prove the key to a server, and have it prove the same.

    Raises
    ------
    KeyRefused
        If it does not.
    """
    theirs = await _read(reader, "number")
    ours = secrets.token_hex(32)
    writer.write(pack(Frame({"number": ours, "proof": _proof(key, "client", theirs + ours, print_of)})))
    await writer.drain()
    if not hmac.compare_digest(await _read(reader, "proof"), _proof(key, "server", theirs + ours, print_of)):
        raise KeyRefused("The other end does not have the key.")


async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, print_of: bytes) -> None:
    """Have a client prove the key, and prove it likewise.

    Raises
    ------
    KeyRefused
        If it does not.
    """
    ours = secrets.token_hex(32)
    writer.write(pack(Frame({"number": ours})))
    await writer.drain()
    try:
        prefix = await reader.readexactly(PREFIX_BYTES)
        head = unpack(await reader.readexactly(body_length(prefix, largest=LARGEST_HELLO))).head
    except (asyncio.IncompleteReadError, MessageError, OSError) as problem:
        raise KeyRefused("The other end hung up, or does not speak this protocol.") from problem
    theirs, proof = head.get("number"), head.get("proof")
    if not isinstance(theirs, str) or not isinstance(proof, str):
        raise KeyRefused("The other end does not speak this protocol.")
    if not hmac.compare_digest(proof.encode(), _proof(key, "client", ours + theirs, print_of).encode()):
        raise KeyRefused("The other end does not have the key.")
    writer.write(pack(Frame({"proof": _proof(key, "server", ours + theirs, print_of)})))
    await writer.drain()


def certificate_of(writer: asyncio.StreamWriter) -> bytes | None:
    """Give the certificate that the other end of a connection has shown (DER); None without TLS."""
    tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)
