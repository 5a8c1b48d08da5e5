"""Open positions as a venue has them."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.values.orders import Deal

__all__ = ["Position", "signed_volume_lots", "signed_volume_of_deals"]


@attrs.frozen(kw_only=True)
class Position:
    """An open position; money in account currency.

    Attributes
    ----------
    position : int
        The venue's ticket.
    client_id : str
        Our name of the order that opened it, where the venue kept it.
    side : int
        +1 long, -1 short.
    volume_lots : float
        What is open now.
    open_time_ns : int
        Nanoseconds UTC.
    open_price : float
        Volume-weighted, where several orders built it (netting).
    stop_loss, take_profit : float
        Prices kept by the venue; 0 means none.
    profit : float
        Open profit without swap and commission, at ``price``.
    price : float
        What it would be closed at now: bid for a long, ask for a short; 0 where unknown.
    tag : str
        Of the order that opened it, as far as the venue kept it.
    magic : int
        Likewise; 0 where there is none.
    """

    position: int
    client_id: str = ""
    symbol: str = attrs.field(validator=attrs.validators.min_len(1))
    side: int
    volume_lots: float = attrs.field(converter=float)
    open_time_ns: int
    open_price: float
    stop_loss: float = 0.0
    take_profit: float = 0.0
    price: float = 0.0
    profit: float = 0.0
    swap: float = 0.0
    commission: float = 0.0
    tag: str = ""
    magic: int = 0

    def __attrs_post_init__(self) -> None:
        if self.side not in (1, -1):
            raise ConfigError(f"Position {self.position}: side is +1 (long) or -1 (short), not {self.side!r}.")
        if not 0 < self.volume_lots < float("inf"):
            raise ConfigError(f"Position {self.position}: volume_lots must be above 0, not {self.volume_lots}.")

    @property
    def signed_lots(self) -> float:
        """Lots, negative for a short."""
        return self.side * self.volume_lots


def signed_volume_lots(positions: Iterable[Position], symbol: str) -> float:
    """Sum the signed lots of a symbol's positions."""
    return round(sum(each.signed_lots for each in positions if each.symbol == symbol), 8)


def signed_volume_of_deals(deals: Iterable[Deal], symbol: str) -> float:
    """Sum the signed lots of a symbol's deals: what must be open after all of them."""
    return round(sum(each.side * each.volume_lots for each in deals if each.symbol == symbol), 8)
