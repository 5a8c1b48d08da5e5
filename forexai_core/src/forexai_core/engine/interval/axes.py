"""The ways in which prices can move inside a bar: both sides together, or each for itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from forexai_core.engine.interval.forks import Fork
from forexai_core.engine.state.records import NO_PRICE, ORDER_LIMIT

__all__ = ["HIGH", "LOW", "Axis", "Bar", "axes_of"]

HIGH, LOW = 1, 2
"""Marks of the extremes that a path has touched."""


class Bar(NamedTuple):
    """One bar, both sides, in points."""

    bid_open: int
    bid_high: int
    bid_low: int
    bid_close: int
    ask_open: int
    ask_high: int
    ask_low: int
    ask_close: int


class Axis(NamedTuple):
    """One price that moves by itself: the bid, the ask, or the bid with the ask a fixed spread above it.

    Attributes
    ----------
    open, high, low, close : int
        Of the bar, points.
    bid_offset, ask_offset : int or None
        What is added to give the side's price; None where the axis does not move that side.
    """

    open: int
    high: int
    low: int
    close: int
    bid_offset: int | None
    ask_offset: int | None

    def zone(self, symbol: Any) -> tuple[int, int]:
        """Give the prices, exclusive, between which nothing can happen."""
        low, high = NO_PRICE, -NO_PRICE
        if self.bid_offset is not None:
            low = max(low, int(symbol["calm_bid_low"]) - self.bid_offset)
            high = min(high, int(symbol["calm_bid_high"]) - self.bid_offset)
        if self.ask_offset is not None:
            low = max(low, int(symbol["calm_ask_low"]) - self.ask_offset)
            high = min(high, int(symbol["calm_ask_high"]) - self.ask_offset)
        return low, high

    def offset_of(self, bid: bool) -> int | None:
        """Give what leads from the axis to a side of the quote."""
        return self.bid_offset if bid else self.ask_offset

    def touched(self, price: int, flags: int) -> int:
        """Mark the extremes at which a price stands."""
        return flags | (HIGH if price >= self.high else 0) | (LOW if price <= self.low else 0)

    def levels(self, fork: Fork, index: int) -> list[tuple[int, bool]]:
        """List every level on this axis, and whether it is reached from below."""
        found = []
        for position in fork.positions[fork.positions["symbol"] == index]:
            side = int(position["side"])
            offset = self.offset_of(side > 0)
            if offset is None:
                continue
            for name, rising in (("stop_loss", side < 0), ("take_profit", side > 0)):
                if position[name] != NO_PRICE:
                    found.append((int(position[name]) - offset, rising))
        for order in fork.orders[fork.orders["symbol"] == index]:
            side = int(order["side"])
            offset = self.offset_of(side < 0)
            if offset is not None:
                found.append((int(order["price"]) - offset, (order["kind"] == ORDER_LIMIT) != (side > 0)))
        return found


def axes_of(bar: Bar, fixed_spread: int | None) -> tuple[Axis, ...]:
    """Give the axes of a bar: one where the ask follows the bid at a fixed spread, else two."""
    bid = (bar.bid_open, bar.bid_high, bar.bid_low, bar.bid_close)
    if fixed_spread is not None:
        return (Axis(*bid, bid_offset=0, ask_offset=fixed_spread),)
    ask = (bar.ask_open, bar.ask_high, bar.ask_low, bar.ask_close)
    return Axis(*bid, bid_offset=0, ask_offset=None), Axis(*ask, bid_offset=None, ask_offset=0)
