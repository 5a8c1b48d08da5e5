"""Calm: events at which nothing can happen but that prices move.

After each event that may have changed something, the ledger notes between which prices every stop, target and order
of a symbol stays unreached. An event within them is passed in a fraction of the time, with the same outcome.
"""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.extremes import extend
from forexai_core.engine.accounting.grid import closing_price
from forexai_core.engine.accounting.margin import TOLERANCE, below, mark
from forexai_core.engine.accounting.money import profit_of
from forexai_core.engine.accounting.quotes import set_quotes, set_rates
from forexai_core.engine.accounting.swaps import exit_quote
from forexai_core.engine.execution.margin_calls import watch_margin
from forexai_core.engine.execution.venue import arrive
from forexai_core.engine.state.book import Book, Market, Quotes
from forexai_core.engine.state.records import FAR, NEVER, NO_PRICE, ORDER_LIMIT, STATUS_RATE_UNKNOWN

__all__ = ["is_calm", "lowest_equity", "note_calm", "note_equity", "pass_calmly", "pass_open_calmly"]


@kernel(inline="always")
def _trail_bound(symbol: Any, position: Any) -> int:
    """Give the exit-side price at which trailing would move the stop next."""
    side, peak = position["side"], position["peak"]
    further = peak + side
    start = position["cost"] / position["volume_steps"] + side * position["trail_start"]
    level = closing_price(peak - side * position["trail_distance"], side, symbol["tick"])
    moves = position["stop_loss"] == NO_PRICE or side * (level - position["stop_loss"]) > 0
    if moves and side * (peak - start) >= 0.0:
        return NO_PRICE if side > 0 else -NO_PRICE  # a re-opening has moved the entry, or a shut event the peak
    first = int(start) - 1 if side > 0 else int(start) + 1  # a point early is harmless
    return max(further, first) if side > 0 else min(further, first)


@kernel(inline="always")
def _bound_position(symbol: Any, position: Any) -> None:
    stop, target = position["stop_loss"], position["take_profit"]
    trails = position["trail_distance"] > 0
    if position["side"] > 0:
        if stop != NO_PRICE:
            symbol["calm_bid_low"] = max(symbol["calm_bid_low"], stop)
        if target != NO_PRICE:
            symbol["calm_bid_high"] = min(symbol["calm_bid_high"], target)
        if trails:
            symbol["calm_bid_high"] = min(symbol["calm_bid_high"], _trail_bound(symbol, position))
        return
    if stop != NO_PRICE:
        symbol["calm_ask_high"] = min(symbol["calm_ask_high"], stop)
    if target != NO_PRICE:
        symbol["calm_ask_low"] = max(symbol["calm_ask_low"], target)
    if trails:
        symbol["calm_ask_low"] = max(symbol["calm_ask_low"], _trail_bound(symbol, position))


@kernel(inline="always")
def _bound_order(symbol: Any, order: Any) -> None:
    price, below = order["price"], (order["kind"] == ORDER_LIMIT) == (order["side"] > 0)
    if order["side"] > 0:
        if below:
            symbol["calm_ask_low"] = max(symbol["calm_ask_low"], price)
        else:
            symbol["calm_ask_high"] = min(symbol["calm_ask_high"], price)
    elif below:
        symbol["calm_bid_low"] = max(symbol["calm_bid_low"], price)
    else:
        symbol["calm_bid_high"] = min(symbol["calm_bid_high"], price)


@kernel
def note_calm(book: Book, next_rollover_ns: int) -> None:
    """Note between which prices, and until when, nothing can happen.

    Parameters
    ----------
    book : Book
        The account, after an event.
    next_rollover_ns : int
        The first rollover not taken yet; it matters to open positions.
    """
    account = book["account"]
    for index in range(account["symbols"]):
        symbol = book["symbols"][index]
        symbol["calm_bid_low"] = symbol["calm_ask_low"] = -FAR
        symbol["calm_bid_high"] = symbol["calm_ask_high"] = FAR
    until_ns = next_rollover_ns if account["positions"] > 0 else NEVER
    for row in range(account["positions"]):
        position = book["positions"][row]
        _bound_position(book["symbols"][position["symbol"]], position)
    for row in range(account["orders"]):
        order = book["orders"][row]
        _bound_order(book["symbols"][order["symbol"]], order)
        if order["expiry_ns"] > 0:
            until_ns = min(until_ns, order["expiry_ns"])
    account["calm_until_ns"] = until_ns


@kernel(inline="always")
def _within(symbol: Any, quotes: Quotes) -> bool:
    bid = quotes.bid_low > symbol["calm_bid_low"] and quotes.bid_high < symbol["calm_bid_high"]
    return bid and quotes.ask_low > symbol["calm_ask_low"] and quotes.ask_high < symbol["calm_ask_high"]


