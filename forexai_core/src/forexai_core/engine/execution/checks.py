"""What the venue refuses, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel
from forexai_core.engine.accounting.commissions import fixed_commission
from forexai_core.engine.accounting.grid import is_on_grid
from forexai_core.engine.accounting.margin import TOLERANCE, account_margin, initial_margin, mark
from forexai_core.engine.accounting.money import money
from forexai_core.engine.accounting.sizing import lost_at_stop
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import NO_PRICE, ORDER_LIMIT, REQUEST_MARKET, STATUS_RATE_UNKNOWN

__all__ = [
    "FIFO_CLOSE",
    "FROZEN",
    "HEDGE_PROHIBITED",
    "INVALID_CLOSE_BY",
    "INVALID_PRICE",
    "INVALID_STOPS",
    "INVALID_VOLUME",
    "LIMIT_VOLUME",
    "MARKET_CLOSED",
    "NO_LIQUIDITY",
    "NO_MONEY",
    "NO_POSITION",
    "REQUOTE",
    "affordable",
    "affordable_wait",
    "are_prices",
    "frozen",
    "frozen_close",
    "frozen_position",
    "is_own",
    "refuse",
    "sized",
    "stops_fit",
    "trailing_fits",
    "volume_fits",
    "wrong_side",
]

# Order of records.REFUSALS.
OK, INVALID_VOLUME, INVALID_PRICE, INVALID_STOPS = 0, 1, 2, 3
NO_MONEY, NO_POSITION, FROZEN, LIMIT_VOLUME = 4, 5, 6, 7
INVALID_CLOSE_BY, FIFO_CLOSE, HEDGE_PROHIBITED = 8, 9, 10
MARKET_CLOSED, REQUOTE, NO_LIQUIDITY = 11, 12, 13


@kernel(inline="always")
def is_own(held: Any, request: Any) -> bool:
    """Say whether a position or an order is of the symbol and the strategy of a request."""
    return held["symbol"] == request["symbol"] and held["strategy"] == request["strategy"]


@kernel
def refuse(book: Book, why: int) -> None:
    """Count a refusal."""
    book["account"]["refused"][why] += 1
    book["account"]["activity"] += 1


@kernel
def _volume_on(book: Book, index: int, side: int) -> int:
    total = 0
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and position["side"] == side:
            total += position["volume_steps"]
    for row in range(book["account"]["orders"]):
        order = book["orders"][row]
        if order["symbol"] == index and order["side"] == side:
            total += order["volume_steps"]
    return total


@kernel
def volume_fits(book: Book, index: int, side: int, steps: int) -> int:
    """Check a volume against minimum, maximum and the limit of one direction."""
    symbol = book["symbols"][index]
    if steps < symbol["min_steps"] or steps > symbol["max_steps"]:
        return INVALID_VOLUME
    limit = symbol["limit_steps"]
    if limit > 0 and _volume_on(book, index, side) + steps > limit:
        return LIMIT_VOLUME
    return OK


@kernel
def stops_fit(side: int, stop_loss: int, take_profit: int, against: int, level: int) -> int:
    """Check that stop and target lie on their sides of a price, farther than the stops level."""
    if stop_loss != NO_PRICE and not side * (against - stop_loss) > level:
        return INVALID_STOPS
    if take_profit != NO_PRICE and not side * (take_profit - against) > level:
        return INVALID_STOPS
    return OK


@kernel(inline="always")
def _is_price(points: int, held: int, tick: int) -> bool:
    return points in (NO_PRICE, held) or (points > 0 and is_on_grid(points, tick))


@kernel(inline="always")
def are_prices(request: Any, stop_held: int, target_held: int, tick: int) -> bool:
    """Say whether the stop and the target that a request names are prices of the grid, or those held already."""
    return _is_price(request["stop_loss"], stop_held, tick) and _is_price(request["take_profit"], target_held, tick)


@kernel(inline="always")
def trailing_fits(request: Any) -> bool:
    """Say whether a request's trailing is none, or one that can be."""
    return request["trail_distance"] >= 0 and request["trail_start"] >= 0


