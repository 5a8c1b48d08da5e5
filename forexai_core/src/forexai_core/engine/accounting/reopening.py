"""Swap by re-opening: at a rollover a position closes and opens again, at a price that holds the swap.

Modes: MetaTrader 5's ``SYMBOL_SWAP_MODE_REOPEN_CURRENT`` and ``SYMBOL_SWAP_MODE_REOPEN_BID``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel
from forexai_core.arrays import CLOSE_REASONS, OPEN_REASONS
from forexai_core.engine.accounting.deals import next_deal
from forexai_core.engine.accounting.margin import account_margin, maintenance_margin
from forexai_core.engine.accounting.money import charge, profit_of
from forexai_core.engine.accounting.settling import settle_money
from forexai_core.engine.accounting.swaps import REOPEN_BID, exit_quote
from forexai_core.engine.state.book import Book
from forexai_core.engine.state.records import ENTRY_IN, ENTRY_OUT, NO_PRICE

__all__ = ["reopen_positions"]

_CLOSED = CLOSE_REASONS.index("rollover")
_OPENED = OPEN_REASONS.index("rollover")
_DUST = 1e-9  # of a point: what binary fractions leave


@kernel
def _new_price(symbol: Any, position: Any, quote: int) -> int:
    """Give the price at which a position opens again: worse by a debit, rounded against the trader."""
    base = symbol["bid"] if symbol["swap_mode"] == REOPEN_BID else quote
    return base + position["side"] * int(np.ceil(-position["reopen_points"] - _DUST))


@kernel
def _close(book: Book, position: Any, quote: int) -> None:
    """Record the closing half; there is no commission."""
    if position["side"] * (quote - position["best"]) > 0:
        position["best"] = quote
    if position["side"] * (quote - position["worst"]) < 0:
        position["worst"] = quote
    deal = next_deal(book, position, 0, -position["side"], position["volume_steps"], quote)
    deal["entry"] = ENTRY_OUT
    deal["closing"] = 1
    deal["reason"] = _CLOSED
    settle_money(book, position, deal, 0.0, 0.0)
    charge(book["account"], deal["profit"] + deal["swap"])


@kernel
def _open(book: Book, position: Any, price: int) -> None:
    """Let the position go on as if it had been opened at a price."""
    account, symbol = book["account"], book["symbols"][position["symbol"]]
    side, steps = position["side"], position["volume_steps"]
    cost = float(price) * steps
    position["cost"] = cost
    position["open_ns"] = account["time_ns"]
    account["opened"] += 1
    position["serial"] = account["opened"]
    position["open_reason"] = _OPENED
    position["best"] = position["worst"] = price
    position["commission"] = position["swap"] = 0.0
    position["doubts"] = 0
    position["margin"] = maintenance_margin(account, symbol, side, steps, price)
    position["initial_risk"] = 0.0
    if position["stop_loss"] != NO_PRICE:
        scale = account["money_scale"]
        position["initial_risk"] = -profit_of(symbol, side, steps, cost, position["stop_loss"], scale)
    deal = next_deal(book, position, 0, side, steps, price)
    deal["entry"] = ENTRY_IN
    deal["closing"] = 0
    deal["reason"] = _OPENED
    deal["open_price"] = price
    deal["initial_risk"] = position["initial_risk"]
    deal["profit"] = deal["swap"] = deal["commission"] = deal["entry_commission"] = 0.0
    deal["mae"] = deal["mfe"] = 0.0


@kernel
def reopen_positions(book: Book) -> None:
    """Close and open again every position of which the last rollovers asked it.

    Parameters
    ----------
    book : Book
        The account, at the quotes before the rollover, with room for two deals a position.
    """
    account = book["account"]
    before_ns, changed = account["time_ns"], False
    for row in range(account["positions"]):
        position = book["positions"][row]
        if position["reopen_points"] == 0.0:
            continue
        quote = exit_quote(book, position)
        price = _new_price(book["symbols"][position["symbol"]], position, quote)
        account["time_ns"] = position["reopen_ns"]
        _close(book, position, quote)
        _open(book, position, price)
        position["reopen_points"] = 0.0
        changed = True
    account["time_ns"] = before_ns
    if changed:
        account["margin"] = account_margin(book, 0, 0, 0, 0.0)
