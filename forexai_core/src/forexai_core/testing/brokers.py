"""A broker over a venue in memory: the smallest honest adapter, and a pattern for real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from forexai_core.errors import BrokerUnreachableError
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent, BrokerOffer, Quote, Transfer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import Settings
from forexai_core.testing.venues import SIMULATED_CAPABILITIES, SimulatedVenue
from forexai_core.values.accounts import Account, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["SimulatedBroker", "SimulatedSettings", "simulated_broker_offer"]


class SimulatedBroker:
    """A session with a :class:`SimulatedVenue`."""

    def __init__(self, venue: SimulatedVenue) -> None:
        self.venue = venue
        self._connected = False
        self._followers: list[asyncio.Queue[BrokerEvent | None]] = []

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account can do."""
        return SIMULATED_CAPABILITIES

    async def connect(self) -> AccountState:
        """Log in."""
        if not self._connected:
            self._connected = True
            self.venue.listeners.append(self._hear)
        return self.venue.state()

    async def disconnect(self) -> None:
        """Log out."""
        if self._connected:
            self._connected = False
            self.venue.listeners.remove(self._hear)
            for queue in self._followers:
                queue.put_nowait(None)
            self._followers.clear()

    async def account(self) -> AccountState:
        """Tell how the account stands."""
        return self._reached().state()

    async def instruments(self) -> Sequence[Instrument]:
        """List what can be traded."""
        return tuple(self._reached().instruments.values())

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote."""
        return self._reached().quote_of(symbol)

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        venue = self._reached()
        return tuple(venue.position(ticket) for ticket in venue.positions)

    async def orders(self) -> Sequence[OrderState]:
        """List what works."""
        return tuple(order for order in self._reached().orders.values() if order.status.working)

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List deals."""
        return tuple(deal for deal in self._reached().deals if start_ns <= deal.time_ns < stop_ns)

    async def transfers(self, start_ns: int, stop_ns: int) -> Sequence[Transfer]:
        """List what was deposited, withdrawn and lent."""
        return tuple(each for each in self._reached().transfers if start_ns <= each.time_ns < stop_ns)

    async def submit(self, request: OrderRequest) -> OrderState:
        """Place an order."""
        return self._reached().submit(request)

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change an order or a position's stops."""
        self._reached().modify(ticket, price, stop_loss, take_profit)

    async def cancel(self, order: int) -> OrderState:
        """Take an order back."""
        return self._reached().cancel(order)

    async def close(self, position: int, *, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Close a position or a part of it."""
        return self._reached().close(position, client_id, volume_lots)

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Follow what happens, from now on."""
        self._reached()
        queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._followers.append(queue)
        return _follow(queue)

    def _reached(self) -> SimulatedVenue:
        if not self._connected:
            raise BrokerUnreachableError("There is no session with the venue. Connect first.")
        return self.venue

    def _hear(self, event: BrokerEvent) -> None:
        for queue in self._followers:
            queue.put_nowait(event)


async def _follow(queue: asyncio.Queue[BrokerEvent | None]) -> AsyncIterator[BrokerEvent]:
    while (event := await queue.get()) is not None:
        yield event


class SimulatedSettings(Settings):
    """Settings of a broker over a venue in memory."""

    balance: float = 10_000.0
    """Money at the start."""
    currency: str = "USD"
    """Of the account."""
    bid: float = 1.1
    """First bid of EURUSD."""
    ask: float = 1.1001
    """First ask of EURUSD."""


def _open(settings: SimulatedSettings, _services: Services) -> SimulatedBroker:
    venue = SimulatedVenue(("EURUSD",), Account(balance=settings.balance, currency=settings.currency))
    venue.set_quote("EURUSD", settings.bid, settings.ask)
    return SimulatedBroker(venue)


def simulated_broker_offer() -> BrokerOffer:
    """Offer a broker over a fresh venue in memory each time it is opened."""
    return BrokerOffer(
        name="simulated",
        title="Venue in memory",
        summary="For tests: fills every order whole, at the quote.",
        settings=SimulatedSettings,
        open=_open,
        api_version=1,
        capabilities=SIMULATED_CAPABILITIES,
    )
