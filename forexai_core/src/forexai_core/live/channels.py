"""Notices on their way to one notifier: queued at once, sent beside whoever told them, never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import attrs

from forexai_core.ports.notifier import Notice, NoticeLevel, Notifier

__all__ = ["Channel"]

_MOST = 1_000
_SEND_S = 10.0


@attrs.define(kw_only=True, eq=False)
class Channel:
    """One notifier with a queue of its own, so that a slow one keeps none of the others waiting.

    Attributes
    ----------
    notifier : Notifier
        Who is told.
    complain : callable
        Takes a line on what could not be sent; returns at once.
    most : int
        How many notices may wait; what comes on top is dropped, which is said once there is room again.
    send_s : float
        How long one may take.
    dropped : int
        How many were dropped so far.
    """

    notifier: Notifier
    complain: Callable[[str], None]
    most: int = _MOST
    send_s: float = _SEND_S
    dropped: int = attrs.field(default=0, init=False)
    _unsaid: int = attrs.field(default=0, init=False)
    _ending: bool = attrs.field(default=False, init=False)
    _waiting: asyncio.Queue[Notice | None] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._waiting = asyncio.Queue()

    @property
    def waiting(self) -> int:
        """How many are still to be sent."""
        return self._waiting.qsize()

    def put(self, notice: Notice) -> None:
        """Take a notice, or drop it where too many wait; never blocks and never raises."""
        if self._waiting.qsize() >= self.most:
            if not self._unsaid:
                self.complain(f"warning: {self.most:,} notices wait for a notifier; more are dropped")
            self.dropped += 1
            self._unsaid += 1
            return
        if self._unsaid:
            self._waiting.put_nowait(_gap(notice, self.dropped, self._unsaid))
            self._unsaid = 0
        self._waiting.put_nowait(notice)

    async def run(self) -> None:
        """Send what comes, until :meth:`end`."""
        while (notice := await self._waiting.get()) is not None:
            try:
                async with asyncio.timeout(self.send_s):
                    await self.notifier.send(notice)
            except TimeoutError:
                self.complain("warning: a notifier failed: it did not answer in time")
            except Exception as problem:  # noqa: BLE001 - one of a plugin may raise anything, and has more to send
                self.complain(f"warning: a notifier failed: {str(problem) or type(problem).__name__}")

    def end(self) -> None:
        """Let :meth:`run` end when what waits has been sent."""
        if not self._ending:
            self._ending = True
            self._waiting.put_nowait(None)


def _gap(after: Notice, dropped: int, unsaid: int) -> Notice:
    return Notice(
        key=f"dropped:{dropped}:{after.key}",
        time_ns=after.time_ns,
        level=NoticeLevel.WARNING,
        category="system",
        title=f"{unsaid:,} notices were dropped",
        text="They came faster than they could be sent. The journal has everything that they would have said.",
    )
