"""Margin of positions, and the marking of the account to present quotes.

Formulas: MetaTrader 5, *Margin calculation for retail Forex, futures* (``SYMBOL_CALC_MODE``).
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.book import Book
from forexai_core.engine.money import margin_currency, money, profit_of

__all__ = ["TOLERANCE", "account_margin", "level_below", "margin_of", "mark", "open_profit"]

TOLERANCE = 1e-6
"""Money and levels closer than this are equal: binary fractions must not decide."""

# Order of values.instruments.CalculationMode.
_FOREX, _FOREX_NO_LEVERAGE, _FUTURES, _CFD, _CFD_INDEX, _CFD_LEVERAGE, _STOCKS = range(7)


@kernel
def margin_of(account: Any, symbol: Any, steps: int, price: int) -> float:
    """Compute the margin that a volume binds when it opens at a price.

    Returns
    -------
    float
        Account currency, rounded.
    """
    lots = steps * symbol["volume_step"]
    mode = symbol["margin_mode"]
    if symbol["margin_initial"] > 0.0:
        amount = lots * symbol["margin_initial"]
    else:
        amount = lots * symbol["contract_size"]
        if mode not in (_FOREX, _FOREX_NO_LEVERAGE):
            # futures without an initial margin are refused at set-up
            amount = steps * symbol["value_per_point_step"] * price
        if mode in (_FOREX, _CFD_LEVERAGE):
            amount /= account["leverage"]
    amount *= symbol["margin_rate"]
    return money(margin_currency(symbol, amount, price), account["money_scale"])


@kernel
def account_margin(book: Book, index: int, side: int, steps: int, margin: float) -> float:
    """Sum the margin of all positions, as if one more volume were open.

    Where both sides of a symbol are open, the covered volume counts with the hedged contract size.

    Parameters
    ----------
    book : Book
        The account.
    index, side, steps, margin
        Symbol, side, volume and margin of the volume to add; ``steps`` 0 adds none.
    """
    total = 0.0
    count = book["account"]["positions"]
    for number in range(book["account"]["symbols"]):
        buys = sells = 0
        bound = 0.0
        if number == index and steps > 0:
            bound = margin
            if side > 0:
                buys = steps
            else:
                sells = steps
        for row in range(count):
            position = book["positions"][row]
            if position["symbol"] == number:
                bound += position["margin"]
                if position["side"] > 0:
                    buys += position["volume_steps"]
                else:
                    sells += position["volume_steps"]
        covered = min(buys, sells)
        if covered > 0:
            symbol = book["symbols"][number]
            weight = symbol["margin_hedged"] / symbol["contract_size"]
            uncovered = max(buys, sells) - covered
            bound *= (uncovered + covered * weight) / (buys + sells)
        total += money(bound, book["account"]["money_scale"])
    return total


@kernel(inline="always")
def open_profit(book: Book, row: int) -> float:
    """Compute the floating profit of a position at present quotes, without swap."""
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    price = symbol["bid"] if position["side"] > 0 else symbol["ask"]
    return profit_of(
        symbol,
        position["side"],
        position["volume_steps"],
        position["cost"],
        price,
        book["account"]["money_scale"],
    )


@kernel(inline="always")
def mark(book: Book) -> None:
    """Bring the account's equity to present quotes."""
    account = book["account"]
    equity = account["balance"]
    for row in range(account["positions"]):
        equity += open_profit(book, row) + book["positions"][row]["swap"]
    account["equity"] = equity


@kernel(inline="always")
def level_below(book: Book) -> bool:
    """Say whether the margin level at present quotes lies below the stop-out level."""
    account = book["account"]
    if account["margin"] <= 0.0:
        return False
    mark(book)
    return 100.0 * account["equity"] < account["stop_out"] * account["margin"] - TOLERANCE
