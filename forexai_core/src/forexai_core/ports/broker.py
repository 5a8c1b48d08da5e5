"""Brokers: venues that hold an account and execute orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderKind, OrderRequest, OrderState, TimeInForce
from forexai_core.values.positions import Position

__all__ = [
    "EVERY_SYMBOL",
    "Broker",
    "BrokerCapabilities",
    "BrokerEvent",
    "BrokerEventKind",
    "BrokerOffer",
    "CloseByBroker",
    "Quote",
    "TrailingBroker",
    "Transfer",
    "TransferBroker",
    "TransferKind",
]


EVERY_SYMBOL = "*"
"""Stands for all symbols of a venue."""


@attrs.frozen(kw_only=True)
class Quote:
    """What a symbol can be sold and bought for."""

    symbol: str
    time_ns: int
    bid: float
    ask: float


class BrokerEventKind(StrEnum):
    """What a venue reports by itself."""

    QUOTE = "quote"
    ORDER = "order"
    DEAL = "deal"
    ACCOUNT = "account"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


@attrs.frozen(kw_only=True)
class BrokerEvent:
    """Something that happened at a venue; the field of its kind is set."""

    kind: BrokerEventKind
    time_ns: int
    quote: Quote | None = None
    order: OrderState | None = None
    deal: Deal | None = None
    account: AccountState | None = None


@attrs.frozen(kw_only=True)
class BrokerCapabilities:
    """What a venue can do.

    Attributes
    ----------
    order_kinds : frozenset of OrderKind
        Kinds that it executes by itself.
    times_in_force : frozenset of TimeInForce
        Lives of a pending order that it keeps.
    modes : frozenset of AccountMode
        Hedging, netting or both.
    stops_at_venue : bool
        Whether a stop loss given with an order is kept and executed by the venue.
    partial_close, close_by : bool
        Whether a part of a position, or two opposite ones by each other, can be closed. With the second its session is
        a :class:`CloseByBroker`, too.
    finds_client_id : bool
        Whether an order can be looked up by our id. If not, an unknown outcome is reconciled by
        tag, symbol, side, volume and time.
    managed_exits : bool
        Whether it takes stops and targets as distances from the fill, lets stops trail, and cancels the rest of a
        group. Then its session is a :class:`TrailingBroker`, too.
    live_money : bool
        Whether orders cost real money.
    orders_end_daily, stops_end_daily : frozenset of str
        Symbols of which the venue removes working orders, or stops and targets of positions, too, at the end of its
        day, however long they were meant to last; :data:`EVERY_SYMBOL` among them stands for all.
    """

    order_kinds: frozenset[OrderKind] = frozenset(OrderKind)
    times_in_force: frozenset[TimeInForce] = frozenset({TimeInForce.GTC})
    modes: frozenset[AccountMode] = frozenset({AccountMode.HEDGING})
    stops_at_venue: bool = True
    partial_close: bool = True
    close_by: bool = False
    finds_client_id: bool = True
    managed_exits: bool = False
    live_money: bool = True
    orders_end_daily: frozenset[str] = frozenset()
    stops_end_daily: frozenset[str] = frozenset()

    def ends_orders_daily(self, symbol: str) -> bool:
        """Say whether working orders of a symbol end with the venue's day."""
        return not self.orders_end_daily.isdisjoint({symbol, EVERY_SYMBOL})

    def ends_stops_daily(self, symbol: str) -> bool:
        """Say whether stops and targets of a symbol's positions end with the venue's day."""
        return not self.stops_end_daily.isdisjoint({symbol, EVERY_SYMBOL})


