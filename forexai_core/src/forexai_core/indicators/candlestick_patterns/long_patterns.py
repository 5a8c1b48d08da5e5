"""Patterns of four and five candles."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import (
    Candle,
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


@pattern(
    "CDLCONCEALBABYSWALL", "Concealing baby swallow",
    "Two black marubozus, a black candle that gaps down with an upper shadow, and one that covers it.",
    reach=3,
    averages=(
        average("shadow_very_short", 3), average("shadow_very_short", 2), average("shadow_very_short", 1),
    ),
)  # fmt: skip
def concealing_baby_swallow(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 3), candle(prices, i - 2), candle(prices, i - 1)
    fourth = candle(prices, i)
    return signed(
        black(first)
        & black(second)
        & black(third)
        & black(fourth)
        & (lower_shadow(first) < means[0])
        & (upper_shadow(first) < means[0])
        & (lower_shadow(second) < means[1])
        & (upper_shadow(second) < means[1])
        & body_gap_down(third, second)
        & (upper_shadow(third) > means[2])
        & (third.high > second.close)
        & (fourth.high > third.high)
        & (fourth.low < third.low),
        False,
    )


@pattern(
    "CDLBREAKAWAY", "Breakaway",
    "A long candle, a gap, two candles further the same way, and one that turns back into the gap.",
    reach=4, averages=(average("body_long", 4),),
)  # fmt: skip
def breakaway(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 4), candle(prices, i - 3), candle(prices, i - 2)
    fourth, fifth = candle(prices, i - 1), candle(prices, i)
    long = body(first) > means[0]
    return signed(
        long
        & black(first)
        & black(second)
        & black(fourth)
        & white(fifth)
        & body_gap_down(second, first)
        & (third.high < second.high)
        & (third.low < second.low)
        & (fourth.high < third.high)
        & (fourth.low < third.low)
        & (fifth.close > second.open)
        & (fifth.close < first.close),
        long
        & white(first)
        & white(second)
        & white(fourth)
        & black(fifth)
        & body_gap_up(second, first)
        & (third.high > second.high)
        & (third.low > second.low)
        & (fourth.high > third.high)
        & (fourth.low > third.low)
        & (fifth.close < second.open)
        & (fifth.close > first.close),
    )


@pattern(
    "CDLLADDERBOTTOM", "Ladder bottom",
    "Three black candles down, a black one with an upper shadow, and a white one that closes above its high.",
    reach=4, averages=(average("shadow_very_short", 1),),
)  # fmt: skip
def ladder_bottom(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 4), candle(prices, i - 3), candle(prices, i - 2)
    fourth, fifth = candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & black(second)
        & black(third)
        & (first.open > second.open)
        & (second.open > third.open)
        & (first.close > second.close)
        & (second.close > third.close)
        & black(fourth)
        & (upper_shadow(fourth) > means[0])
        & white(fifth)
        & (fifth.open > fourth.open)
        & (fifth.close > fourth.high),
        False,
    )


@pattern(
    "CDLMATHOLD", "Mat hold",
    "A long white candle, three small ones that hold near its top, and a white one to new highs.",
    reach=4,
    averages=(average("body_long", 4), average("body_short", 3), average("body_short", 2), average("body_short", 1)),
    penetration=0.5,
)  # fmt: skip
def mat_hold(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 4), candle(prices, i - 3), candle(prices, i - 2)
    fourth, fifth = candle(prices, i - 1), candle(prices, i)
    floor = first.close - body(first) * penetration
    return signed(
        white(first)
        & black(second)
        & white(fifth)
        & body_gap_up(second, first)
        & (body_bottom(third) < first.close)
        & (body_bottom(fourth) < first.close)
        & (body_bottom(third) > floor)
        & (body_bottom(fourth) > floor)
        & (body_top(third) < second.open)
        & (body_top(fourth) < body_top(third))
        & (fifth.open > fourth.close)
        & (fifth.close > second.high)
        & (fifth.close > third.high)
        & (fifth.close > fourth.high)
        & (body(first) > means[0])
        & (body(second) < means[1])
        & (body(third) < means[2])
        & (body(fourth) < means[3]),
        False,
    )


@kernel(forceinline=True)
def _reaches_into(small: Candle, first: Candle) -> bool:
    return (body_bottom(small) < first.high) & (body_top(small) > first.low)


@pattern(
    "CDLRISEFALL3METHODS", "Rising or falling three methods",
    "A long candle, three small ones back inside it, and a long one that goes on.",
    reach=4,
    averages=(
        average("body_long", 4), average("body_short", 3), average("body_short", 2), average("body_short", 1),
        average("body_long", 0),
    ),
)  # fmt: skip
def rising_falling_three_methods(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 4), candle(prices, i - 3), candle(prices, i - 2)
    fourth, fifth = candle(prices, i - 1), candle(prices, i)
    found = (
        (body(first) > means[0])
        & (body(second) < means[1])
        & (body(third) < means[2])
        & (body(fourth) < means[3])
        & (body(fifth) > means[4])
        & _reaches_into(second, first)
        & _reaches_into(third, first)
        & _reaches_into(fourth, first)
    )
    return signed(
        found
        & (white(first) & black(second) & black(third) & black(fourth) & white(fifth))
        & (third.close < second.close)
        & (fourth.close < third.close)
        & (fifth.open > fourth.close)
        & (fifth.close > first.close),
        found
        & (black(first) & white(second) & white(third) & white(fourth) & black(fifth))
        & (third.close > second.close)
        & (fourth.close > third.close)
        & (fifth.open < fourth.close)
        & (fifth.close < first.close),
    )


PATTERNS = (breakaway, concealing_baby_swallow, ladder_bottom, mat_hold, rising_falling_three_methods)
"""In alphabetical order."""
