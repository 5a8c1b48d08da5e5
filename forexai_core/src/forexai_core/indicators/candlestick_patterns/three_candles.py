"""Other patterns of three candles, and the three-line strike, which is three and their undoing."""

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


@pattern(
    "CDL3INSIDE", "Three inside up or down", "A harami that the third candle confirms.",
    reach=2, averages=(average("body_long", 2), average("body_short", 1)),
)  # fmt: skip
def three_inside(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    found = (
        (body(first) > means[0])
        & (body(second) <= means[1])
        & (body_top(second) < body_top(first))
        & (body_bottom(second) > body_bottom(first))
    )
    return signed(
        found & black(first) & white(third) & (third.close > first.open),
        found & white(first) & black(third) & (third.close < first.open),
    )


@pattern("CDL3OUTSIDE", "Three outside up or down", "An engulfing that the third candle confirms.", reach=3)
def three_outside(prices: Prices, i: int, _means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        white(second)
        & black(first)
        & (second.close > first.open)
        & (second.open < first.close)
        & (third.close > second.close),
        black(second)
        & white(first)
        & (second.open > first.close)
        & (second.close < first.open)
        & (third.close < second.close),
    )


@pattern(
    "CDL3LINESTRIKE", "Three-line strike", "Three candles that march one way, and one that undoes all of them.",
    reach=3, averages=(average("near", 3), average("near", 2)),
)  # fmt: skip
def three_line_strike(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 3), candle(prices, i - 2), candle(prices, i - 1)
    strike = candle(prices, i)
    near = (
        (second.open >= body_bottom(first) - means[0])
        & (second.open <= body_top(first) + means[0])
        & (third.open >= body_bottom(second) - means[1])
        & (third.open <= body_top(second) + means[1])
    )
    return signed(
        near
        & white(first)
        & white(second)
        & white(third)
        & black(strike)
        & (third.close > second.close)
        & (second.close > first.close)
        & (strike.open > third.close)
        & (strike.close < first.open),
        near
        & black(first)
        & black(second)
        & black(third)
        & white(strike)
        & (third.close < second.close)
        & (second.close < first.close)
        & (strike.open < third.close)
        & (strike.close > first.open),
    )


@pattern(
    "CDL3STARSINSOUTH", "Three stars in the south", "Three black candles, each smaller and inside the one before.",
    reach=2,
    averages=(
        average("body_long", 2), average("shadow_long", 2), average("shadow_very_short", 1),
        average("shadow_very_short", 0), average("body_short", 0),
    ),
)  # fmt: skip
def three_stars_in_the_south(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & black(second)
        & black(third)
        & (body(first) > means[0])
        & (lower_shadow(first) > means[1])
        & (body(second) < body(first))
        & (second.open > first.close)
        & (second.open <= first.high)
        & (second.low < first.close)
        & (second.low >= first.low)
        & (lower_shadow(second) > means[2])
        & (body(third) < means[4])
        & (lower_shadow(third) < means[3])
        & (upper_shadow(third) < means[3])
        & (third.low > second.low)
        & (third.high < second.high),
        False,
    )


@pattern(
    "CDLSTICKSANDWICH", "Stick sandwich", "A white candle between two black ones that close at the same price.",
    reach=2, averages=(average("equal", 2),),
)  # fmt: skip
def stick_sandwich(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & white(second)
        & black(third)
        & (second.low > first.close)
        & (third.close <= first.close + means[0])
        & (third.close >= first.close - means[0]),
        False,
    )


@pattern(
    "CDLUNIQUE3RIVER", "Unique three river",
    "A long black candle, a black harami with a lower low, and a short white candle under it.",
    reach=2, averages=(average("body_long", 2), average("body_short", 0)),
)  # fmt: skip
def unique_three_river(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        (body(first) > means[0])
        & black(first)
        & black(second)
        & (second.close > first.close)
        & (second.open <= first.open)
        & (second.low < first.low)
        & (body(third) < means[1])
        & white(third)
        & (third.open > second.low),
        False,
    )


@pattern(
    "CDLGAPSIDESIDEWHITE", "Gap side-by-side white lines", "Two like white candles side by side beyond a gap.",
    reach=2, averages=(average("near", 1), average("equal", 1)),
)  # fmt: skip
def gap_side_by_side_white(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    alike = (
        white(second)
        & white(third)
        & (body(third) >= body(second) - means[0])
        & (body(third) <= body(second) + means[0])
        & (third.open >= second.open - means[1])
        & (third.open <= second.open + means[1])
    )
    return signed(
        alike & body_gap_up(second, first) & body_gap_up(third, first),
        alike & body_gap_down(second, first) & body_gap_down(third, first),
    )


@pattern(
    "CDLTASUKIGAP", "Tasuki gap", "A gap, and a like candle of the other colour that does not close it.",
    reach=2, averages=(average("near", 1),),
)  # fmt: skip
def tasuki_gap(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    alike = abs(body(second) - body(third)) < means[0]
    return signed(
        alike
        & body_gap_up(second, first)
        & white(second)
        & black(third)
        & (third.open < second.close)
        & (third.open > second.open)
        & (third.close < second.open)
        & (third.close > body_top(first)),
        alike
        & body_gap_down(second, first)
        & black(second)
        & white(third)
        & (third.open < second.open)
        & (third.open > second.close)
        & (third.close > second.open)
        & (third.close < body_bottom(first)),
    )


@pattern(
    "CDLXSIDEGAP3METHODS", "Up or downside gap three methods",
    "Two candles of one colour with a gap between, and one of the other colour that fills it.",
    reach=2,
)  # fmt: skip
def up_down_gap_three_methods(prices: Prices, i: int, _means: Means, _penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    fills = (
        (third.open < body_top(second))
        & (third.open > body_bottom(second))
        & (third.close < body_top(first))
        & (third.close > body_bottom(first))
    )
    return signed(
        fills & white(first) & white(second) & black(third) & body_gap_up(second, first),
        fills & black(first) & black(second) & white(third) & body_gap_down(second, first),
    )


PATTERNS = (
    gap_side_by_side_white, stick_sandwich, tasuki_gap, three_inside, three_line_strike, three_outside,
    three_stars_in_the_south, unique_three_river, up_down_gap_three_methods,
)  # fmt: skip
"""In alphabetical order."""
