"""A worker's process and the pipe to it: messages in and out, and its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

from forexai_mt5.wire.frames import PREFIX_BYTES, MessageError, body_length, pack, unpack
from forexai_mt5.worker.messages import Message, from_frame, to_frame

__all__ = ["Pipe", "WorkerGone", "WorkerPipe", "start_process"]


class WorkerGone(Exception):  # noqa: N818 - what happened; what it means depends on what was being done
    """The worker's process has ended, or says what is none of the protocol."""


class Pipe(Protocol):
    """The way to a worker: a pipe to a process, or a connection to another machine."""

    @property
    def process_id(self) -> int:
        """Of the process; 0 of one on another machine."""
        ...

    def pack(self, message: Message) -> bytes:
        """Write a message as bytes."""
        ...

    async def send(self, written: bytes) -> None:
        """Send a message's bytes."""
        ...

    async def receive(self) -> Message:
        """Wait for a message."""
        ...

    async def kill(self) -> None:
        """End the process, whatever it is doing."""
        ...

    async def close(self, within_s: float) -> None:
        """Let it end by itself."""
        ...


async def start_process(python: str) -> asyncio.subprocess.Process:
    """Start a worker's process; who gives up meanwhile leaves none behind.

    Parameters
    ----------
    python : str
        The interpreter.
    """
    pipe = asyncio.subprocess.PIPE
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(python, "-m", "forexai_mt5.worker", stdin=pipe, stdout=pipe)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        process = await starting
        process.kill()
        await process.wait()
        raise


class WorkerPipe:
    """One process.

    Parameters
    ----------
    process : asyncio.subprocess.Process
        With pipes to its standard input and output.
    largest : int
        Bytes of a message.
    """

    def __init__(self, process: asyncio.subprocess.Process, largest: int) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("A worker is talked to through pipes.")
        self._process, self._largest = process, largest
        self._sink, self._source = process.stdin, process.stdout

    @classmethod
    async def open(cls, python: str, largest: int) -> WorkerPipe:
        """Start a process of an interpreter."""
        return cls(await start_process(python), largest)

    @property
    def process_id(self) -> int:
        """Of the process."""
        return self._process.pid

    def pack(self, message: Message) -> bytes:
        """Write a message as bytes.

        Raises
        ------
        MessageError
            If it is too large, or holds what the package does not take.
        """
        return pack(to_frame(message), largest=self._largest)

    async def send(self, written: bytes) -> None:
        """Send a message's bytes.

        Raises
        ------
        WorkerGone
            If the process has ended; it may have read them before.
        """
        try:
            self._sink.write(written)
            await self._sink.drain()
        except (OSError, RuntimeError) as problem:
            raise WorkerGone("The worker's process takes no messages any more.") from problem

    async def receive(self) -> Message:
        """Wait for a message.

        Raises
        ------
        WorkerGone
            If the process ends before it, or sends what is none.
        """
        try:
            prefix = await self._source.readexactly(PREFIX_BYTES)
            body = await self._source.readexactly(body_length(prefix, largest=self._largest))
            return from_frame(unpack(body))
        except (asyncio.IncompleteReadError, OSError) as problem:
            raise WorkerGone("The worker's process has ended.") from problem
        except MessageError as problem:
            raise WorkerGone(f"The worker sent what is no message: {problem}") from problem

    async def kill(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            self._process.kill()
        await self._process.wait()
        self._sink.close()

    async def close(self, within_s: float) -> None:
        """Let the process end by itself, which it does with its input; kill it if it does not in time."""
        self._sink.close()
        try:
            await asyncio.wait_for(self._process.wait(), within_s)
        except TimeoutError:
            await self.kill()
