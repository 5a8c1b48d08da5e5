"""What a bar leaves open after its open, and the worst that can be inside it: kernels of the search."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.money import profit_of
from forexai_core.engine.accounting.swaps import exit_quote
from forexai_core.engine.execution.pending import reached
from forexai_core.engine.state.book import Book, Quotes
from forexai_core.engine.state.records import NO_PRICE, ORDER_LIMIT

__all__ = ["at_worst", "doubtful", "highest_margin"]


@kernel(inline="always")
def _held_by_stop(position: Any, present: int, worst: int, reach: int) -> int:
    """Give the worst price at which a position can still be open: at its stop, or a jump beyond it, it closes."""
    side, stop = position["side"], position["stop_loss"]
    if reach < 0 or stop == NO_PRICE:
        return worst
    last = stop - side * reach
    if side * (last - present) > 0:
        last = present
    return max(worst, last) if side > 0 else min(worst, last)


@kernel
def at_worst(book: Book, index: int, quotes: Quotes, reach: int) -> float:
    """Compute the equity with each position of a symbol at its own worst price of a bar, both sides at once.

    Parameters
    ----------
    book : Book
        The account.
    index : int
        Symbol of the bar.
    quotes : Quotes
        The bar.
    reach : int
        By how many points a price may pass a stop before it closes; below 0: by any number, as at an open.
    """
    account = book["account"]
    equity = account["balance"]
    if account["fifo"] != 0:
        reach = -1  # a stop may close an older position in place of its own
    for row in range(account["positions"]):
        position = book["positions"][row]
        price = exit_quote(book, position)
        if position["symbol"] == index:
            worst = quotes.bid_low if position["side"] > 0 else quotes.ask_high
            price = _held_by_stop(position, price, worst, reach)
        symbol = book["symbols"][position["symbol"]]
        steps, cost = position["volume_steps"], position["cost"]
        equity += profit_of(symbol, position["side"], steps, cost, price, account["money_scale"]) + position["swap"]
    return equity


@kernel
def _order_reached(order: Any, quotes: Quotes) -> bool:
    side = order["side"]
    if (order["kind"] == ORDER_LIMIT) == (side > 0):
        extreme = quotes.ask_low if side > 0 else quotes.bid_low
    else:
        extreme = quotes.ask_high if side > 0 else quotes.bid_high
    return reached(order["kind"], side, order["price"], extreme)


@kernel
def _position_doubtful(position: Any, quotes: Quotes, linked: int) -> bool:
    """Say whether a bar leaves open what becomes of a position that lives when it opens."""
    side, stop, target = position["side"], position["stop_loss"], position["take_profit"]
    against = quotes.bid_low if side > 0 else quotes.ask_high
    towards = quotes.bid_high if side > 0 else quotes.ask_low
    stopped = stop != NO_PRICE and side * (against - stop) <= 0
    taken = target != NO_PRICE and side * (towards - target) >= 0
    if (stopped and taken) or (linked > 0 and (stopped or taken)):
        return True
    if position["trail_distance"] == 0:
        return False
    level = towards - side * position["trail_distance"]
    gain = side * towards - side * position["cost"] / position["volume_steps"]
    moves = gain >= position["trail_start"] and (stop == NO_PRICE or side * (level - stop) > 0)
    return moves and (stopped or taken or side * (against - level) <= 0)


@kernel
def highest_margin(book: Book) -> float:
    """Give a bound of the margin while positions close one after the other: hedged sides may bind less than one."""
    account = book["account"]
    one_sided = bound = 0.0
    hedged = False
    for row in range(account["positions"]):
        position = book["positions"][row]
        one_sided += position["margin"] * max(1.0, book["symbols"][position["symbol"]]["hedged_weight"])
        hedged = hedged or position["side"] != book["positions"][0]["side"]
    if not hedged:
        return account["margin"]
    for row in range(account["orders"]):
        bound += book["orders"][row]["margin"]
    return max(account["margin"], one_sided + bound)


@kernel
def doubtful(book: Book, index: int, quotes: Quotes) -> bool:
    """Say whether the path inside a bar, after its open, can make a difference."""
    account = book["account"]
    if account["inside"] > 0 and account["positions"] > 0:
        return True  # the rates of a rollover are those of its moment, not of the bar's end
    # where the account closes first in, first out, one position's exit may close another
    linked = account["fifo"] if account["positions"] > 1 else 0
    for row in range(account["orders"]):
        order = book["orders"][row]
        if order["symbol"] == index and (_order_reached(order, quotes) or 0 < order["expiry_ns"] < account["end_ns"]):
            return True
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["symbol"] == index and _position_doubtful(position, quotes, linked):
            return True
    return False
