"""Reading the quotes of an event, and moving them inside its bar."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.book import Book, Market, Quotes

__all__ = ["event_end", "move_quotes", "points", "quotes_of", "set_quotes", "set_rates"]


@kernel(inline="always")
def points(price: float, scale: float) -> int:
    """Turn a price into points."""
    return round(price * scale)


@kernel(inline="always")
def event_end(market: Market, event: int) -> int:
    """Give the end of an event's bar, nanoseconds UTC."""
    if len(market.events):
        return market.events[event]["end_ns"]
    if len(market.ends):
        return market.ends[event]
    end = market.bars[event]["time_ns"] + market.duration_ns
    if event + 1 < len(market.bars):
        return min(end, market.bars[event + 1]["time_ns"])
    return end


@kernel(inline="always")
def quotes_of(market: Market, event: int, symbol: Any) -> Quotes:
    """Read both sides of an event's bar, in points, never crossed."""
    bar = market.bars[event]
    scale = symbol["scale"]
    bid_open, bid_high = points(bar["open"], scale), points(bar["high"], scale)
    bid_low, bid_close = points(bar["low"], scale), points(bar["close"], scale)
    if len(market.ask):
        ask = market.ask[event]
        return Quotes(
            bid_open,
            bid_high,
            bid_low,
            bid_close,
            max(points(ask["open"], scale), bid_open),
            max(points(ask["high"], scale), bid_high),
            max(points(ask["low"], scale), bid_low),
            max(points(ask["close"], scale), bid_close),
        )
    spread = market.spread[event] if len(market.spread) else symbol["spread"]
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
