"""Settling: what a closing deal takes of the money that its position has gathered, and what it leaves."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.money import money, profit_of
from forexai_core.engine.state.book import Book

__all__ = ["keep_rest", "settle_money"]


@kernel(inline="always")
def _share(position: Any, field_total: float, steps: int, scale: float) -> float:
    if steps == position["volume_steps"]:
        return field_total
    return money(field_total * steps / position["volume_steps"], scale)


@kernel(inline="always")
def settle_money(book: Book, position: Any, deal: Any, debits: float, commission: float) -> None:
    """Write the money of a closing deal: its share of what the position has gathered, and its own."""
    scale = book["account"]["money_scale"]
    symbol = book["symbols"][position["symbol"]]
    side, steps, price = position["side"], deal["volume_steps"], deal["price"]
    cost = _cost_of(position, steps)
    deal["profit"] = profit_of(symbol, side, steps, cost, price, scale)
    deal["swap"] = _share(position, position["swap"], steps, scale) + debits
    deal["commission"] = commission
    deal["entry_commission"] = _share(position, position["commission"], steps, scale)
    deal["open_price"] = cost / steps
    deal["mae"] = min(0.0, profit_of(symbol, side, steps, cost, position["worst"], scale))
    deal["mfe"] = max(0.0, profit_of(symbol, side, steps, cost, position["best"], scale))
    deal["initial_risk"] = position["initial_risk"] * steps / position["volume_steps"]


@kernel(inline="always")
def _cost_of(position: Any, steps: int) -> float:
    if steps == position["volume_steps"]:
        return position["cost"]
    return position["cost"] * steps / position["volume_steps"]


@kernel(inline="always")
def keep_rest(position: Any, deal: Any, debits: float, scale: float) -> None:
    """Leave a position with what a partial close has not taken."""
    steps = deal["volume_steps"]
    left = (position["volume_steps"] - steps) / position["volume_steps"]
    position["cost"] -= _cost_of(position, steps)
    position["commission"] = money(position["commission"] - deal["entry_commission"], scale)
    position["swap"] = money(position["swap"] - (deal["swap"] - debits), scale)
    position["margin"] *= left
    position["initial_risk"] *= left
    position["volume_steps"] -= steps
