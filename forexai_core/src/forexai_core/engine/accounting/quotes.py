"""Reading the quotes of an event, and moving them inside its bar."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel
from forexai_core.engine.state.book import Book, Market, Quotes

__all__ = ["flat_quotes", "move_quotes", "quotes_of", "set_quotes", "set_rates"]


@kernel(inline="always")
def _whole(points: Any) -> int:
    """Give points in 64 bits, whatever their column has."""
    return int(np.int64(points))


@kernel(inline="always")
def quotes_of(market: Market, event: int, symbol: Any) -> Quotes:
    """Read both sides of an event's bar, in points."""
    bid = market.bid
    bid_open, bid_high = _whole(bid.open[event]), _whole(bid.high[event])
    bid_low, bid_close = _whole(bid.low[event]), _whole(bid.close[event])
    if len(market.ask.close):
        ask = market.ask
        return Quotes(
            bid_open,
            bid_high,
            bid_low,
            bid_close,
            _whole(ask.open[event]),
            _whole(ask.high[event]),
            _whole(ask.low[event]),
            _whole(ask.close[event]),
        )
    spread = symbol["spread"]
    return Quotes(
        bid_open,
        bid_high,
        bid_low,
        bid_close,
        bid_open + spread,
        bid_high + spread,
        bid_low + spread,
        bid_close + spread,
    )


@kernel(inline="always")
def flat_quotes(bid: int, ask: int) -> Quotes:
    """Give the bar of one price."""
    return Quotes(bid, bid, bid, bid, ask, ask, ask, ask)


@kernel(inline="always")
def set_quotes(symbol: Any, bid: int, ask: int) -> None:
    """Make these the symbol's present quotes."""
    symbol["bid"] = bid
    symbol["ask"] = ask


@kernel(inline="always")
def move_quotes(symbol: Any, quotes: Quotes, direction: int, distance: int) -> None:
    """Move both sides from their opens by some points, each kept within its own bar."""
    if direction > 0:
        set_quotes(
            symbol,
            min(quotes.bid_open + distance, quotes.bid_high),
            min(quotes.ask_open + distance, quotes.ask_high),
        )
    else:
        set_quotes(
            symbol,
            max(quotes.bid_open - distance, quotes.bid_low),
            max(quotes.ask_open - distance, quotes.ask_low),
        )


@kernel(inline="always")
def set_rates(book: Book, market: Market, event: int, moment: int) -> None:
    """Make the rates known at an event's open (0) or close (1) the present ones."""
    if len(market.rates) == 0:
        return
    for index in range(book["account"]["symbols"]):
        rates = market.rates[event, index, moment]
        symbol = book["symbols"][index]
        symbol["gain_rate"] = rates["gain"]
        symbol["loss_rate"] = rates["loss"]
        symbol["margin_currency_rate"] = rates["margin"]
        symbol["margin_gain_rate"] = rates["margin_gain"]
        symbol["fee_rate"] = rates["fee"]
