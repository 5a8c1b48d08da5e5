"""The one open position as the quick passes over calm events need it: plain numbers, a profit without a branch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forexai_core._jit import kernel
from forexai_core.engine.accounting.margin import TOLERANCE, least_equity
from forexai_core.engine.accounting.money import GROWTH, HALF
from forexai_core.engine.state.book import Book, Market

__all__ = ["Held", "held_of", "profit_at"]


class Held(NamedTuple):
    """The open position."""

    balance: float  # and swap
    swap: float
    side: float
    steps: float
    cost: float
    value: float  # of a point and step, profit currency
    scale: float  # of the money
    own_price: float  # > 0: profit is converted by the symbol's own price, which has this scale
    above: int  # points of the exit side's high from which the bar is not calm
    below: int  # likewise of its low
    extra: int  # points from the columns that are read to the exit side
    least: float  # equity below which a margin call or stop-out has to be looked for


@kernel(inline="always")
def held_of(book: Book, market: Market) -> Held:
    """Describe the first position of a book, which is open."""
    account, position, symbol = book["account"], book["positions"][0], book["symbols"][0]
    above, below, extra = symbol["calm_bid_high"], symbol["calm_bid_low"], 0
    if position["side"] < 0:
        above, below = symbol["calm_ask_high"], symbol["calm_ask_low"]
        extra = 0 if len(market.ask.close) else symbol["spread"]
    least = -np.inf
    if account["margin"] > 0.0:  # the margin call lies at the stop-out or above
        least = least_equity(account, account["margin_call"]) + 2.0 * TOLERANCE
    elif account["stop_out_hedged"]:
        least = TOLERANCE
    return Held(
        account["balance"],
        position["swap"],
        float(position["side"]),
        float(position["volume_steps"]),
        position["cost"],
        symbol["value_per_point_step"],
        account["money_scale"],
        symbol["scale"] if symbol["profit_conversion"] == 1 else 0.0,
        above,
        below,
        extra,
        least,
    )


@kernel(inline="always")
def profit_at(held: Held, price: float) -> float:
    """Compute what :func:`forexai_core.engine.accounting.money.profit_of` does, without a branch."""
    amount = held.side * (price * held.steps - held.cost) * held.value
    if held.own_price > 0.0:
        amount = amount * held.own_price / price
    return np.copysign(np.floor(abs(amount) * held.scale * GROWTH + HALF) / held.scale, amount)
