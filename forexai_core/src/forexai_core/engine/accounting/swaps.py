"""Swap: interest on positions held over the rollover, and cash flows at dates of their own.

Modes: MetaTrader 5's ``SYMBOL_SWAP_MODE``; a rollover is midnight of the account's clock.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.money import convert, money
from forexai_core.engine.state.book import Book, Rows
from forexai_core.engine.state.doubt_bits import ROLLOVER
from forexai_core.engine.state.market_records import DUE_CASH, DUE_SWAP
from forexai_core.engine.state.records import (
    MAX_INSIDE,
)

__all__ = [
    "REOPEN_BID",
    "REOPEN_CURRENT",
    "charge",
    "charge_rollovers",
    "debits_inside",
    "exit_quote",
    "first_uncharged",
    "note_rollovers_inside",
    "swap_of",
]

# Order of values.instruments.SwapMode.
_DISABLED, _POINTS, _SYMBOL, _MARGIN, _DEPOSIT, _CURRENT, _OPEN, REOPEN_CURRENT, REOPEN_BID = range(9)


@kernel
def exit_quote(book: Book, position: Any) -> int:
    """Give the present quote at which a position would close."""
    symbol = book["symbols"][position["symbol"]]
    return symbol["bid"] if position["side"] > 0 else symbol["ask"]


@kernel
def _settled(symbol: Any, amount: float, bid: int, ask: int) -> float:
    """Turn profit currency into account currency as a trader would: to pay, the account's is sold at the bid."""
    return convert(symbol, amount, bid if amount < 0.0 else ask)


@kernel
def _base_settled(symbol: Any, amount: float, bid: int, ask: int) -> float:
    """Turn base currency into account currency; to pay it is to buy it at the ask."""
    how = symbol["base_conversion"]
    if how == 0:
        return amount
    if how == 1:
        amount = amount * (ask if amount < 0.0 else bid) / symbol["scale"]
    return _settled(symbol, amount, bid, ask)


@kernel
def _margin_settled(symbol: Any, amount: float, bid: int, ask: int) -> float:
    """Turn margin currency into account currency; to pay it is to buy it at the ask."""
    how = symbol["margin_conversion"]
    if how == 0:
        return amount
    if how == 1:
        return amount * (ask if amount < 0.0 else bid) / symbol["scale"]
    return amount * (symbol["margin_currency_rate"] if amount < 0.0 else symbol["margin_gain_rate"])


@kernel
def swap_of(book: Book, position: Any, steps: int, due: Any, bid: int, ask: int) -> float:
    """Compute what a volume is charged at a rollover, or by a cash flow.

    Parameters
    ----------
    book : Book
        The account.
    position : POSITION record
        Whose volume it is.
    steps : int
        Volume.
    due : ROLLOVER record
        Of the position's symbol.
    bid, ask : int
        Points: the exit side's is what interest is counted on, and both convert.

    Returns
    -------
    float
        Account currency, rounded; negative is paid by the trader.
    """
    symbol = book["symbols"][position["symbol"]]
    buy = position["side"] > 0
    rate = due["long"] if buy else due["short"]
    scale = book["account"]["money_scale"]
    lots, mode, days = steps * symbol["volume_step"], symbol["swap_mode"], due["days"]
    if due["kind"] == DUE_CASH:
        return money(_settled(symbol, rate * lots, bid, ask), scale)
    if mode == _DEPOSIT:
        return money(rate * lots * days, scale)
    if mode == _MARGIN:
        return money(_margin_settled(symbol, rate * lots * days, bid, ask), scale)
    if mode == _SYMBOL:
        return money(_base_settled(symbol, rate * lots * days, bid, ask), scale)
    if mode == _CURRENT:
        amount = rate / 100.0 / 360.0 * (bid if buy else ask) * steps * symbol["value_per_point_step"]
    elif mode == _OPEN:
        cost = position["cost"] * steps / position["volume_steps"]
        amount = rate / 100.0 / 360.0 * cost * symbol["value_per_point_step"]
    else:
        # in points; re-opening, too, where no price shows at which it came
        amount = rate * steps * symbol["value_per_point_step"]
    return money(_settled(symbol, amount * days, bid, ask), scale)


@kernel(inline="always")
def _sure_steps(position: Any, steps: int, due: Any) -> int:
    """Give what of a volume was held for certain when something fell due: the rest may have come later in that bar."""
    if due["time_ns"] >= position["inside_until_ns"]:
        return steps
    unsure = position["volume_steps"] - min(position["sure_steps"], position["volume_steps"])
    return max(0, steps - unsure)


@kernel
def _claim(book: Book, position: Any, steps: int, due: Any, bid: int, ask: int) -> tuple[float, int]:
    """Compute what a volume is charged: a debit whole, a credit on what was held for certain; 1 where that matters."""
    amount, sure = swap_of(book, position, steps, due, bid, ask), _sure_steps(position, steps, due)
    if sure == steps or amount == 0.0:
        return amount, 0
    if amount > 0.0:
        amount = swap_of(book, position, sure, due, bid, ask)
    return amount, 1


