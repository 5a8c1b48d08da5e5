"""Swap: interest on positions held over the rollover.

Modes: MetaTrader 5's ``SYMBOL_SWAP_MODE``; a rollover is midnight of the account's clock.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Rows
from forexai_core.engine.money import convert, margin_currency, money
from forexai_core.engine.records import MAX_INSIDE

__all__ = ["charge_rollovers", "debits_inside", "exit_quote", "note_rollovers_inside", "swap_of"]

# Order of values.instruments.SwapMode.
_DISABLED, _POINTS, _SYMBOL, _MARGIN, _DEPOSIT, _CURRENT, _OPEN = range(7)

_SATURDAY = 5


@kernel
def _days(symbol: Any, weekday: int) -> int:
    if weekday == symbol["triple_day"]:
        return 3
    return 0 if weekday >= _SATURDAY and symbol["swap_weekend"] == 0 else 1


@kernel
def exit_quote(book: Book, position: Any) -> int:
    """Give the present quote at which a position would close."""
    symbol = book["symbols"][position["symbol"]]
    return symbol["bid"] if position["side"] > 0 else symbol["ask"]


@kernel
def swap_of(book: Book, position: Any, steps: int, weekday: int, price: int) -> float:
    """Compute the swap of a volume for the rollover that ends a weekday.

    Parameters
    ----------
    book : Book
        The account.
    position : POSITION record
        Whose volume it is.
    steps : int
        Volume.
    weekday : int
        Monday 0 … Sunday 6.
    price : int
        Points at which interest is counted and profit currency converted: the exit side's.

    Returns
    -------
    float
        Account currency, rounded; negative is paid by the trader.
    """
    symbol = book["symbols"][position["symbol"]]
    days = _days(symbol, weekday)
    mode = symbol["swap_mode"]
    if days == 0 or mode == _DISABLED:
        return 0.0
    buy = position["side"] > 0
    rate = symbol["swap_long"] if buy else symbol["swap_short"]
    scale = book["account"]["money_scale"]
    if mode == _DEPOSIT:
        return money(rate * steps * symbol["volume_step"] * days, scale)
    if mode == _POINTS:
        amount = rate * steps * symbol["value_per_point_step"]
    elif mode == _CURRENT:
        amount = rate / 100.0 / 360.0 * price * steps * symbol["value_per_point_step"]
    elif mode == _OPEN:
        cost = position["cost"] * steps / position["volume_steps"]
        amount = rate / 100.0 / 360.0 * cost * symbol["value_per_point_step"]
    elif mode == _MARGIN:
        amount = rate * steps * symbol["volume_step"] * days
        return money(margin_currency(symbol, amount, price), scale)
    else:
        # base currency: one unit of it is worth the price in profit currency
        amount = rate * steps * symbol["volume_step"] * price / symbol["scale"]
    return money(convert(symbol, amount * days, price), scale)


@kernel(inline="always")
def charge_rollovers(book: Book, rollovers: Rows, until_ns: int) -> None:
    """Charge every position for the rollovers not yet taken, up to an instant."""
    account = book["account"]
    taken = account["rollover"]
    while taken < len(rollovers) and rollovers[taken]["time_ns"] <= until_ns:
        rollover = rollovers[taken]
        for row in range(account["positions"]):
            position = book["positions"][row]
            if position["open_ns"] < rollover["time_ns"]:
                steps, price = position["volume_steps"], exit_quote(book, position)
                position["swap"] += swap_of(book, position, steps, rollover["weekday"], price)
        taken += 1
    account["rollover"] = taken


@kernel(inline="always")
def note_rollovers_inside(book: Book, rollovers: Rows, end_ns: int) -> None:
    """Note the rollovers strictly inside a bar, so that closes in it find them."""
    account = book["account"]
    account["inside"] = 0
    number = account["rollover"]
    while number < len(rollovers) and rollovers[number]["time_ns"] < end_ns:
        if account["inside"] < MAX_INSIDE:
            book["inside"][account["inside"]] = rollovers[number]
            account["inside"] += 1
        number += 1


@kernel
def debits_inside(book: Book, row: int, steps: int) -> tuple[float, int]:
    """Sum the debits of the rollovers strictly inside the present bar, for a volume closing in it.

    Nothing shows whether the volume was closed before or after the rollover: a debit is charged, a
    credit is not, and the deal is ambiguous.

    Returns
    -------
    tuple of float and int
        Account currency, 0 or below; 1 when any rollover came to an amount.
    """
    position = book["positions"][row]
    price = exit_quote(book, position)
    if position["symbol"] == book["account"]["symbol"]:
        symbol = book["symbols"][position["symbol"]]
        price = symbol["bid_open"] if position["side"] > 0 else symbol["ask_open"]
    total, unclear = 0.0, 0
    for number in range(book["account"]["inside"]):
        weekday = book["inside"][number]["weekday"]
        amount = swap_of(book, position, steps, weekday, price)
        if amount != 0.0:
            unclear = 1
        total += min(amount, 0.0)
    return total, unclear
