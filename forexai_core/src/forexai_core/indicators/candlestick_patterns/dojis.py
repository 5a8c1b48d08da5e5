"""Patterns of candles that close where they opened."""

from __future__ import annotations

from forexai_core.indicators.candlestick_patterns.candles import (
    Prices,
    black,
    body,
    body_bottom,
    body_gap_down,
    body_gap_up,
    body_top,
    candle,
    lower_shadow,
    signed,
    upper_shadow,
    white,
)
from forexai_core.indicators.candlestick_patterns.pattern import average, pattern
from forexai_core.indicators.candlestick_patterns.scanning import Means

__all__ = ["PATTERNS"]


@pattern("CDLDOJI", "Doji", "A candle that closes where it opened.", reach=0, averages=(average("body_doji", 0),))
def doji(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    return signed(body(candle(prices, i)) <= means[0], False)


@pattern(
    "CDLDRAGONFLYDOJI", "Dragonfly doji", "A doji with a lower and no upper shadow.",
    reach=0, averages=(average("body_doji", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def dragonfly_doji(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) <= means[0]) & (upper_shadow(only) < means[1]) & (lower_shadow(only) > means[1])
    return signed(found, False)


@pattern(
    "CDLGRAVESTONEDOJI", "Gravestone doji", "A doji with an upper and no lower shadow.",
    reach=0, averages=(average("body_doji", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def gravestone_doji(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) <= means[0]) & (lower_shadow(only) < means[1]) & (upper_shadow(only) > means[1])
    return signed(found, False)


@pattern(
    "CDLLONGLEGGEDDOJI", "Long-legged doji", "A doji with a long shadow on either side.",
    reach=0, averages=(average("body_doji", 0), average("shadow_long", 0)),
)  # fmt: skip
def long_legged_doji(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    return signed((body(only) <= means[0]) & ((lower_shadow(only) > means[1]) | (upper_shadow(only) > means[1])), False)


@pattern(
    "CDLRICKSHAWMAN", "Rickshaw man", "A doji in the middle of its range, with two long shadows.",
    reach=0, averages=(average("body_doji", 0), average("shadow_long", 0), average("near", 0)),
)  # fmt: skip
def rickshaw_man(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    middle = only.low + (only.high - only.low) / 2.0
    return signed(
        (body(only) <= means[0])
        & (lower_shadow(only) > means[1])
        & (upper_shadow(only) > means[1])
        & (body_bottom(only) <= middle + means[2])
        & (body_top(only) >= middle - means[2]),
        False,
    )


@pattern(
    "CDLTAKURI", "Takuri", "A doji with a very long lower and no upper shadow.",
    reach=0, averages=(average("body_doji", 0), average("shadow_very_short", 0), average("shadow_very_long", 0)),
)  # fmt: skip
def takuri(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) <= means[0]) & (upper_shadow(only) < means[1]) & (lower_shadow(only) > means[2])
    return signed(found, False)


@pattern(
    "CDLDOJISTAR", "Doji star", "A long candle, then a doji that gaps away in its direction.",
    reach=1, averages=(average("body_long", 1), average("body_doji", 0)),
)  # fmt: skip
def doji_star(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    found = (body(first) > means[0]) & (body(second) <= means[1])
    return signed(
        found & black(first) & body_gap_down(second, first), found & white(first) & body_gap_up(second, first)
    )


@pattern(
    "CDLTRISTAR", "Tristar", "Three dojis, the middle one gapping away from both.",
    reach=2, averages=(average("body_doji", 2),),
)  # fmt: skip
def tristar(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    dojis = (body(first) <= means[0]) & (body(second) <= means[0]) & (body(third) <= means[0])
    return signed(
        dojis & body_gap_down(second, first) & (body_bottom(third) > body_bottom(second)),
        dojis & body_gap_up(second, first) & (body_top(third) < body_top(second)),
    )


PATTERNS = (
    doji, doji_star, dragonfly_doji, gravestone_doji, long_legged_doji, rickshaw_man, takuri, tristar,
)  # fmt: skip
"""In alphabetical order."""
