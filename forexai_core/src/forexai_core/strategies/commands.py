# ruff: noqa: PLR0917 - kernels take their arguments by position
"""Commands of compiled strategies: kernels that write rows of COMMAND into ``out``.

Each takes the next free row. A step gives at most 16 commands at one close: a run in which it gives more ends with an
error. They run as plain Python too.

``buy(out, 0.1, 0.0030, 0.0060)`` asks for 0.1 lots, with the stop 30 pips and the target 60 pips from the entry.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.arrays import (
    COMMAND_CANCEL,
    COMMAND_CANCEL_ALL,
    COMMAND_CLOSE,
    COMMAND_CLOSE_ALL,
    COMMAND_CLOSE_BY,
    COMMAND_LIMIT,
    COMMAND_MARKET,
    COMMAND_MODIFY_ORDER,
    COMMAND_MODIFY_POSITION,
    COMMAND_STOP,
    COMMAND_STOP_LIMIT,
    COMMAND_TRAIL,
)

__all__ = [
    "buy",
    "buy_limit",
    "buy_risk",
    "buy_stop",
    "cancel",
    "cancel_all",
    "close",
    "close_all",
    "close_by",
    "modify",
    "modify_order",
    "place",
    "sell",
    "sell_limit",
    "sell_risk",
    "sell_stop",
    "stop_limit",
    "trail",
]


@kernel
def _command(out: Any, kind: int) -> int:
    """Take the next free row and clear it; -1 where none is left."""
    for number in range(out.shape[0]):
        row = out[number]
        if row["kind"] == 0:
            row["kind"] = kind
            row["side"] = 0
            row["volume_lots"] = 0.0
            row["risk_fraction"] = 0.0
            row["price"] = 0.0
            row["limit_price"] = 0.0
            row["stop_loss"] = 0.0
            row["take_profit"] = 0.0
            row["stop_distance"] = 0.0
            row["target_distance"] = 0.0
            row["trail_distance"] = 0.0
            row["trail_start"] = 0.0
            row["expiry_ns"] = 0
            row["ticket"] = 0
            row["ticket_by"] = 0
            row["oco"] = 0
            if number + 1 < out.shape[0]:
                out[number + 1]["kind"] = 0
            return number
    return -1


@kernel
def _market(out: Any, side: int, volume_lots: float, risk_fraction: float, stop: float, target: float) -> int:
    number = _command(out, COMMAND_MARKET)
    if number >= 0:
        row = out[number]
        row["side"] = side
        row["volume_lots"] = volume_lots
        row["risk_fraction"] = risk_fraction
        row["stop_distance"] = stop
        row["target_distance"] = target
    return number


@kernel
def buy(out: Any, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0) -> int:
    """Buy at the next price.

    Parameters
    ----------
    out : (n,) COMMAND
        Of the step.
    volume_lots : float
        Lots.
    stop_distance, target_distance : float
        From the quoted entry, price units; 0 none.

    Returns
    -------
    int
        Row of the command in ``out``, to fill in what else it carries (``out[row]["trail_distance"]``); -1 where no row
        was left.
    """
    return _market(out, 1, volume_lots, 0.0, stop_distance, target_distance)


@kernel
def sell(out: Any, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0) -> int:
    """Sell at the next price; as :func:`buy`."""
    return _market(out, -1, volume_lots, 0.0, stop_distance, target_distance)


@kernel
def buy_risk(out: Any, risk_fraction: float, stop_distance: float, target_distance: float = 0.0) -> int:
    """Buy as much as loses a share of the equity at the stop; otherwise as :func:`buy`."""
    return _market(out, 1, 0.0, risk_fraction, stop_distance, target_distance)


@kernel
def sell_risk(out: Any, risk_fraction: float, stop_distance: float, target_distance: float = 0.0) -> int:
    """Sell as much as loses a share of the equity at the stop; otherwise as :func:`buy`."""
    return _market(out, -1, 0.0, risk_fraction, stop_distance, target_distance)


@kernel
def place(
    out: Any, kind: int, side: int, price: float, volume_lots: float, stop_distance: float, target_distance: float
) -> int:
    """Place a pending order of a ``COMMAND_*`` kind; distances from its own price, 0 none."""
    number = _command(out, kind)
    if number >= 0:
        row = out[number]
        row["side"] = side
        row["price"] = price
        row["volume_lots"] = volume_lots
        row["stop_distance"] = stop_distance
        row["target_distance"] = target_distance
    return number


@kernel
def buy_limit(
    out: Any, price: float, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0
) -> int:
    """Place an order to buy at ``price``, below the market."""
    return place(out, COMMAND_LIMIT, 1, price, volume_lots, stop_distance, target_distance)


@kernel
def sell_limit(
    out: Any, price: float, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0
) -> int:
    """Place an order to sell at ``price``, above the market."""
    return place(out, COMMAND_LIMIT, -1, price, volume_lots, stop_distance, target_distance)


@kernel
def buy_stop(
    out: Any, price: float, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0
) -> int:
    """Place an order to buy once the ask has risen to ``price``."""
    return place(out, COMMAND_STOP, 1, price, volume_lots, stop_distance, target_distance)


@kernel
def sell_stop(
    out: Any, price: float, volume_lots: float, stop_distance: float = 0.0, target_distance: float = 0.0
) -> int:
    """Place an order to sell once the bid has fallen to ``price``."""
    return place(out, COMMAND_STOP, -1, price, volume_lots, stop_distance, target_distance)


@kernel
def stop_limit(
    out: Any,
    side: int,
    price: float,
    limit_price: float,
    volume_lots: float,
    stop_distance: float = 0.0,
    target_distance: float = 0.0,
) -> int:
    """Place a limit order at ``limit_price`` once the market has reached ``price``."""
    number = place(out, COMMAND_STOP_LIMIT, side, price, volume_lots, stop_distance, target_distance)
    if number >= 0:
        out[number]["limit_price"] = limit_price
    return number


@kernel
def close_all(out: Any, side: int = 0) -> int:
    """Close all of this strategy and symbol; ``side`` +1 longs only, -1 shorts only."""
    number = _command(out, COMMAND_CLOSE_ALL)
    if number >= 0:
        out[number]["side"] = side
    return number


@kernel
def close(out: Any, ticket: int, volume_lots: float = 0.0) -> int:
    """Close the position of a ticket; exactly 0 lots is all of it, and what rounds to no step is refused."""
    number = _command(out, COMMAND_CLOSE)
    if number >= 0:
        out[number]["ticket"] = ticket
        out[number]["volume_lots"] = volume_lots
    return number


@kernel
def close_by(out: Any, ticket: int, ticket_by: int) -> int:
    """Close a position by an opposite one of the same symbol, as far as the smaller of the two goes."""
    number = _command(out, COMMAND_CLOSE_BY)
    if number >= 0:
        out[number]["ticket"] = ticket
        out[number]["ticket_by"] = ticket_by
    return number


@kernel
def modify(out: Any, ticket: int, stop_loss: float, take_profit: float) -> int:
    """Give a position a new stop and target, prices; 0 removes."""
    number = _command(out, COMMAND_MODIFY_POSITION)
    if number >= 0:
        out[number]["ticket"] = ticket
        out[number]["stop_loss"] = stop_loss
        out[number]["take_profit"] = take_profit
    return number


@kernel
def modify_order(out: Any, ticket: int, price: float, stop_loss: float, take_profit: float) -> int:
    """Give a pending order a new price (0 keeps it), stop and target (0 removes them)."""
    number = _command(out, COMMAND_MODIFY_ORDER)
    if number >= 0:
        out[number]["ticket"] = ticket
        out[number]["price"] = price
        out[number]["stop_loss"] = stop_loss
        out[number]["take_profit"] = take_profit
    return number


@kernel
def trail(out: Any, ticket: int, distance: float, start: float = 0.0) -> int:
    """Let a position's stop follow the best price at a distance, once the gain has reached ``start``; price units.

    Distance 0 ends the trailing; with a start it is refused.
    """
    number = _command(out, COMMAND_TRAIL)
    if number >= 0:
        out[number]["ticket"] = ticket
        out[number]["trail_distance"] = distance
        out[number]["trail_start"] = start
    return number


@kernel
def cancel(out: Any, ticket: int) -> int:
    """Cancel the pending order of a ticket."""
    number = _command(out, COMMAND_CANCEL)
    if number >= 0:
        out[number]["ticket"] = ticket
    return number


@kernel
def cancel_all(out: Any) -> int:
    """Cancel all pending orders of this strategy and symbol."""
    return _command(out, COMMAND_CANCEL_ALL)