@runtime_checkable
class Broker(Protocol):
    """A session with a venue; every call may leave the process and is made under a time-out.

    Errors: :class:`BrokerUnreachableError` when nothing was sent, :class:`OrderRejectedError` when the venue
    said no (an unknown symbol, ticket or price included), :class:`OrderStateUnknownError` when nobody knows;
    never anything else for what a venue does.
    """

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account at this venue can do."""
        ...

    async def connect(self) -> AccountState:
        """Log in, and tell how the account stands. Twice is once."""
        ...

    async def disconnect(self) -> None:
        """Log out; nothing at the venue changes. Twice is once."""
        ...

    async def account(self) -> AccountState:
        """Tell how the account stands."""
        ...

    async def instruments(self) -> Sequence[Instrument]:
        """List what can be traded, with the venue's own contract values."""
        ...

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote of a symbol."""
        ...

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        ...

    async def orders(self) -> Sequence[OrderState]:
        """List the orders that still work."""
        ...

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List the deals with ``start_ns <= time_ns < stop_ns``, oldest first."""
        ...

    async def submit(self, request: OrderRequest) -> OrderState:
        """Place an order.

        The same request twice is one order: the second answer tells how the first one stands. Another
        request under a used ``client_id`` is rejected. A volume off the instrument's step is
        rejected, never rounded.

        Raises
        ------
        OrderRejectedError
            If the venue says no.
        OrderStateUnknownError
            If the answer got lost: reconcile, never send again.
        """
        ...

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change a working order or, by a position's ticket, its stop and target; None leaves, 0 removes."""
        ...

    async def cancel(self, order: int) -> OrderState:
        """Take a working order back. One that is done, or unknown, is an :class:`OrderRejectedError`."""
        ...

    async def close(self, position: int, *, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Close a position at the market, or a part of it. ``client_id`` works as in :meth:`submit`."""
        ...

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Follow what happens, from the call on and in the venue's order, until the session is disconnected."""
        ...


@runtime_checkable
class TrailingBroker(Broker, Protocol):
    """A session with a venue that has ``managed_exits``."""

    async def trail(self, position: int, *, distance: float, start: float = 0.0) -> None:
        """Let the stop of a position follow its best price.

        Parameters
        ----------
        position : int
            Ticket.
        distance : float
            How far behind, in price; 0 ends it.
        start : float
            Gain at which it begins, in price.

        Raises
        ------
        OrderRejectedError
            If the venue says no.
        """
        ...


@runtime_checkable
class CloseByBroker(Broker, Protocol):
    """A session with a venue that has ``close_by``."""

    async def close_by(self, position: int, by: int, *, client_id: str) -> OrderState:
        """Close two opposite positions of one symbol by each other, for the volume that both have.

        Each is closed at the price at which the other was opened, so that no spread is paid; what the larger one has
        beyond stays open under its ticket.

        Parameters
        ----------
        position, by : int
            Tickets. The answer is the order that closes the first.
        client_id : str
            Works as in :meth:`Broker.submit`.

        Raises
        ------
        OrderRejectedError
            If they are not opposite positions of one symbol, or the venue says no.
        OrderStateUnknownError
            If the answer got lost: reconcile, never send again.
        """
        ...


class TransferKind(StrEnum):
    """What money is moved as."""

    BALANCE = "balance"
    """A deposit or a withdrawal."""
    CREDIT = "credit"
    """Money that the venue lends: it is equity and no balance."""


@attrs.frozen(kw_only=True)
class Transfer:
    """Money that was moved to an account, or from it, and that trading neither earned nor lost.

    Attributes
    ----------
    transfer : int
        The venue's number of it, unique on the account.
    time_ns : int
        When, nanoseconds UTC.
    amount : float
        Account currency; below 0 what was taken out.
    kind : TransferKind
        Of the balance, or credit.
    """

    transfer: int
    time_ns: int
    amount: float
    kind: TransferKind = TransferKind.BALANCE


@runtime_checkable
class TransferBroker(Broker, Protocol):
    """A session with a venue that tells what was deposited and withdrawn; elsewhere that counts as gain and loss."""

    async def transfers(self, start_ns: int, stop_ns: int) -> Sequence[Transfer]:
        """List what was moved with ``start_ns <= time_ns < stop_ns``, oldest first; swaps and fees are no transfers."""
        ...


@attrs.frozen(kw_only=True)
class BrokerOffer(Offer[Broker]):
    """A venue to trade on.

    Attributes
    ----------
    capabilities : BrokerCapabilities
        The most that an account there can do; :attr:`Broker.capabilities` says what a given one can.
    """

    kind: ClassVar[str] = "broker"

    capabilities: BrokerCapabilities = BrokerCapabilities()
