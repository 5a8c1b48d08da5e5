"""Money: rounding, conversion and profit."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel

__all__ = ["GROWTH", "HALF", "charge", "convert", "margin_currency", "money", "profit_of", "to_steps"]

# A decimal half is often stored a little low, the more so the larger the amounts that it is the difference of; it still
# rounds away from zero.
HALF = 0.5 + 1e-5
GROWTH = 1.0 + 2.0**-48

_MOST_STEPS = 2.0**53


@kernel
def money(amount: float, scale: float) -> float:
    """Round to the currency's digits, halves away from zero.

    Parameters
    ----------
    amount : float
        In the currency.
    scale : float
        ``10 ** digits`` of the currency.
    """
    rounded = np.floor(abs(amount) * scale * GROWTH + HALF) / scale
    return rounded if amount >= 0.0 or rounded == 0.0 else -rounded


@kernel(inline="always")
def convert(symbol: Any, amount: float, price: int) -> float:
    """Turn profit currency into account currency, on the side a trader would get.

    Parameters
    ----------
    symbol : SYMBOL record
        Its present rates are used.
    amount : float
        Profit currency; a gain is sold, a loss is bought.
    price : int
        Points at which the deal closes, for a symbol that converts itself.

    Returns
    -------
    float
        Account currency, not rounded; NaN where the rate is unknown.
    """
    how = symbol["profit_conversion"]
    if how == 0:
        return amount
    if how == 1:
        return amount * symbol["scale"] / price
    return amount * (symbol["gain_rate"] if amount > 0.0 else symbol["loss_rate"])


@kernel
def margin_currency(symbol: Any, amount: float, price: int) -> float:
    """Turn margin currency into account currency; not rounded, NaN where the rate is unknown."""
    how = symbol["margin_conversion"]
    if how == 0:
        return amount
    if how == 1:
        return amount * price / symbol["scale"]
    return amount * symbol["margin_currency_rate"]


@kernel
def profit_of(symbol: Any, side: int, steps: int, cost: float, price: int, scale: float) -> float:
    """Compute the profit of closing a volume at a price.

    Parameters
    ----------
    symbol : SYMBOL record
        Contract and rates.
    side : int
        +1 for a buy, -1 for a sell.
    steps : int
        Volume.
    cost : float
        Points x steps at which that volume was opened.
    price : int
        Closing price, points.
    scale : float
        ``10 ** digits`` of the account currency.

    Returns
    -------
    float
        Account currency, rounded.
    """
    amount = side * (price * steps - cost) * symbol["value_per_point_step"]
    return money(convert(symbol, amount, price), scale)


@kernel(inline="always")
def charge(account: Any, amount: float) -> None:
    """Book an amount on the balance."""
    account["balance"] = money(account["balance"] + amount, account["money_scale"])


@kernel
def to_steps(lots: float, volume_step: float) -> int:
    """Turn lots into steps; -1 when they do not lie on a step, are too many to count in whole numbers, or no number."""
    if not abs(lots) < _MOST_STEPS * volume_step:
        return -1
    steps = round(lots / volume_step)
    if abs(steps * volume_step - lots) > 1e-7 * max(1.0, abs(lots)):
        return -1
    return int(steps)
