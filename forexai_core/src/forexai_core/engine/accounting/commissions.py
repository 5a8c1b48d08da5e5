"""Commissions: so much a lot, a share of the turnover, a fixed part, and their bounds."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.money import convert, money
from forexai_core.engine.state.book import Book

__all__ = ["commission_of", "fixed_commission", "reversal_commission", "step_commission"]


@kernel
def commission_of(book: Book, index: int, steps: int, price: int, opens: bool) -> float:
    """Compute the commission of a deal.

    Parameters
    ----------
    book : Book
        The account.
    index, steps, price : int
        Symbol, volume and price of the deal.
    opens : bool
        Whether it opens the volume.

    Returns
    -------
    float
        Account currency, rounded, 0 or below.
    """
    symbol, scale = book["symbols"][index], book["account"]["money_scale"]
    lots = steps * symbol["volume_step"]
    if symbol["commission_rule"] == 0:
        return money(-symbol["commission_per_lot"] * lots, scale)
    if not opens and symbol["commission_sides"] < 2.0:
        return 0.0
    fee = symbol["fee_rate"]
    amount = (symbol["commission_per_lot"] * lots + symbol["commission_per_deal"]) * fee
    amount += _of_turnover(symbol, steps, price)
    return money(-min(max(amount, symbol["commission_minimum"] * fee), symbol["commission_maximum"] * fee), scale)


@kernel
def reversal_commission(book: Book, index: int, closing: int, opening: int, price: int) -> tuple[float, float]:
    """Share out the commission of the one deal that reverses a netting position.

    Parameters
    ----------
    book : Book
        The account.
    index, price : int
        Symbol and price of the deal.
    closing, opening : int
        Its volume: what of it closes, and what opens.

    Returns
    -------
    closed, opened : float
        Account currency, rounded, 0 or below: by volume, the second is what the first leaves.
    """
    symbol, scale = book["symbols"][index], book["account"]["money_scale"]
    if symbol["commission_rule"] != 0 and symbol["commission_sides"] < 2.0:
        return 0.0, commission_of(book, index, opening, price, True)
    whole = commission_of(book, index, closing + opening, price, True)
    closed = money(whole * closing / (closing + opening), scale)
    return closed, money(whole - closed, scale)


@kernel
def _of_turnover(symbol: Any, steps: int, price: int) -> float:
    if symbol["commission_percent"] == 0.0:
        return 0.0
    share = symbol["commission_percent"] / 100.0 * symbol["value_per_point_step"]
    return -convert(symbol, -share * steps * price, price)


@kernel
def step_commission(symbol: Any, entry: int, stop: int) -> float:
    """Compute what one step more costs in commission, over opening and closing.

    Parameters
    ----------
    symbol : SYMBOL record
        Its present rates are used.
    entry, stop : int
        Points at which it opens and closes.
    """
    lots = symbol["volume_step"]
    if symbol["commission_rule"] == 0:
        return 2.0 * symbol["commission_per_lot"] * lots
    cost = symbol["commission_sides"] * symbol["commission_per_lot"] * lots * symbol["fee_rate"]
    cost += _of_turnover(symbol, 1, entry)
    if symbol["commission_sides"] == 2.0:
        cost += _of_turnover(symbol, 1, stop)
    return cost


@kernel
def fixed_commission(symbol: Any) -> float:
    """Bound what opening and closing cost beside :func:`step_commission`, whatever the volume."""
    if symbol["commission_rule"] == 0:
        return 0.0
    fixed = max(symbol["commission_per_deal"], symbol["commission_minimum"])
    return symbol["commission_sides"] * fixed * symbol["fee_rate"]
