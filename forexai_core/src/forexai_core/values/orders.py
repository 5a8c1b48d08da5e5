"""Orders and deals as they travel between us and a venue, and volumes on a venue's grid."""

from __future__ import annotations

from enum import StrEnum
from math import floor, isfinite

import attrs

from forexai_core.errors import ConfigError, did_you_mean

__all__ = [
    "Deal",
    "DealEntry",
    "OrderKind",
    "OrderRequest",
    "OrderState",
    "OrderStatus",
    "TimeInForce",
    "floor_volume",
    "on_step",
    "volume_steps",
]

_INT64 = 2**63
_GRID_TOLERANCE = 1e-9  # of a step: what binary floating point adds to 0.1 + 0.2


class OrderKind(StrEnum):
    """How an order finds its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


class TimeInForce(StrEnum):
    """How long a pending order lives."""

    GTC = "gtc"
    DAY = "day"
    UNTIL = "until"


class OrderStatus(StrEnum):
    """What a venue says of an order. Whether it has the order at all is the intent's state."""

    PLACED = "placed"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def working(self) -> bool:
        """Whether more may still be filled."""
        return self in {OrderStatus.PLACED, OrderStatus.PARTIAL}


class DealEntry(StrEnum):
    """What a deal does to its position (MetaTrader 5's ``DEAL_ENTRY``)."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"
    OUT_BY = "out_by"


def volume_steps(volume_lots: float, step: float) -> int:
    """Count the whole steps in a volume, rounded down.

    A volume that lies within a billionth of a step of the grid is on the grid: 0.3 lots are three
    steps of 0.1, though their quotient is 2.9999999999999996 in floating point.

    Parameters
    ----------
    volume_lots : float
        Lots, not negative.
    step : float
        Lots in one step, above 0.

    Raises
    ------
    ConfigError
        If either is not finite, the volume is negative or the step is not positive.
    """
    if not (isfinite(volume_lots) and volume_lots >= 0):
        raise ConfigError(f"A volume must be 0 lots or above and finite, not {volume_lots}.")
    if not (isfinite(step) and step > 0):
        raise ConfigError(f"A volume step must be above 0 lots and finite, not {step}.")
    quotient = volume_lots / step
    nearest = round(quotient)
    return nearest if abs(quotient - nearest) <= _GRID_TOLERANCE else floor(quotient)


def floor_volume(volume_lots: float, step: float) -> float:
    """Round a volume down to the grid of its steps; lots.

    The answer is the float nearest to the decimal number that the venue shows: 3 steps of 0.1 are
    0.3, not 0.30000000000000004.

    Raises
    ------
    ConfigError
        As :func:`volume_steps`.
    """
    return round(volume_steps(volume_lots, step) * step, 8)


def on_step(volume_lots: float, step: float) -> bool:
    """Say whether a volume lies on the grid of its steps."""
    return abs(floor_volume(volume_lots, step) - volume_lots) <= _GRID_TOLERANCE * step


def _side(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value not in (1, -1):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} is +1 (buy) or -1 (sell), not {value!r}.")


def _volume(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} must be above 0 lots, not {value}.")


def _price(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not (isfinite(value) and value >= 0):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} must be a price, or 0 for none, not {value}.")


def _distance(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not (isfinite(value) and value >= 0):
        raise ConfigError(
            f"{type(instance).__name__}: {attribute.name} is a distance in price, or 0 for none, not {value}."
        )


def _magic(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not 0 <= value < _INT64:
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} is 0 or above and below 2**63, not {value}.")


def _client_id(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not 1 <= len(value) <= 64 or not value.isprintable():
        raise ConfigError(
            f"{type(instance).__name__}: {attribute.name} must be 1 to 64 printable characters, not {value!r}."
        )


def _kind(value: str | OrderKind) -> OrderKind:
    try:
        return OrderKind(value)
    except ValueError:
        raise ConfigError(f"There is no order kind '{value}'. {did_you_mean(str(value), OrderKind)}") from None


@attrs.frozen(kw_only=True)
class OrderRequest:
    """An order as we ask for it.

    Attributes
    ----------
    client_id : str
        Our own name of the order: asked twice with one id, a venue has it once.
    symbol : str
        The venue's name of the instrument.
    side : int
        +1 buy, -1 sell.
    kind : OrderKind
        How it finds its price.
    volume_lots : float
        Lots, on the instrument's step.
    price : float
        Of a limit, stop or stop-limit order (its trigger); 0 for a market order.
    limit_price : float
        Price of the limit order that a triggered stop-limit order places; 0 otherwise.
    stop_loss, take_profit : float
        Prices; 0 means none.
    slippage_points : float or None
        The worst deviation that a market order accepts; None leaves it to the venue.
    time_in_force : TimeInForce
        Life of a pending order.
    expire_time_ns : int
        When an order ``until`` a time ends, nanoseconds UTC; 0 otherwise.
    position : int
        Ticket of the position that the order closes or reduces; 0 opens.
    tag : str
        A short text that the venue keeps with the order, where it can.
    magic : int
        A number that the venue keeps with the order, where it can; 0 means none.
    stop_loss_distance, take_profit_distance : float
        In place of prices: how far from the quote at which it is filled, or from its own price where it waits; 0 means
        none. Only for venues that say ``managed_exits``.
    trail_distance, trail_start : float
        How far the stop follows the best price, and from which gain on; 0 means not at all, and at once. Likewise.
    group : int
        Orders of one number cancel each other when the first of them is filled; 0 means none. Likewise.
    turns : bool
        Whether it is the other side of a close: it opens only where nothing is open in the symbol any more when it
        arrives, and is refused otherwise. A venue without ``managed_exits`` takes no heed of it.
    """

    client_id: str = attrs.field(validator=_client_id)
    symbol: str = attrs.field(validator=attrs.validators.min_len(1))
    side: int = attrs.field(validator=_side)
    kind: OrderKind = attrs.field(default=OrderKind.MARKET, converter=_kind)
    volume_lots: float = attrs.field(converter=float, validator=_volume)
    price: float = attrs.field(default=0.0, converter=float, validator=_price)
    limit_price: float = attrs.field(default=0.0, converter=float, validator=_price)
    stop_loss: float = attrs.field(default=0.0, converter=float, validator=_price)
    take_profit: float = attrs.field(default=0.0, converter=float, validator=_price)
    slippage_points: float | None = None
    time_in_force: TimeInForce = attrs.field(default=TimeInForce.GTC, converter=TimeInForce)
    expire_time_ns: int = 0
    position: int = 0
    tag: str = ""
    magic: int = attrs.field(default=0, validator=_magic)
    stop_loss_distance: float = attrs.field(default=0.0, converter=float, validator=_distance)
    take_profit_distance: float = attrs.field(default=0.0, converter=float, validator=_distance)
    trail_distance: float = attrs.field(default=0.0, converter=float, validator=_distance)
    trail_start: float = attrs.field(default=0.0, converter=float, validator=_distance)
    group: int = attrs.field(default=0, validator=_magic)
    turns: bool = False

    def __attrs_post_init__(self) -> None:
        if self.turns and (self.position or self.kind is not OrderKind.MARKET):
            raise ConfigError(f"Order {self.client_id}: turns belongs to market orders that open.")
        if (self.kind is OrderKind.MARKET) != (self.price == 0):
            raise ConfigError(
                f"Order {self.client_id}: a {self.kind} order "
                + ("takes no price." if self.price else "needs the price at which it waits.")
            )
        if (self.kind is OrderKind.STOP_LIMIT) != (self.limit_price != 0):
            raise ConfigError(f"Order {self.client_id}: limit_price belongs to stop_limit orders, and they need it.")
        if (self.time_in_force is TimeInForce.UNTIL) != (self.expire_time_ns > 0):
            raise ConfigError(f"Order {self.client_id}: expire_time_ns belongs to 'until', and 'until' needs it.")
        for name in ("stop_loss", "take_profit"):
            if getattr(self, name) and getattr(self, f"{name}_distance"):
                raise ConfigError(f"Order {self.client_id}: {name} is given as a price and as a distance; give one.")

    @property
    def leaves_exits_to_venue(self) -> bool:
        """Whether only a venue with ``managed_exits`` can carry it out."""
        return bool(self.stop_loss_distance or self.take_profit_distance or self.trail_distance or self.group)

    @property
    def opens(self) -> bool:
        """Whether it may add exposure, rather than close a position."""
        return self.position == 0


@attrs.frozen(kw_only=True)
class OrderState:
    """An order as a venue has it.

    Attributes
    ----------
    order : int
        The venue's ticket.
    request : OrderRequest
        What was asked for; after a modification, as it stands.
    status : OrderStatus
        Where it is in its life.
    filled_lots : float
        Lots filled so far.
    average_price : float
        Of the filled lots; 0 before.
    position : int
        Ticket of the position that it opened or touched; 0 before.
    placed_time_ns, done_time_ns : int
        Nanoseconds UTC; ``done_time_ns`` is 0 while it works.
    reason : str
        The venue's words, where it was rejected, cancelled or expired.
    """

    order: int
    request: OrderRequest
    status: OrderStatus = attrs.field(converter=OrderStatus)
    filled_lots: float = 0.0
    average_price: float = 0.0
    position: int = 0
    placed_time_ns: int
    done_time_ns: int = 0
    reason: str = ""

    @property
    def client_id(self) -> str:
        """Our own name of the order."""
        return self.request.client_id

    @property
    def symbol(self) -> str:
        """The venue's name of the instrument."""
        return self.request.symbol

    @property
    def side(self) -> int:
        """+1 buy, -1 sell."""
        return self.request.side

    @property
    def left_lots(self) -> float:
        """Lots that may still be filled; 0 once it is done."""
        return round(self.request.volume_lots - self.filled_lots, 8) if self.status.working else 0.0


@attrs.frozen(kw_only=True)
class Deal:
    """One execution at a venue; money in account currency.

    Attributes
    ----------
    deal, order, position : int
        The venue's tickets.
    client_id : str
        Our name of the order behind it; empty where the venue acted by itself (a stop, a stop-out).
    side : int
        Side of the deal itself: a long position is closed by a deal of -1.
    entry : DealEntry
        What it does to the position.
    volume_lots, price : float
        What was executed.
    profit : float
        Without commission and swap.
    commission, swap : float
        Booked with this deal; negative is paid.
    reason : str
        ``signal``, or one of ``forexai_core.arrays.CLOSE_REASONS``.
    tag : str
        Of the order behind it, as far as the venue kept it.
    magic : int
        Likewise; 0 where there is none.
    """

    deal: int
    order: int
    position: int
    client_id: str = ""
    symbol: str
    time_ns: int
    side: int = attrs.field(validator=_side)
    entry: DealEntry = attrs.field(converter=DealEntry)
    volume_lots: float = attrs.field(converter=float, validator=_volume)
    price: float
    profit: float = 0.0
    commission: float = 0.0
    swap: float = 0.0
    reason: str = "signal"
    tag: str = ""
    magic: int = 0
