"""Margin of positions, and the marking of the account to present quotes.

Formulas: MetaTrader 5, *Margin calculation for retail Forex, futures* (``SYMBOL_CALC_MODE``).
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.money import margin_currency, money, profit_of
from forexai_core.engine.state.book import Book

__all__ = [
    "TOLERANCE",
    "account_margin",
    "below",
    "call_margin",
    "initial_margin",
    "least_equity",
    "level_below",
    "maintenance_margin",
    "mark",
    "open_profit",
    "rebind",
    "stopped_out",
]

TOLERANCE = 1e-6
"""Money and levels closer than this are equal: binary fractions must not decide."""

# Order of values.instruments.CalculationMode.
_FOREX, _FOREX_NO_LEVERAGE, _FUTURES, _CFD, _CFD_INDEX, _CFD_LEVERAGE, _STOCKS = range(7)

# Order of values.margin_rules.StopOutMode.
_PERCENT, _EQUITY, _FREE_MARGIN = 0, 1, 2


@kernel
def _leverage(account: Any, symbol: Any) -> float:
    """Give the leverage of a symbol at the equity at which an order was last checked."""
    allowed = symbol["leverage"]
    for tier in range(account["tiers"]):
        if account["checked_equity"] >= account["tier_equity"][tier] - TOLERANCE:
            allowed = min(symbol["leverage"], account["tier_leverage"][tier])
    return allowed


@kernel
def _bound(account: Any, symbol: Any, steps: int, price: int, per_lot: float, rate: float) -> float:
    lots = steps * symbol["volume_step"]
    mode = symbol["margin_mode"]
    if per_lot > 0.0:
        amount = lots * per_lot
    else:
        amount = lots * symbol["contract_size"]
        if mode not in (_FOREX, _FOREX_NO_LEVERAGE):
            # futures without an initial margin are refused at set-up
            amount = steps * symbol["value_per_point_step"] * price
        if mode in (_FOREX, _CFD_LEVERAGE):
            amount /= _leverage(account, symbol)
    return money(margin_currency(symbol, amount * rate, price), account["money_scale"])


@kernel
def initial_margin(account: Any, symbol: Any, kind: int, side: int, steps: int, price: int) -> float:
    """Compute the margin that an order of a kind (REQUEST_*) asks for at a price; account currency, rounded."""
    rate = symbol["initial_rate"][2 * (kind - 1) + (1 if side < 0 else 0)]
    return _bound(account, symbol, steps, price, symbol["margin_initial"], rate)


@kernel
def maintenance_margin(account: Any, symbol: Any, side: int, steps: int, price: int) -> float:
    """Compute the margin that a volume binds which opened at a price; account currency, rounded."""
    rate = symbol["maintenance_rate"][1 if side < 0 else 0]
    return _bound(account, symbol, steps, price, symbol["margin_maintenance"], rate)


@kernel
def _hedged(symbol: Any, buys: int, sells: int, bought: float, sold: float) -> float:
    """Give the margin of a symbol with both sides open, from the margins of the sides."""
    if symbol["hedged_use_leg"]:
        return max(bought, sold)
    covered = min(buys, sells)
    bound = (bought + sold) / (buys + sells) * covered * symbol["hedged_weight"]
    if buys > sells:
        return bound + bought / buys * (buys - covered)
    return bound + sold / sells * (sells - covered)


@kernel
def account_margin(book: Book, index: int, side: int, steps: int, margin: float) -> float:
    """Sum the margin of all positions and of the orders that bind any, as if one more volume were open.

    Where both sides of a symbol are open, covered volume counts by the average of both, uncovered by that of its side.

    Parameters
    ----------
    book : Book
        The account.
    index, side, steps, margin
        Symbol, side, volume and margin of the volume to add; ``steps`` 0 adds none.
    """
    total = 0.0
    account = book["account"]
    if account["positions"] == 0 and steps == 0 and account["orders_bind"] == 0:
        return total
    for number in range(account["symbols"]):
        buys = sells = 0
        bought = sold = 0.0
        if number == index and steps > 0:
            if side > 0:
                buys, bought = steps, margin
            else:
                sells, sold = steps, margin
        for row in range(account["positions"]):
            position = book["positions"][row]
            if position["symbol"] == number and position["side"] > 0:
                bought += position["margin"]
                buys += position["volume_steps"]
            elif position["symbol"] == number:
                sold += position["margin"]
                sells += position["volume_steps"]
        bound = bought + sold
        if buys > 0 and sells > 0:
            bound = _hedged(book["symbols"][number], buys, sells, bought, sold)
        total += money(bound, account["money_scale"])
    if account["orders_bind"]:
        for row in range(account["orders"]):
            total += book["orders"][row]["margin"]
    return total


@kernel
def rebind(book: Book) -> None:
    """Sum the margin anew after pending orders have changed, where they can bind any."""
    if book["account"]["orders_bind"]:
        book["account"]["margin"] = account_margin(book, 0, 0, 0, 0.0)


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
def least_equity(account: Any, level: float) -> float:
    """Give the equity below which the account is below a level of margin call or stop-out."""
    if account["stop_out_mode"] == _PERCENT:
        return level * account["margin"] / 100.0
    return level if account["stop_out_mode"] == _EQUITY else level + account["margin"]


@kernel(inline="always")
def below(account: Any, level: float, equity: float) -> bool:
    """Say whether an equity is below a level of margin call or stop-out."""
    if account["stop_out_mode"] == _PERCENT:
        return 100.0 * equity < level * account["margin"] - TOLERANCE
    return equity < least_equity(account, level) - TOLERANCE


@kernel
def call_margin(account: Any) -> None:
    """Count a margin call, at the opening time of the present event, unless one is standing."""
    if account["called"] == 0 and account["margin"] > 0.0:
        account["called"] = 1
        account["margin_calls"] += 1
        account["margin_call_ns"] = account["time_ns"]
        if account["margin_calls"] == 1:
            account["first_margin_call_ns"] = account["time_ns"]


@kernel(inline="always")
def stopped_out(account: Any, equity: float) -> bool:
    """Say whether an account with this equity is below its stop-out."""
    if account["margin"] <= 0.0:
        return account["stop_out_hedged"] != 0 and account["positions"] > 0 and equity < -TOLERANCE
    return below(account, account["stop_out"], equity)


@kernel(inline="always")
def level_below(book: Book) -> bool:
    """Say whether the account at present quotes is below its stop-out."""
    mark(book)
    return stopped_out(book["account"], book["account"]["equity"])
