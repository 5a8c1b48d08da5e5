"""What a venue says by itself, kept until the session's loop has time for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from forexai_core.errors import BrokerError
from forexai_core.ports.broker import Broker, BrokerEvent, BrokerEventKind, Quote
from forexai_core.ports.clock import Clock
from forexai_core.values.accounts import AccountState

__all__ = ["VenueEvents"]

_MOST = 10_000  # that wait; beyond them the venue is looked at instead
_AGAIN_S = 1.0


class VenueEvents:
    """Follows one venue; a stream that ends or breaks is followed anew, and what it missed is to be looked for.

    Parameters
    ----------
    broker : Broker
        Connected.
    clock : Clock
        The system's.
    lost : callable
        Told when the venue says that it is not reached.

    Attributes
    ----------
    quotes : dict of str to Quote
        The newest of each symbol.
    heard_ns : dict of str to int
        When it came, by the monotonic clock.
    account : AccountState or None
        What the venue said of the account since it was last asked for.
    missed : bool
        Whether something may have happened that was not told.
    """

    def __init__(self, broker: Broker, clock: Clock, lost: Callable[[], None]) -> None:
        self._broker, self._clock, self._lost = broker, clock, lost
        self._news: list[BrokerEvent] = []
        self.quotes: dict[str, Quote] = {}
        self.heard_ns: dict[str, int] = {}
        self.account: AccountState | None = None
        self.missed = False
        self._following = asyncio.create_task(self._run())

    def take(self) -> list[BrokerEvent]:
        """Take the orders and deals that have been told, in their order; an adapter's own failure is raised here."""
        if self._following.done():
            self._following.result()
        news, self._news = self._news, []
        return news

    def note_quote(self, quote: Quote) -> None:
        """Take a quote over that was asked for."""
        self.quotes[quote.symbol] = quote
        self.heard_ns[quote.symbol] = self._clock.monotonic_ns()

    async def close(self) -> None:
        """Follow no longer."""
        self._following.cancel()
        with suppress(asyncio.CancelledError):
            await self._following

    async def _run(self) -> None:
        while True:
            with suppress(BrokerError):
                async for event in self._broker.events():
                    self._hear(event)
            self.missed = True
            await self._clock.sleep(_AGAIN_S)

    def _hear(self, event: BrokerEvent) -> None:
        if event.quote is not None:
            self.note_quote(event.quote)
        elif event.account is not None:
            self.account = event.account
        elif event.kind is BrokerEventKind.DISCONNECTED:
            self.missed = True
            self._lost()
        elif event.kind is BrokerEventKind.CONNECTED or len(self._news) >= _MOST:
            self.missed = True
        else:
            self._news.append(event)
