"""Requests, pending orders, positions and trades."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction

__all__ = [
    "CANCEL",
    "CANCEL_ALL",
    "CLOSE",
    "CLOSE_ALL",
    "CLOSE_BY",
    "LIMIT",
    "MARKET",
    "MODIFY_ORDER",
    "MODIFY_POSITION",
    "STOP",
    "STOP_LIMIT",
    "TRAIL",
    "Entered",
    "Order",
    "Position",
    "Request",
    "Trade",
]

MARKET, LIMIT, STOP, STOP_LIMIT = "market", "limit", "stop", "stop_limit"
CLOSE, CLOSE_ALL, CLOSE_BY = "close", "close_all", "close_by"
MODIFY_POSITION, MODIFY_ORDER = "modify_position", "modify_order"
CANCEL, CANCEL_ALL, TRAIL = "cancel", "cancel_all", "trail"


class Entered(IntEnum):
    """How a position came to be in the present bar."""

    BEFORE = 0
    OPEN = 1
    RISING = 2
    FALLING = 3
    BY_CLOSE = 4

    @property
    def inside(self) -> bool:
        """Whether it was inside the bar, after its open."""
        return self > Entered.OPEN

    def joined_by(self, later: Entered) -> Entered:
        """Give what holds for a position that grows: where its fills came from both sides, only the close proves."""
        return later if not self.inside or self == later else Entered.BY_CLOSE


@dataclass(frozen=True)
class Request:
    """A decision; prices and distances in points, volumes in steps, None for what is not given."""

    kind: str
    side: int = 0
    steps: int = 0
    risk_fraction: Fraction | None = None
    price: int | None = None
    limit_price: int | None = None
    stop: int | None = None
    target: int | None = None
    stop_distance: int = 0
    target_distance: int = 0
    trail_distance: int = 0
    trail_start: int = 0
    expiry_ns: int = 0
    ticket: int = 0
    ticket_by: int = 0
    oco: int = 0
    turns: int = 0  # 1 of a market order: it opens only where nothing of the strategy is left in the symbol
    strategy: int = 0

    @property
    def opens(self) -> bool:
        """Whether it opens or places, rather than closes or changes."""
        return self.kind in {MARKET, LIMIT, STOP, STOP_LIMIT}


@dataclass
class Order:
    """A pending order. A stop-limit order whose stop was reached goes on as a limit order."""

    ticket: int
    symbol: int
    strategy: int
    kind: str
    origin: str
    side: int
    steps: int
    price: int
    limit_price: int | None
    stop: int | None
    target: int | None
    trail_distance: int
    trail_start: int
    expiry_ns: int
    oco: int
    held_back: bool = False  # reached by a price outside the sessions
    margin: int = 0  # bound while it waits, minor units
    asleep: bool = False  # its stop was reached inside this bar; the limit waits for the next

    @property
    def rises(self) -> bool:
        """Whether a rising price reaches it."""
        return (self.side > 0) == (self.kind != LIMIT)

    def reached_by(self, price: int) -> bool:
        """Whether the entry side at a price is at or through it."""
        return price >= self.price if self.rises else price <= self.price

    @property
    def own_price(self) -> int:
        """The price at which it opens, without slippage."""
        return self.limit_price if self.kind == STOP_LIMIT and self.limit_price is not None else self.price


@dataclass
class Position:
    """An open position; ``cost`` is the sum of points times steps, money in minor units."""

    ticket: int
    symbol: int
    strategy: int
    side: int
    steps: int
    cost: Fraction
    open_ns: int
    age: int  # which opening of the account it was, the lower the older; a pending order's ticket may be an old one
    stop: int | None
    target: int | None
    trail_distance: int
    trail_start: int
    open_reason: str
    best: Fraction
    worst: Fraction
    entered: Entered
    peak: int | None = None  # best exit-side price for trailing; None until the close of the bar of the entry
    trailed: bool = False
    commission: int = 0
    swap: int = 0
    margin: Fraction = field(default_factory=Fraction)
    doubts: frozenset[str] = frozenset()  # what the bars have left open of it
    inside_until_ns: int = 0  # end of the last bar inside which it was opened or grew
    sure_steps: int = 0  # volume held all through that bar
    held_back: bool = False  # its stop or target reached by a price outside the sessions
    kept: str = ""  # why the last close of all of its symbol left it

    @property
    def average(self) -> Fraction:
        """Average opening price, points."""
        return self.cost / self.steps

    def better(self, price: Fraction, other: Fraction) -> Fraction:
        """Give the price that is better for it."""
        return max(price, other) if self.side > 0 else min(price, other)

    def worse(self, price: Fraction, other: Fraction) -> Fraction:
        """Give the price that is worse for it."""
        return min(price, other) if self.side > 0 else max(price, other)

    def stopped_by(self, price: int) -> bool:
        """Whether the exit side at a price is at or through its stop."""
        return self.stop is not None and self.side * (price - self.stop) <= 0

    def targeted_by(self, price: int) -> bool:
        """Whether the exit side at a price is at or through its target."""
        return self.target is not None and self.side * (price - self.target) >= 0


@dataclass(frozen=True)
class Trade:
    """One closing deal; prices in points, money in minor units."""

    ticket: int
    symbol: int
    side: int
    steps: int
    open_ns: int
    close_ns: int
    open_points: Fraction
    close_points: int
    stop: int | None
    target: int | None
    commission: int
    swap: int
    profit: int
    open_reason: str
    close_reason: str
    doubts: frozenset[str]
    intrabar: bool
    mae: int
    mfe: int
    strategy: int = 0

    @property
    def ambiguous(self) -> bool:
        """Whether the bars left anything open of it."""
        return bool(self.doubts)

    @property
    def net_profit(self) -> int:
        """Profit with commission and swap."""
        return self.profit + self.commission + self.swap
