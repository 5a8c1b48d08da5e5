"""Quotes: bars of both sides in whole points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from reference.money import exact, nearest, to_points

__all__ = ["Bar", "Prices", "Quote", "ask_side", "make_bar"]


@dataclass(frozen=True)
class Prices:
    """Open, high, low and close of one side, points."""

    open: int
    high: int
    low: int
    close: int

    @property
    def flat(self) -> bool:
        """Whether the four are one price."""
        return self.open == self.high == self.low == self.close

    def moved(self, points: int) -> int:
        """Give the price so many points from the open, held within the bar."""
        return min(self.high, max(self.low, self.open + points))


@dataclass(frozen=True)
class Quote:
    """Present bid and ask, points."""

    bid: int
    ask: int

    def exit(self, side: int) -> int:
        """Give the price at which a position of a side closes."""
        return self.bid if side > 0 else self.ask

    def entry(self, side: int) -> int:
        """Give the price at which an order of a side fills."""
        return self.ask if side > 0 else self.bid


@dataclass(frozen=True)
class Bar:
    """One event: a bar of one symbol, or a tick, whose four prices are one."""

    time_ns: int
    end_ns: int
    bid: Prices
    ask: Prices
    slippage: int | None = None  # None: the contract's
    closed: bool = False  # outside its symbol's sessions, where these are enforced
    tick: bool = False  # a price of its instant alone
    volume: Fraction = Fraction(0)
    straight: bool = False  # its prices only rise or only fall, by the model of a path
    decides: bool = True  # a bar of the strategy ends with it

    @property
    def flat(self) -> bool:
        """Whether nothing moved on either side."""
        return self.bid.flat and self.ask.flat

    @property
    def at_open(self) -> Quote:
        """Give the opening quote."""
        return Quote(self.bid.open, self.ask.open)

    @property
    def at_close(self) -> Quote:
        """Give the closing quote."""
        return Quote(self.bid.close, self.ask.close)

    def at(self, points: int) -> Quote:
        """Give the quote with both sides moved from their opens, each within its own range."""
        return Quote(self.bid.moved(points), self.ask.moved(points))

    def exit(self, side: int) -> Prices:
        """Give the side at which a position closes."""
        return self.bid if side > 0 else self.ask

    def entry(self, side: int) -> Prices:
        """Give the side at which an order fills."""
        return self.ask if side > 0 else self.bid


def ask_side(
    bid: Sequence[int], ask: Sequence[int] | None, column_points: object | None, fixed_points: object
) -> Prices:
    """Give the ask side: of ask bars, else of the bar's own spread, else of the fixed one; never below the bid."""
    if ask is None:
        spread = ceil(exact(fixed_points)) if column_points is None else nearest(column_points)
        ask = [price + spread for price in bid]
    return Prices(*(max(own, other) for own, other in zip(ask, bid, strict=True)))


def make_bar(
    time_ns: int,
    end_ns: int,
    bid: Sequence[object],
    *,
    digits: int,
    ask: Sequence[object] | None = None,
    column_points: object | None = None,
    fixed_points: object = 0,
) -> Bar:
    """Make a bar from prices: open, high, low, close."""
    own = [to_points(price, digits) for price in bid]
    other = None if ask is None else [to_points(price, digits) for price in ask]
    return Bar(time_ns, end_ns, Prices(*own), ask_side(own, other, column_points, fixed_points))
