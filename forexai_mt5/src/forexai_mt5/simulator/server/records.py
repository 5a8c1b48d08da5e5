"""Orders, deals and positions as a trade server keeps them; times are nanoseconds UTC, volumes lots."""

from __future__ import annotations

import attrs

from forexai_mt5.terms import constants as c

__all__ = ["Deal", "Order", "Position"]


@attrs.define(kw_only=True)
class Order:
    """An order, from its placing into its history.

    ``ledger_ticket`` is the ledger's own ticket of it; 0 while it has none.
    """

    ticket: int
    symbol: str
    type: int
    time_setup_ns: int
    volume_initial: float
    volume_current: float
    type_time: int = c.ORDER_TIME_GTC
    type_filling: int = c.ORDER_FILLING_FOK
    state: int = c.ORDER_STATE_STARTED
    magic: int = 0
    reason: int = c.ORDER_REASON_EXPERT
    comment: str = ""
    expiration: int = 0  # server's wall clock, seconds
    expiry_ns: int = 0  # UTC; 0 never
    time_done_ns: int = 0
    price_open: float = 0.0
    price_current: float = 0.0
    price_stoplimit: float = 0.0
    sl: float = 0.0
    tp: float = 0.0
    position_id: int = 0
    position_by_id: int = 0
    ledger_ticket: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it is of a type that waits for its price."""
        return c.ORDER_TYPE_BUY_LIMIT <= self.type <= c.ORDER_TYPE_SELL_STOP_LIMIT


@attrs.frozen(kw_only=True)
class Deal:
    """A deal, or an operation on the balance."""

    ticket: int
    order: int
    time_ns: int
    type: int
    entry: int
    magic: int
    position_id: int
    reason: int
    volume: float
    price: float
    commission: float
    swap: float
    profit: float
    fee: float
    symbol: str
    comment: str


@attrs.define(kw_only=True)
class Position:
    """What the ledger does not know of a position; volume, prices and money stand there."""

    ticket: int
    identifier: int
    ledger_ticket: int
    symbol: str
    magic: int
    reason: int
    comment: str
    time_ns: int
    time_update_ns: int
