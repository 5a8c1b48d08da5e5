"""The postman: a task that takes mails from the outbox to their way out while an application runs."""

from __future__ import annotations

import asyncio
import logging
from typing import final

from forexai_saas.notifications.outbox import PostRoom

__all__ = ["Postman"]

_LOG = logging.getLogger(__name__)
_EVERY_S = 1.0
_LONGEST_S = 60.0


@final
class Postman:
    """Drains the outbox while the application runs.

    Parameters
    ----------
    room : PostRoom
        Claims, sends and notes.
    every_s : float
        How often it looks.
    """

    def __init__(self, room: PostRoom, *, every_s: float = _EVERY_S) -> None:
        self._room = room
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="forexai-postman")

    async def stop(self) -> None:
        """End; a mail that was being sent is sent again later, its claim runs out."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause_s = self._every_s
        while True:
            try:
                await self._room.drain()
                pause_s = self._every_s
            except Exception:  # noqa: BLE001 - the database may be away for a while; mails wait in it
                _LOG.exception("the outbox of mails could not be read")
                pause_s = min(pause_s * 2, _LONGEST_S)
            await asyncio.sleep(pause_s)