@kernel(inline="always")
def _covered_at_worst(book: Book, index: int, quotes: Quotes) -> bool:
    """Say whether the margin holds with every position of a symbol at its worst price of the bar."""
    account = book["account"]
    if account["margin"] <= 0.0 and account["stop_out_hedged"] == 0:
        return True
    equity = account["balance"]
    scale = account["money_scale"]
    for row in range(account["positions"]):
        position = book["positions"][row]
        side = position["side"]
        price = exit_quote(book, position)
        if position["symbol"] == index:
            price = quotes.bid_low if side > 0 else quotes.ask_high
        symbol = book["symbols"][position["symbol"]]
        steps, cost = position["volume_steps"], position["cost"]
        equity += profit_of(symbol, side, steps, cost, price, scale) + position["swap"]
    if account["margin"] <= 0.0:
        return equity > TOLERANCE
    return not below(account, account["stop_out"], equity - 2.0 * TOLERANCE)


@kernel(inline="always")
def is_calm(book: Book, market: Market, row: int, index: int, quotes: Quotes) -> bool:
    """Say whether a bar can change nothing but the marks: no stop, target, order, rollover, expiry or stop-out.

    Where rates come in columns, those of the event's open become the present ones on the way.
    """
    account = book["account"]
    if account["requests"] > 0 or market.time_ns[row] >= account["calm_until_ns"]:
        return False
    symbol = book["symbols"][index]
    if not _within(symbol, quotes):
        return False
    if account["positions"] == 0 and account["margin"] <= 0.0:  # orders may bind margin, too
        return True
    if len(market.rates):
        set_rates(book, market, row, 0)
        if not _covered_at_worst(book, index, quotes):
            return False
        set_rates(book, market, row, 1)
    return _covered_at_worst(book, index, quotes)


@kernel(inline="always")
def lowest_equity(book: Book, index: int, quotes: Quotes) -> float:
    """Compute the equity with each position of a symbol at the worst price of its bar, from that at the close."""
    account = book["account"]
    symbol = book["symbols"][index]
    lowest = account["equity"]
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["symbol"] != index:
            continue
        side, steps, cost = position["side"], position["volume_steps"], position["cost"]
        extreme = quotes.bid_low if side > 0 else quotes.ask_high
        close = quotes.bid_close if side > 0 else quotes.ask_close
        scale = account["money_scale"]
        lowest += profit_of(symbol, side, steps, cost, extreme, scale)
        lowest -= profit_of(symbol, side, steps, cost, close, scale)
    return lowest


@kernel(inline="always")
def note_equity(book: Book, index: int, lowest: float) -> None:
    """Keep the lowest equity since the last row of the curve; an equity that is no number has no known rate."""
    account = book["account"]
    account["lowest"] = min(account["lowest"], lowest)
    if account["equity"] != account["equity"]:
        account["status"] = STATUS_RATE_UNKNOWN
        account["status_symbol"] = index


@kernel(inline="always")
def pass_calmly(book: Book, market: Market, row: int, index: int, quotes: Quotes, ages: bool) -> None:
    """Let a calm event pass: the prices of its close, the marks, and the extremes of its positions."""
    account = book["account"]
    account["time_ns"] = market.time_ns[row]
    account["end_ns"] = market.end_ns[row]
    account["symbol"] = index
    symbol = book["symbols"][index]
    symbol["last_end_ns"] = account["end_ns"]
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_close, quotes.ask_close)
    set_rates(book, market, row, 1)
    for number in range(account["positions"]):
        position = book["positions"][number]
        if position["symbol"] == index:
            long = position["side"] > 0
            best = quotes.bid_high if long else quotes.ask_low
            extend(position, best, quotes.bid_low if long else quotes.ask_high)
            if ages:
                position["bars"] += 1
    mark(book)
    lowest = lowest_equity(book, index, quotes)
    note_equity(book, index, lowest)
    watch_margin(book, index, quotes, lowest)


@kernel(inline="always")
def pass_open_calmly(book: Book, market: Market, row: int, index: int, quotes: Quotes) -> None:
    """Let the open of a bar pass that goes on after other symbols' events, where nothing happens at it."""
    account, symbol = book["account"], book["symbols"][index]
    account["time_ns"] = account["end_ns"] = market.time_ns[row]
    account["symbol"] = index
    symbol["last_end_ns"] = market.end_ns[row]
    symbol["bid_open"], symbol["ask_open"] = quotes.bid_open, quotes.ask_open
    set_quotes(symbol, quotes.bid_open, quotes.ask_open)
    set_rates(book, market, row, 0)
    if len(market.slippage) > 0:
        symbol["slippage"] = market.slippage[row]
    arrive(book, market, row, index)
    mark(book)
    note_equity(book, index, account["equity"])