@kernel
def charge(book: Book, row: int, due: Any) -> None:
    """Charge a position what is due at the present quotes; a swap by re-opening is only noted."""
    position = book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    if due["kind"] == DUE_SWAP and symbol["swap_mode"] >= REOPEN_CURRENT:
        points = (due["long"] if position["side"] > 0 else due["short"]) * due["days"]
        unclear = points != 0.0 and _sure_steps(position, position["volume_steps"], due) < position["volume_steps"]
        if points < 0.0 or (points > 0.0 and not unclear):
            position["reopen_points"] += points
            position["reopen_ns"] = due["time_ns"]
    else:
        amount, unclear = _claim(book, position, position["volume_steps"], due, symbol["bid"], symbol["ask"])
        position["swap"] += amount
    if unclear:
        position["doubts"] |= ROLLOVER


@kernel(inline="always")
def _charge_all(book: Book, due: Any) -> None:
    """Charge every position of a symbol that was open before an instant."""
    for row in range(book["account"]["positions"]):
        position = book["positions"][row]
        if position["symbol"] == due["symbol"] and position["open_ns"] < due["time_ns"]:
            charge(book, row, due)


@kernel
def _charge_owed(book: Book, rollovers: Rows) -> None:
    """Charge the positions of symbols whose bar was open when rollovers came, and has come to its end since."""
    account = book["account"]
    for index in range(account["symbols"]):
        symbol = book["symbols"][index]
        if symbol["owed"] == 0 or symbol["bar_open"]:
            continue
        for number in range(symbol["owed"] - 1, account["rollover"]):
            if rollovers[number]["symbol"] == index:
                _charge_all(book, rollovers[number])
        symbol["owed"] = 0
        account["owes"] -= 1


@kernel(inline="always")
def charge_rollovers(book: Book, rollovers: Rows, until_ns: int) -> None:
    """Charge every position for the rollovers not yet taken, up to an instant; one whose bar is open after that."""
    account = book["account"]
    if account["owes"] > 0:
        _charge_owed(book, rollovers)
    taken = account["rollover"]
    while taken < len(rollovers) and rollovers[taken]["time_ns"] <= until_ns:
        due = rollovers[taken]
        taken += 1
        symbol = book["symbols"][due["symbol"]]
        if not symbol["bar_open"]:
            _charge_all(book, due)
        elif symbol["owed"] == 0:
            symbol["owed"] = taken
            account["owes"] += 1
    account["rollover"] = taken
    for index in range(account["symbols"]):
        if not book["symbols"][index]["bar_open"]:
            book["symbols"][index]["charged_ns"] = until_ns


@kernel(inline="always")
def first_uncharged(book: Book) -> int:
    """Give the index of the first rollover that some symbol's positions may still be charged."""
    account = book["account"]
    first = account["rollover"]
    if account["owes"] > 0:
        for index in range(account["symbols"]):
            owed = book["symbols"][index]["owed"]
            if owed > 0:
                first = min(first, owed - 1)
    return first


@kernel(inline="always")
def note_rollovers_inside(book: Book, rollovers: Rows, end_ns: int) -> None:
    """Note the rollovers before the end of a bar that are not charged yet, so that closes in it find them."""
    account = book["account"]
    account["inside"] = 0
    number = first_uncharged(book)
    while number < len(rollovers) and rollovers[number]["time_ns"] < end_ns:
        if account["inside"] < MAX_INSIDE:
            book["inside"][account["inside"]] = rollovers[number]
            account["inside"] += 1
        number += 1


@kernel
def debits_inside(book: Book, row: int, steps: int, intrabar: int) -> tuple[float, int]:
    """Sum what a volume that closes now has not been charged yet.

    Of rollovers strictly inside the present bar nothing shows whether a volume that closes inside it was closed before
    or after: a debit is charged, a credit is not, and the deal is ambiguous. Those before it came while the symbol's
    own bar was open; of a volume that may have come after them, a debit alone is charged, too.

    Returns
    -------
    tuple of float and int
        Account currency; 1 when anything that came to an amount may have come before the entry or after the exit.
    """
    account, position = book["account"], book["positions"][row]
    symbol = book["symbols"][position["symbol"]]
    bid, ask = symbol["bid"], symbol["ask"]
    if position["symbol"] == account["symbol"]:
        bid, ask = symbol["bid_open"], symbol["ask_open"]
    total, unclear = 0.0, 0
    for number in range(account["inside"]):
        due = book["inside"][number]
        if due["symbol"] != position["symbol"] or due["time_ns"] <= max(symbol["charged_ns"], position["open_ns"]):
            continue
        if due["time_ns"] <= account["time_ns"]:
            amount, unsure = _claim(book, position, steps, due, bid, ask)
            total += amount
            unclear |= unsure
        elif intrabar:
            amount = swap_of(book, position, steps, due, bid, ask)
            unclear |= amount != 0.0
            total += min(amount, 0.0)
    return total, unclear
