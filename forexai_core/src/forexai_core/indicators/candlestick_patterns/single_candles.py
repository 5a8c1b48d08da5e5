"""Patterns of one candle, and hammers, which look at the candle before too."""

from __future__ import annotations

from forexai_core.indicators.candlestick_patterns.candles import (
    Prices,
    black,
    body,
    body_bottom,
    body_gap_down,
    body_gap_up,
    candle,
    lower_shadow,
    signed,
    upper_shadow,
    white,
)
from forexai_core.indicators.candlestick_patterns.pattern import average, pattern
from forexai_core.indicators.candlestick_patterns.scanning import Means

__all__ = ["PATTERNS"]


@pattern(
    "CDLBELTHOLD", "Belt hold", "A long candle without a shadow on the side that it opened at.",
    reach=0, averages=(average("body_long", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def belt_hold(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    long = body(only) > means[0]
    return signed(
        long & white(only) & (lower_shadow(only) < means[1]),
        long & black(only) & (upper_shadow(only) < means[1]),
    )


@pattern(
    "CDLCLOSINGMARUBOZU", "Closing marubozu", "A long candle without a shadow on the side that it closed at.",
    reach=0, averages=(average("body_long", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def closing_marubozu(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    long = body(only) > means[0]
    return signed(
        long & white(only) & (upper_shadow(only) < means[1]),
        long & black(only) & (lower_shadow(only) < means[1]),
    )


@pattern(
    "CDLMARUBOZU", "Marubozu", "A long candle without shadows.",
    reach=0, averages=(average("body_long", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def marubozu(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) > means[0]) & (upper_shadow(only) < means[1]) & (lower_shadow(only) < means[1])
    return signed(found & white(only), found & black(only))


@pattern(
    "CDLLONGLINE", "Long line", "A long candle with short shadows.",
    reach=0, averages=(average("body_long", 0), average("shadow_short", 0)),
)  # fmt: skip
def long_line(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) > means[0]) & (upper_shadow(only) < means[1]) & (lower_shadow(only) < means[1])
    return signed(found & white(only), found & black(only))


@pattern(
    "CDLSHORTLINE", "Short line", "A short candle with short shadows.",
    reach=0, averages=(average("body_short", 0), average("shadow_short", 0)),
)  # fmt: skip
def short_line(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) < means[0]) & (upper_shadow(only) < means[1]) & (lower_shadow(only) < means[1])
    return signed(found & white(only), found & black(only))


@pattern(
    "CDLSPINNINGTOP", "Spinning top", "A short body between two shadows that are longer than it.",
    reach=0, averages=(average("body_short", 0),),
)  # fmt: skip
def spinning_top(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    size = body(only)
    found = (size < means[0]) & (upper_shadow(only) > size) & (lower_shadow(only) > size)
    return signed(found & white(only), found & black(only))


@pattern(
    "CDLHIGHWAVE", "High wave", "A short body between two very long shadows.",
    reach=0, averages=(average("body_short", 0), average("shadow_very_long", 0)),
)  # fmt: skip
def high_wave(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    only = candle(prices, i)
    found = (body(only) < means[0]) & (upper_shadow(only) > means[1]) & (lower_shadow(only) > means[1])
    return signed(found & white(only), found & black(only))


@pattern(
    "CDLHAMMER", "Hammer", "A short body with a long lower and no upper shadow, at or below the low before.",
    reach=1,
    averages=(
        average("body_short", 0), average("shadow_long", 0), average("shadow_very_short", 0), average("near", 1),
    ),
)  # fmt: skip
def hammer(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    before, only = candle(prices, i - 1), candle(prices, i)
    return signed(
        (body(only) < means[0])
        & (lower_shadow(only) > means[1])
        & (upper_shadow(only) < means[2])
        & (body_bottom(only) <= before.low + means[3]),
        False,
    )


@pattern(
    "CDLHANGINGMAN", "Hanging man", "A short body with a long lower and no upper shadow, at or above the high before.",
    reach=1,
    averages=(
        average("body_short", 0), average("shadow_long", 0), average("shadow_very_short", 0), average("near", 1),
    ),
)  # fmt: skip
def hanging_man(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    before, only = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        (body(only) < means[0])
        & (lower_shadow(only) > means[1])
        & (upper_shadow(only) < means[2])
        & (body_bottom(only) >= before.high - means[3]),
    )


@pattern(
    "CDLINVERTEDHAMMER", "Inverted hammer",
    "A short body below the one before, with a long upper and no lower shadow.",
    reach=1, averages=(average("body_short", 0), average("shadow_long", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def inverted_hammer(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    before, only = candle(prices, i - 1), candle(prices, i)
    return signed(
        (body(only) < means[0])
        & (upper_shadow(only) > means[1])
        & (lower_shadow(only) < means[2])
        & body_gap_down(only, before),
        False,
    )


@pattern(
    "CDLSHOOTINGSTAR", "Shooting star", "A short body above the one before, with a long upper and no lower shadow.",
    reach=1, averages=(average("body_short", 0), average("shadow_long", 0), average("shadow_very_short", 0)),
)  # fmt: skip
def shooting_star(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    before, only = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        (body(only) < means[0])
        & (upper_shadow(only) > means[1])
        & (lower_shadow(only) < means[2])
        & body_gap_up(only, before),
    )


PATTERNS = (
    belt_hold, closing_marubozu, hammer, hanging_man, high_wave, inverted_hammer, long_line, marubozu, shooting_star,
    short_line, spinning_top,
)  # fmt: skip
"""In alphabetical order."""
