"""A session with a paper venue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random

import attrs

from forexai_core.errors import (
    BrokerUnreachableError,
    ConfigError,
    OrderRejectedError,
    OrderStateUnknownError,
    RejectionKind,
)
from forexai_core.live.paper.requests import REFUSALS, reject
from forexai_core.live.paper.transit import Asked
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent, Quote
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position

__all__ = ["MOST_WAITING", "PAPER_CAPABILITIES", "PaperBroker"]

MOST_WAITING = 10_000
"""Events that wait for one follower at most."""

PAPER_CAPABILITIES = BrokerCapabilities(
    times_in_force=frozenset(TimeInForce),
    modes=frozenset(AccountMode),
    managed_exits=True,
    live_money=False,
)
"""What a paper venue can do."""


class PaperBroker:
    """Trades on a :class:`PaperVenue`.

    Parameters
    ----------
    venue : PaperVenue
        Where.
    pulls : bool
        Whether an order, a change or a cancellation takes prices until it has arrived, and is answered then. If not,
        whoever feeds the venue calls ``venue.advance()``, orders are answered as placed, and their fate is an event.
    reject_probability : float
        How often the venue is too busy for an order, drawn by ``seed``.
    seed : int
        Of that.
    """

    def __init__(
        self, venue: PaperVenue, *, pulls: bool = False, reject_probability: float = 0.0, seed: int = 0
    ) -> None:
        if not 0.0 <= reject_probability <= 1.0:
            raise ConfigError(f"reject_probability is a share from 0 to 1, not {reject_probability}.")
        self.venue, self._pulls = venue, pulls
        self._probability, self._chance = reject_probability, Random(seed)  # noqa: S311 - a model, no secret
        self._capabilities = attrs.evolve(PAPER_CAPABILITIES, modes=frozenset({venue.specification.mode}))
        self._connected = False
        self._followers: list[asyncio.Queue[BrokerEvent | None]] = []

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account can do: it either hedges or nets."""
        return self._capabilities

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
        return self._reached().quote(symbol)

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        return self._reached().positions()

    async def orders(self) -> Sequence[OrderState]:
        """List what works, or is on its way."""
        return self._reached().working()

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List deals."""
        return self._reached().deals.between(start_ns, stop_ns)

    async def submit(self, request: OrderRequest) -> OrderState:
        """Place an order."""
        venue = self._reached()
        if venue.known(request.client_id) is None and self._chance.random() < self._probability:
            raise OrderRejectedError("The venue is busy. (10024)", code=10024, kind=RejectionKind.BUSY)
        if venue.known(request.client_id) is None:
            self._check_left()
        venue.submit(request)
        return self._answer(request.client_id)

    async def close(self, position: int, *, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Close a position or a part of it."""
        venue = self._reached()
        known = venue.known(client_id)
        if known is not None:
            asked = known.request
            if asked is None or asked.position != position or volume_lots not in {None, asked.volume_lots}:
                reject("invalid_price", f"'{client_id}' is the name of another order.")
            return self._answer(client_id)
        held = venue.position(position)
        return await self.submit(
            OrderRequest(
                client_id=client_id,
                symbol=held.symbol,
                side=-held.side,
                volume_lots=held.volume_lots if volume_lots is None else volume_lots,
                position=position,
            )
        )

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Ask for a change of an order or of a position's stops."""
        venue = self._reached()
        self._check_left()
        self._change(ticket, venue.modify(ticket, price, stop_loss, take_profit))

    async def trail(self, position: int, *, distance: float, start: float = 0.0) -> None:
        """Let the stop of a position follow its best price at a distance, from a gain on."""
        venue = self._reached()
        self._check_left()
        self._change(position, venue.trail(position, distance, start))

    def _change(self, ticket: int, asked: Asked) -> None:
        self._pull(asked)
        if self._pulls and asked.travels:
            raise OrderStateUnknownError(f"The prices ended before the change of {ticket} arrived.")
        if asked.refused:
            reject(asked.refused)

    async def cancel(self, order: int) -> OrderState:
        """Ask for a working order to be taken back."""
        venue = self._reached()
        self._check_left()
        asked = venue.cancel(order)
        self._pull(asked)
        if asked.refused:
            reject(asked.refused)
        return venue.orders[order]

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Follow what happens, from now on; a stream that falls behind by `MOST_WAITING` events ends."""
        self._reached()
        queue: asyncio.Queue[BrokerEvent | None] = asyncio.Queue()
        self._followers.append(queue)
        return self._follow(queue)

    def _answer(self, client_id: str) -> OrderState:
        """Give an order as it stands, once it has arrived where prices are pulled."""
        asked = self.venue.known(client_id)
        if asked is None:
            reject("no_position", f"There is no order '{client_id}'.")
        self._pull(asked)
        order = self.venue.orders[asked.number]
        if order.status is OrderStatus.REJECTED:
            code, kind, _ = REFUSALS[asked.refused]
            raise OrderRejectedError(order.reason, code=code, kind=kind)
        return order

    def _pull(self, asked: Asked) -> None:
        # Where the prices end first, it is still on its way, and shown so: the venue has taken it.
        while self._pulls and asked.travels and self.venue.left:
            self.venue.advance()

    def _check_left(self) -> None:
        """Refuse what could never arrive, before the venue takes it."""
        if self._pulls and not self.venue.left:
            reject("market_closed", "There are no more prices.")

    def _reached(self) -> PaperVenue:
        if not self._connected:
            raise BrokerUnreachableError("There is no session with the venue. Connect first.")
        return self.venue

    def _hear(self, event: BrokerEvent) -> None:
        for queue in tuple(self._followers):
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(event)
                continue
            # Nobody reads it, or too slowly: the stream ends, and whoever follows anew looks at what was missed.
            self._followers.remove(queue)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    async def _follow(self, queue: asyncio.Queue[BrokerEvent | None]) -> AsyncIterator[BrokerEvent]:
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            if queue in self._followers:
                self._followers.remove(queue)
