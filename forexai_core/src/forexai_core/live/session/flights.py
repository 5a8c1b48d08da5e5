"""Requests of strategies that are on their way: risk counts them until it is known what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from forexai_core.live.session.carrying import Carried
from forexai_core.live.session.mirror import Mirror
from forexai_core.live.session.wishes import Wish, WishKind
from forexai_core.values.orders import OrderKind

__all__ = ["Flights"]


@attrs.frozen
class _Flight:
    """A request whose orders are on their way, or whose change waits for the next price of its symbol."""

    row: Any
    intents: frozenset[str]
    symbol: str = ""


@attrs.define(eq=False)
class Flights:
    """Keeps, among the requests of a mirror, those that are on their way.

    Parameters
    ----------
    mirror : Mirror
        Of the account.
    """

    _mirror: Mirror
    _flights: list[_Flight] = attrs.field(factory=list, init=False)
    _done: set[str] = attrs.field(factory=set, init=False)

    def __bool__(self) -> bool:
        return bool(self._flights)

    @property
    def intents(self) -> frozenset[str]:
        """The ids of the orders behind them."""
        return frozenset(intent for flight in self._flights for intent in flight.intents)

    def note_done(self, intents: Iterable[str]) -> None:
        """Take note of orders that are settled."""
        self._done.update(intents)

    def note_price(self, symbol: str) -> None:
        """Take note of a price: a change that waited for it has been made, or refused."""
        self._flights = [each for each in self._flights if each.symbol != symbol]

    def take_off(self, came: Iterable[tuple[Wish, Carried]]) -> None:
        """Follow what has been carried out of wishes; what waits at the venue for a price is shown by it."""
        orders: dict[int, set[str]] = {}
        changes: dict[int, str] = {}
        for wish, carried in came:
            at_market = wish.order is not None and wish.order.kind is OrderKind.MARKET
            if at_market and carried.working:
                orders.setdefault(wish.row, set()).add(carried.intent_id)
            elif wish.kind is WishKind.MODIFY:
                changes[wish.row] = wish.symbol
        self._flights += [
            _Flight(self._mirror.requests[row].copy(), frozenset(orders.get(row, ())), changes.get(row, ""))
            for row in sorted({*orders, *changes})
        ]

    def land(self) -> None:
        """Leave those in the mirror that are still on their way."""
        self._flights = [each for each in self._flights if each.symbol or not each.intents <= self._done]
        for number, flight in enumerate(self._flights):
            self._mirror.requests[number] = flight.row
        self._mirror.account["requests"] = len(self._flights)
        if not self._flights:
            self._done.clear()
