"""Notices of a session on their way to people: queued at once, sent beside the loop, never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from forexai_core.cli.given_values import checked
from forexai_core.cli.printing import note
from forexai_core.errors import ForexAIError
from forexai_core.live.session.specification import NotifierTable
from forexai_core.plugins import discover
from forexai_core.ports.notifier import Notice, Notifier
from forexai_core.ports.services import Services

__all__ = ["Telling"]

_MOST = 1_000
_SEND_S = 10.0
_LAST_S = 15.0


class Telling:
    """Hands notices to the session's notifiers, and says each on standard error.

    Parameters
    ----------
    notifiers : sequence of Notifier
        Who is told.
    """

    def __init__(self, notifiers: Sequence[Notifier]) -> None:
        self._notifiers = tuple(notifiers)
        self._waiting: asyncio.Queue[Notice | None] = asyncio.Queue(_MOST)
        self.lost = 0

    @classmethod
    def of(cls, tables: Sequence[NotifierTable], services: Services) -> Telling:
        """Open the notifiers that a session names.

        Raises
        ------
        PluginMissingError, ConfigError
            If one is not to be had, or its settings are wrong.
        """
        if not tables:
            return cls(())
        offers = discover(kinds={"notifier"}).notifiers
        made = []
        for table in tables:
            offer = offers[table.name]
            made.append(offer.open(checked(offer.settings, table.settings, f"notifiers {table.name}"), services))
        return cls(made)

    def hear(self, notice: Notice) -> None:
        """Take a notice; where too many wait already, it is said here and sent to nobody."""
        note(f"{notice.level}: {notice.title}: {notice.text}")
        try:
            self._waiting.put_nowait(notice)
        except asyncio.QueueFull:
            self.lost += 1

    async def run(self) -> None:
        """Send what comes, until told that no more does."""
        while (notice := await self._waiting.get()) is not None:
            for notifier in self._notifiers:
                try:
                    async with asyncio.timeout(_SEND_S):
                        await notifier.send(notice)
                except (ForexAIError, OSError, TimeoutError) as problem:
                    note(f"warning: a notifier failed: {str(problem) or 'it did not answer in time'}")

    async def finish(self, running: asyncio.Task[None]) -> None:
        """Let what waits be sent, for some seconds at most."""
        try:
            async with asyncio.timeout(_LAST_S):
                await self._waiting.put(None)
                await running
        except TimeoutError:
            note(f"warning: {self._waiting.qsize()} notices could not be sent in time")
        if self.lost:
            note(f"warning: {self.lost} notices were too many at once, and were sent to nobody")
