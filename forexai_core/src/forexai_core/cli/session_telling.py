"""Notices of a session on their way to people: queued at once, sent beside the loop, never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from forexai_core.cli.given_values import checked
from forexai_core.cli.printing import note
from forexai_core.live.channels import Channel
from forexai_core.live.session.loop import Session
from forexai_core.live.session.news import EVENTS, News
from forexai_core.live.session.specification import NotifierTable, SessionSpec
from forexai_core.plugins import discover
from forexai_core.ports.notifier import Notice
from forexai_core.ports.services import Services

__all__ = ["Telling"]

_LAST_S = 15.0


class Telling:
    """Hands notices to the session's notifiers, and says each alert on standard error.

    Parameters
    ----------
    channels : sequence of (Channel, tuple of str)
        Who is told, and of what besides alerts.
    """

    def __init__(self, channels: Sequence[tuple[Channel, tuple[str, ...]]]) -> None:
        self._channels = tuple(channels)
        self._news: list[News] = []

    @classmethod
    def of(cls, spec: SessionSpec, services: Services) -> Telling:
        """Open the notifiers that a session names.

        Raises
        ------
        PluginMissingError, ConfigError
            If one is not to be had, or its settings are wrong.
        """
        if not spec.notifiers:
            return cls(())
        offers = discover(kinds={"notifier"}).notifiers
        made = []
        for table in spec.notifiers:
            offer = offers[table.name]
            opened = offer.open(checked(offer.settings, table.settings, f"notifiers {table.name}"), services)
            made.append((Channel(notifier=opened, complain=note), _events(table, spec)))
        return cls(made)

    def hear(self, notice: Notice) -> None:
        """Take an alert; it is said here, too."""
        note(f"{notice.level}: {notice.title}: {notice.text}")
        for channel, _ in self._channels:
            channel.put(notice)

    def follow(self, session: Session) -> None:
        """Tell of what a session writes to its journal from now on."""
        for run in session.runs:
            account = run.plan.inputs.account
            for channel, events in self._channels:
                if events:
                    news = News(
                        account=run.plan.name,
                        currency=account.currency,
                        clock=account.clock,
                        events=events,
                        hear=channel.put,
                        past=session.catching_up,
                    )
                    self._news.append(news)
                    run.session.book.followers.append(news.note)

    async def run(self) -> None:
        """Send what comes to everybody, until told that no more does."""
        await asyncio.gather(*(channel.run() for channel, _ in self._channels))

    async def finish(self, running: asyncio.Task[None]) -> None:
        """Let what waits be sent, for some seconds at most."""
        for news in self._news:
            news.finish()
        for channel, _ in self._channels:
            channel.end()
        try:
            async with asyncio.timeout(_LAST_S):
                await running
        except TimeoutError:
            waiting = sum(channel.waiting for channel, _ in self._channels)
            note(f"warning: {waiting} notices could not be sent in time")
        dropped = sum(channel.dropped for channel, _ in self._channels)
        if dropped:
            note(f"warning: {dropped} notices were too many at once, and were sent to nobody")


def _events(table: NotifierTable, spec: SessionSpec) -> tuple[str, ...]:
    """Give what a notifier is told; a session that goes as fast as it can tells what is asked for alone."""
    if table.events is not None:
        return table.events
    return () if spec.session.clock == "replay" else EVENTS
