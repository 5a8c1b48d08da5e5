"""The way to a worker that serves on another machine: the same messages, over a socket instead of a pipe."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path

import attrs

from forexai_core.errors import ConfigError
from forexai_mt5.wire.frames import PREFIX_BYTES, MessageError, body_length, pack, unpack
from forexai_mt5.worker.handshake import KeyRefused, certificate_of, check_key, fingerprint, greet, is_local
from forexai_mt5.worker.messages import Message, from_frame, to_frame
from forexai_mt5.worker.pipe import WorkerGone

__all__ = ["RemoteAddress", "SocketPipe", "split_address"]

_CONNECT_S = 15.0
_LARGEST_PORT = 65_535


@attrs.frozen(kw_only=True)
class RemoteAddress:
    """Where a worker serves, and how it is known.

    Attributes
    ----------
    host, port : str, int
        Of the machine.
    key : str
        Which both ends have.
    certificate : str
        File with the server's certificate (PEM): exactly this one is spoken to, over TLS. Empty: only this machine
        itself may be connected to.
    """

    host: str
    port: int
    key: str = attrs.field(repr=False)
    certificate: str = ""

    def __attrs_post_init__(self) -> None:
        check_key(self.key)
        if not 0 < self.port <= _LARGEST_PORT:
            raise ConfigError(f"A port lies between 1 and {_LARGEST_PORT}, not at {self.port}.")
        if not self.certificate and not is_local(self.host):
            raise ConfigError(
                f"A remote worker on {self.host} is spoken to over TLS only: give the file of its certificate, or "
                "connect to 127.0.0.1 through a tunnel of your own."
            )

    @classmethod
    def of(cls, text: str, *, key: str, certificate: str = "") -> RemoteAddress:
        """Read an address written as ``host:port``.

        Raises
        ------
        ConfigError
            If it is none.
        """
        host, port = split_address(text)
        return cls(host=host, port=port, key=key, certificate=certificate)

    def tls(self) -> tuple[ssl.SSLContext | None, bytes]:
        """Give how to connect, and the fingerprint that the other end must have.

        Raises
        ------
        ConfigError
            If the certificate cannot be read.
        """
        if not self.certificate:
            return None, fingerprint(None)
        try:
            pinned = ssl.PEM_cert_to_DER_cert(Path(self.certificate).read_text(encoding="ascii"))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False  # it is this very certificate, or nobody
            context.load_verify_locations(cafile=self.certificate)
        except (OSError, ValueError) as problem:
            raise ConfigError(f"The certificate {self.certificate} cannot be read: {problem}") from problem
        return context, fingerprint(pinned)


def split_address(text: str) -> tuple[str, int]:
    """Read ``host:port``.

    Raises
    ------
    ConfigError
        If it is none.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError(f"'{text}' is no address. Write it as host:port, such as 192.168.1.20:5005.")
    return host.strip("[]"), int(port)


def _check_certificate(shown: bytes, expected: bytes) -> None:
    if shown != expected:
        raise KeyRefused("It shows another certificate.")


class SocketPipe:
    """One connection, behind which the other machine has a worker's process of its own.

    Parameters
    ----------
    reader, writer : asyncio streams
        After the handshake.
    largest : int
        Bytes of a message.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int) -> None:
        self._reader, self._writer, self._largest = reader, writer, largest

    @classmethod
    async def open(cls, address: RemoteAddress, largest: int) -> SocketPipe:
        """Connect, and make sure of the other end.

        Raises
        ------
        WorkerGone
            If nobody serves there, or it is somebody else.
        """
        context, expected = address.tls()
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
                try:
                    _check_certificate(fingerprint(certificate_of(writer)), expected)
                    await greet(reader, writer, address.key, expected)
                except BaseException:
                    writer.transport.abort()
                    raise
        except (OSError, TimeoutError, KeyRefused) as problem:
            why = str(problem) or "it took too long"
            raise WorkerGone(f"The worker at {address.host}:{address.port} is not reached: {why}") from problem
        return cls(reader, writer, largest)

    @property
    def process_id(self) -> int:
        """None of this machine: 0."""
        return 0

    def pack(self, message: Message) -> bytes:
        """Write a message as bytes; errors as of a pipe."""
        return pack(to_frame(message), largest=self._largest)

    async def send(self, written: bytes) -> None:
        """Send a message's bytes; errors as of a pipe."""
        try:
            self._writer.write(written)
            await self._writer.drain()
        except (OSError, RuntimeError) as problem:
            raise WorkerGone("The connection to the remote worker is broken.") from problem

    async def receive(self) -> Message:
        """Wait for a message; errors as of a pipe."""
        try:
            prefix = await self._reader.readexactly(PREFIX_BYTES)
            body = await self._reader.readexactly(body_length(prefix, largest=self._largest))
            return from_frame(unpack(body))
        except (asyncio.IncompleteReadError, OSError) as problem:
            raise WorkerGone("The remote worker has hung up.") from problem
        except MessageError as problem:
            raise WorkerGone(f"The remote worker sent what is no message: {problem}") from problem

    async def kill(self) -> None:
        """Break the connection off; the other machine kills the worker's process then."""
        self._writer.transport.abort()

    async def close(self, within_s: float) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(TimeoutError, OSError):  # whatever the other end does, it has been left
            await asyncio.wait_for(self._writer.wait_closed(), within_s)