@kernel
def wrong_side(symbol: Any, kind: int, side: int, price: int) -> bool:
    """Say whether a pending order's price lies on the wrong side of the market, or too near."""
    market = symbol["ask"] if side > 0 else symbol["bid"]
    away = side * (market - price) if kind == ORDER_LIMIT else side * (price - market)
    return away <= 0 or away < symbol["stops_level"]


@kernel
def frozen(symbol: Any, market: int, price: int) -> bool:
    """Say whether the market is so near to a price that the venue allows no change."""
    level = symbol["freeze_level"]
    return level > 0 and price != NO_PRICE and abs(market - price) <= level


@kernel
def frozen_position(symbol: Any, position: Any) -> bool:
    """Say whether the market is so near to a position's stop or target that the venue lets nobody touch it."""
    market = symbol["bid"] if position["side"] > 0 else symbol["ask"]
    return frozen(symbol, market, position["stop_loss"]) or frozen(symbol, market, position["take_profit"])


@kernel
def frozen_close(book: Book, position: Any) -> bool:
    """Say whether a request to close a position is refused since the market is too near to its stop or target."""
    symbol = book["symbols"][position["symbol"]]
    return book["account"]["freezes_closes"] > 0 and frozen_position(symbol, position)


@kernel
def _covered(account: Any, index: int, extra: float, free: float) -> bool:
    """Compare a margin with what is free; one of an unknown rate stops the run."""
    if np.isnan(extra) or np.isnan(free):
        account["status"] = STATUS_RATE_UNKNOWN
        account["status_symbol"] = index
        return False
    if extra <= 0.0:
        return True
    slack = free + TOLERANCE - extra
    if slack >= 0.0:
        account["slack"] = min(account["slack"], slack)
    return slack >= 0.0


@kernel
def affordable(book: Book, index: int, side: int, steps: int, price: int) -> bool:
    """Say whether free margin at present quotes covers a volume that opens at a price."""
    account = book["account"]
    mark(book)
    account["checked_equity"] = account["equity"]
    free = account["equity"] - account["margin"]
    symbol = book["symbols"][index]
    if account["netting"] == 1:
        for row in range(account["positions"]):
            position = book["positions"][row]
            if position["symbol"] == index and position["side"] != side:
                rest = steps - position["volume_steps"]
                if rest <= 0:
                    return True
                margin = money(position["margin"], account["money_scale"])
                extra = initial_margin(account, symbol, REQUEST_MARKET, side, rest, price) - margin
                return _covered(account, index, extra, free)
    margin = initial_margin(account, symbol, REQUEST_MARKET, side, steps, price)
    extra = account_margin(book, index, side, steps, margin) - account["margin"]
    return _covered(account, index, extra, free)


@kernel
def affordable_wait(book: Book, index: int, margin: float) -> bool:
    """Say whether free margin at present quotes covers what an order binds while it waits."""
    account = book["account"]
    if margin == 0.0:  # most brokers' pending orders bind nothing
        return True
    return _covered(account, index, margin, account["equity"] - account["margin"])


@kernel
def sized(book: Book, request: Any, entry: int, stop_loss: int) -> int:
    """Size a volume so that its stop loses a fraction of the equity, costs included.

    Parameters
    ----------
    book : Book
        The account, at present quotes.
    request : REQUEST record
        An opening; its ``risk_fraction`` is the share of the equity to risk.
    entry, stop_loss : int
        Points: the quoted entry, or the order's own price, and the stop, on the losing side of it.

    Returns
    -------
    int
        Steps, rounded down; at most the symbol's maximum. Where a rate that they need is unknown, the run is stopped.
    """
    symbol = book["symbols"][request["symbol"]]
    mark(book)
    account = book["account"]
    lost = lost_at_stop(symbol, request["kind"], request["side"], entry, stop_loss)
    if lost <= 0.0:
        return 0
    steps = (request["risk_fraction"] * account["equity"] - fixed_commission(symbol)) / lost + 1e-9
    if np.isnan(steps):
        account["status"] = STATUS_RATE_UNKNOWN
        account["status_symbol"] = request["symbol"]
        return 0
    return int(max(0.0, min(steps, float(symbol["max_steps"]))))
