"""Patterns of candles that march one way: soldiers, crows, and their kin."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import (
    Candle,
    Prices,
    black,
    body,
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


@kernel(forceinline=True)
def _rising(first: Candle, second: Candle, third: Candle) -> bool:
    return white(first) & white(second) & white(third) & (third.close > second.close) & (second.close > first.close)


@pattern(
    "CDL3WHITESOLDIERS", "Three white soldiers",
    "Three white candles without upper shadows, each opening in the body before and closing higher.",
    reach=2,
    averages=(
        average("shadow_very_short", 2), average("shadow_very_short", 1), average("shadow_very_short", 0),
        average("near", 2), average("near", 1), average("far", 2), average("far", 1), average("body_short", 0),
    ),
)  # fmt: skip
def three_white_soldiers(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        _rising(first, second, third)
        & (upper_shadow(first) < means[0])
        & (upper_shadow(second) < means[1])
        & (upper_shadow(third) < means[2])
        & (second.open > first.open)
        & (second.open <= first.close + means[3])
        & (third.open > second.open)
        & (third.open <= second.close + means[4])
        & (body(second) > body(first) - means[5])
        & (body(third) > body(second) - means[6])
        & (body(third) > means[7]),
        False,
    )


@pattern(
    "CDLADVANCEBLOCK", "Advance block", "Three white candles that rise with ever less strength.",
    reach=2,
    averages=(
        average("near", 2), average("near", 1), average("body_long", 2), average("shadow_short", 2), average("far", 2),
        average("far", 1), average("shadow_short", 1), average("shadow_short", 0), average("shadow_long", 0),
    ),
)  # fmt: skip
def advance_block(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    fading = (body(second) < body(first) - means[4]) & (body(third) < body(second) + means[1])
    third_far_smaller = body(third) < body(second) - means[5]
    shadows_grow = (
        (body(third) < body(second))
        & (body(second) < body(first))
        & ((upper_shadow(third) > means[7]) | (upper_shadow(second) > means[6]))
    )
    long_shadow = (body(third) < body(second)) & (upper_shadow(third) > means[8])
    return signed(
        False,
        _rising(first, second, third)
        & (second.open > first.open)
        & (second.open <= first.close + means[0])
        & (third.open > second.open)
        & (third.open <= second.close + means[1])
        & (body(first) > means[2])
        & (upper_shadow(first) < means[3])
        & (fading | third_far_smaller | shadows_grow | long_shadow),
    )


@pattern(
    "CDLSTALLEDPATTERN", "Stalled pattern", "Two long white candles, then a small one at the upper end of the second.",
    reach=2,
    averages=(
        average("body_long", 2), average("body_long", 1), average("shadow_very_short", 1), average("near", 2),
        average("body_short", 0), average("near", 1),
    ),
)  # fmt: skip
def stalled_pattern(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        _rising(first, second, third)
        & (body(first) > means[0])
        & (body(second) > means[1])
        & (upper_shadow(second) < means[2])
        & (second.open > first.open)
        & (second.open <= first.close + means[3])
        & (body(third) < means[4])
        & (third.open >= second.close - body(third) - means[5]),
    )


@pattern(
    "CDL3BLACKCROWS", "Three black crows",
    "After a white candle three black ones without lower shadows, each opening in the body before and closing lower.",
    reach=3,
    averages=(
        average("shadow_very_short", 2), average("shadow_very_short", 1), average("shadow_very_short", 0),
    ),
)  # fmt: skip
def three_black_crows(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    before, first, second = candle(prices, i - 3), candle(prices, i - 2), candle(prices, i - 1)
    third = candle(prices, i)
    return signed(
        False,
        white(before)
        & black(first)
        & (lower_shadow(first) < means[0])
        & black(second)
        & (lower_shadow(second) < means[1])
        & black(third)
        & (lower_shadow(third) < means[2])
        & (second.open < first.open)
        & (second.open > first.close)
        & (third.open < second.open)
        & (third.open > second.close)
        & (before.high > first.close)
        & (first.close > second.close)
        & (second.close > third.close),
    )


@pattern(
    "CDLIDENTICAL3CROWS", "Identical three crows",
    "Three black candles without lower shadows, each opening where the one before closed.",
    reach=2,
    averages=(
        average("shadow_very_short", 2), average("shadow_very_short", 1), average("shadow_very_short", 0),
        average("equal", 2), average("equal", 1),
    ),
)  # fmt: skip
def identical_three_crows(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        black(first)
        & (lower_shadow(first) < means[0])
        & black(second)
        & (lower_shadow(second) < means[1])
        & black(third)
        & (lower_shadow(third) < means[2])
        & (first.close > second.close)
        & (second.close > third.close)
        & (second.open <= first.close + means[3])
        & (second.open >= first.close - means[3])
        & (third.open <= second.close + means[4])
        & (third.open >= second.close - means[4]),
    )


@pattern(
    "CDL2CROWS", "Two crows", "A long white candle, a black one above it, and a black one that closes inside its body.",
    reach=2, averages=(average("body_long", 2),),
)  # fmt: skip
def two_crows(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        white(first)
        & (body(first) > means[0])
        & black(second)
        & body_gap_up(second, first)
        & black(third)
        & (third.open < second.open)
        & (third.open > second.close)
        & (third.close > first.open)
        & (third.close < first.close),
    )


@pattern(
    "CDLUPSIDEGAP2CROWS", "Upside gap two crows",
    "A long white candle and two black ones above it, the second covering the first.",
    reach=2, averages=(average("body_long", 2), average("body_short", 1)),
)  # fmt: skip
def upside_gap_two_crows(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        white(first)
        & (body(first) > means[0])
        & black(second)
        & (body(second) <= means[1])
        & body_gap_up(second, first)
        & black(third)
        & (third.open > second.open)
        & (third.close < second.close)
        & (third.close > first.close),
    )


PATTERNS = (
    advance_block, identical_three_crows, stalled_pattern, three_black_crows, three_white_soldiers, two_crows,
    upside_gap_two_crows,
)  # fmt: skip
"""In alphabetical order."""
