"""Serves one worker at a time to whoever has the key.

Each connection gets a worker's process of its own, which ends with it. A newer connection ends the one before: the
program that had it is gone, or has given it up, and one terminal has one user.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import sys
from pathlib import Path
from typing import Any, Self

import attrs

from forexai_core.errors import ConfigError
from forexai_mt5.hosting.remote import HostAddress
from forexai_mt5.wire.frames import LARGEST_BYTES, PREFIX_BYTES, MessageError, body_length, pack, unpack
from forexai_mt5.worker.handshake import KeyRefused, check_key, fingerprint, is_local, welcome
from forexai_mt5.worker.messages import PROTOCOL, Start, from_frame, to_frame
from forexai_mt5.worker.pipe import WorkerGone, start_process

__all__ = ["Serving", "WorkerServer"]

_LOG = logging.getLogger(__name__)
_HELLO_S = 10.0
_MOST_STRANGERS = 8
_LARGEST_START = 65_536
_CHUNK = 65_536


@attrs.frozen(kw_only=True)
class Serving:
    """What is served, where, and to whom.

    Attributes
    ----------
    host, port : str, int
        Where it listens; port 0 takes a free one.
    key : str
        Which both ends have.
    certificate, private_key : str
        Files (PEM) of the server's certificate and its key. Without them it listens on this machine only.
    package : str
        ``official``, ``simulator`` or ``hosted``: whoever connects cannot choose.
    terminal : HostAddress or None
        Of a hosted terminal.
    idle_s : float
        After which a connection that says nothing is ended; its other end asks every few seconds whether it lives.
    """

    host: str = "127.0.0.1"
    port: int = 5_005
    key: str = attrs.field(repr=False)
    certificate: str = ""
    private_key: str = ""
    package: str = attrs.field(default="official", validator=attrs.validators.in_(("official", "simulator", "hosted")))
    terminal: HostAddress | None = None
    idle_s: float = attrs.field(default=600.0, validator=attrs.validators.gt(0.0))

    def __attrs_post_init__(self) -> None:
        check_key(self.key)
        if not self.certificate and not is_local(self.host):
            raise ConfigError(
                f"A worker that listens on {self.host} needs a certificate and its key: orders and prices would go "
                "over the network for everybody to read and to change."
            )

    def tls(self) -> tuple[ssl.SSLContext | None, bytes]:
        """Give how connections are taken, and the fingerprint of the certificate.

        Raises
        ------
        ConfigError
            If its files cannot be read.
        """
        if not self.certificate:
            return None, fingerprint(None)
        try:
            own = ssl.PEM_cert_to_DER_cert(Path(self.certificate).read_text(encoding="ascii"))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.private_key or None)
        except (OSError, ValueError) as problem:
            raise ConfigError(f"The certificate {self.certificate} or its key cannot be read: {problem}") from problem
        return context, fingerprint(own)


class WorkerServer:
    """Takes connections.

    Parameters
    ----------
    serving : Serving
        What is served.
    """

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self._context, self._print = serving.tls()
        self._server: asyncio.Server | None = None
        self._strangers = 0
        self._turn = asyncio.Lock()
        self._over = asyncio.Event()
        self._current: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        chosen = self.serving
        limits: dict[str, Any] = {} if self._context is None else {"ssl_handshake_timeout": _HELLO_S}
        self._server = await asyncio.start_server(self._met, chosen.host, chosen.port, ssl=self._context, **limits)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and end what is served."""
        if self._server is not None:
            self._server.close()
        await self._end_current()

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            return self.serving.port
        return int(self._server.sockets[0].getsockname()[1])

    async def serve_forever(self) -> None:
        """Serve until cancelled."""
        await asyncio.get_running_loop().create_future()

    # --------------------------------------------------------------------------------------------------- connections
    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._strangers >= _MOST_STRANGERS or not await self._is_known(reader, writer):
                return
            async with self._turn:
                await self._end_current()
                self._over = asyncio.Event()
                served = self._current = asyncio.create_task(self._serve(reader, writer, self._over))
            await asyncio.wait({served})
        finally:
            writer.transport.abort()

    async def _is_known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self._strangers += 1
        try:
            async with asyncio.timeout(_HELLO_S):
                await welcome(reader, writer, self.serving.key, self._print)
        except (KeyRefused, TimeoutError, OSError) as problem:
            _LOG.warning(
                "A connection from %s is refused: %s", writer.get_extra_info("peername"), str(problem) or "too slow"
            )
            return False
        finally:
            self._strangers -= 1
        return True

    async def _end_current(self) -> None:
        """Tell who is served that it is over, and wait until its process is gone."""
        task, self._current = self._current, None
        if task is not None:
            self._over.set()
            await asyncio.wait({task})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, over: asyncio.Event) -> None:
        """Give a connection a process, and pass messages on, until one of the two ends, or it is over."""
        process = await start_process(sys.executable)
        ending = asyncio.create_task(over.wait())
        passing = asyncio.create_task(self._pass_on(reader, writer, process))
        await asyncio.wait({ending, passing}, return_when=asyncio.FIRST_COMPLETED)
        for each in (ending, passing):
            each.cancel()
        came = await asyncio.gather(ending, passing, return_exceptions=True)
        if isinstance(came[1], Exception):
            _LOG.info("A connection has ended: %s", came[1])
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            process.kill()
        await process.wait()
        writer.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, process: asyncio.subprocess.Process
    ) -> None:
        sink, source = process.stdin, process.stdout
        if sink is None or source is None:
            return
        sink.write(pack(to_frame(await self._start(reader))))
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._pass_calls(reader, sink))
            ways.create_task(_pass_answers(source, writer))

    async def _start(self, reader: asyncio.StreamReader) -> Start:
        """Read what the other end wants to start, of which only the size of messages is heeded."""
        asked = from_frame(unpack(await self._body(reader, _LARGEST_START)))
        if not isinstance(asked, Start) or asked.protocol != PROTOCOL:
            raise MessageError("The other end speaks another version of the protocol: install the same one on both.")
        start = Start(package=self.serving.package, largest_bytes=min(asked.largest_bytes, LARGEST_BYTES))
        host = self.serving.terminal
        return start if host is None else attrs.evolve(start, port=host.port, token=host.token)

    async def _body(self, reader: asyncio.StreamReader, largest: int) -> bytes:
        async with asyncio.timeout(self.serving.idle_s):
            prefix = await reader.readexactly(PREFIX_BYTES)
            return await reader.readexactly(body_length(prefix, largest=largest))

    async def _pass_calls(self, reader: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while True:
            body = await self._body(reader, LARGEST_BYTES)
            sink.write(len(body).to_bytes(PREFIX_BYTES, "big") + body)
            await sink.drain()


async def _pass_answers(source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await source.read(_CHUNK):
        writer.write(part)
        await writer.drain()
    raise WorkerGone("The worker's process has ended.")
