"""Patterns of two candles."""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import (
    Candle,
    Prices,
    black,
    body,
    body_bottom,
    body_top,
    candle,
    lower_shadow,
    price_gap_down,
    price_gap_up,
    signed,
    upper_shadow,
    white,
)
from forexai_core.indicators.candlestick_patterns.pattern import average, pattern
from forexai_core.indicators.candlestick_patterns.scanning import Means

__all__ = ["PATTERNS"]


@pattern(
    "CDLENGULFING", "Engulfing", "A body that covers the opposite body before; 80 where they share an end.", reach=2
)
def engulfing(prices: Prices, i: int, _means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    covers = (body_top(second) >= body_top(first)) & (body_bottom(second) <= body_bottom(first))
    wider = (body_top(second) > body_top(first)) | (body_bottom(second) < body_bottom(first))
    found = covers & wider
    apart = (second.open != first.close) & (second.close != first.open)
    direction = signed(found & white(second) & black(first), found & black(second) & white(first))
    return direction if apart else direction * 4 // 5


@kernel(forceinline=True)
def _inside(first: Candle, second: Candle, found: bool) -> int:
    within = (body_top(second) <= body_top(first)) & (body_bottom(second) >= body_bottom(first))
    strictly = (body_top(second) < body_top(first)) & (body_bottom(second) > body_bottom(first))
    direction = signed(found & within & black(first), found & within & white(first))
    return direction if strictly else direction * 4 // 5


@pattern(
    "CDLHARAMI", "Harami", "A long body, then a short one inside it; 80 where they share an end.",
    reach=1, averages=(average("body_long", 1), average("body_short", 0)),
)  # fmt: skip
def harami(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return _inside(first, second, (body(first) > means[0]) & (body(second) <= means[1]))


@pattern(
    "CDLHARAMICROSS", "Harami cross", "A long body, then a doji inside it; 80 where they share an end.",
    reach=1, averages=(average("body_long", 1), average("body_doji", 0)),
)  # fmt: skip
def harami_cross(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return _inside(first, second, (body(first) > means[0]) & (body(second) <= means[1]))


@pattern(
    "CDLHOMINGPIGEON", "Homing pigeon", "A long black body, then a short black one inside it.",
    reach=1, averages=(average("body_long", 1), average("body_short", 0)),
)  # fmt: skip
def homing_pigeon(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & black(second)
        & (body(first) > means[0])
        & (body(second) <= means[1])
        & (second.open < first.open)
        & (second.close > first.close),
        False,
    )


@pattern(
    "CDLCOUNTERATTACK", "Counterattack", "Two long candles of opposite colours that close at the same price.",
    reach=1, averages=(average("equal", 1), average("body_long", 1), average("body_long", 0)),
)  # fmt: skip
def counterattack(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    found = (
        (body(first) > means[1])
        & (body(second) > means[2])
        & (second.close <= first.close + means[0])
        & (second.close >= first.close - means[0])
    )
    return signed(found & black(first) & white(second), found & white(first) & black(second))


@pattern(
    "CDLDARKCLOUDCOVER", "Dark cloud cover",
    "A long white candle, then a black one that opens above its high and closes well inside its body.",
    reach=1, averages=(average("body_long", 1),), penetration=0.5,
)  # fmt: skip
def dark_cloud_cover(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        white(first)
        & (body(first) > means[0])
        & black(second)
        & (second.open > first.high)
        & (second.close > first.open)
        & (second.close < first.close - body(first) * penetration),
    )


@pattern(
    "CDLPIERCING", "Piercing line",
    "A long black candle, then a long white one that opens below its low and closes above the middle of its body.",
    reach=1, averages=(average("body_long", 1), average("body_long", 0)),
)  # fmt: skip
def piercing(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & (body(first) > means[0])
        & white(second)
        & (body(second) > means[1])
        & (second.open < first.low)
        & (second.close < first.open)
        & (second.close > first.close + body(first) * 0.5),
        False,
    )


@pattern(
    "CDLINNECK", "In-neck", "A long black candle, then a white one that opens below its low and closes at its close.",
    reach=1, averages=(average("equal", 1), average("body_long", 1)),
)  # fmt: skip
def in_neck(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        black(first)
        & (body(first) > means[1])
        & white(second)
        & (second.open < first.low)
        & (second.close <= first.close + means[0])
        & (second.close >= first.close),
    )


@pattern(
    "CDLONNECK", "On-neck", "A long black candle, then a white one that opens below its low and closes at its low.",
    reach=1, averages=(average("equal", 1), average("body_long", 1)),
)  # fmt: skip
def on_neck(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        black(first)
        & (body(first) > means[1])
        & white(second)
        & (second.open < first.low)
        & (second.close <= first.low + means[0])
        & (second.close >= first.low - means[0]),
    )


@pattern(
    "CDLTHRUSTING", "Thrusting",
    "A long black candle, then a white one that opens below its low and closes in the lower half of its body.",
    reach=1, averages=(average("equal", 1), average("body_long", 1)),
)  # fmt: skip
def thrusting(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        black(first)
        & (body(first) > means[1])
        & white(second)
        & (second.open < first.low)
        & (second.close > first.close + means[0])
        & (second.close <= first.close + body(first) * 0.5),
    )


@kernel(forceinline=True)
def _kicks(first: Candle, second: Candle, means: Means) -> bool:
    return (
        (body(first) > means[0])
        & (upper_shadow(first) < means[1])
        & (lower_shadow(first) < means[1])
        & (body(second) > means[2])
        & (upper_shadow(second) < means[3])
        & (lower_shadow(second) < means[3])
        & (
            (black(first) & white(second) & price_gap_up(second, first))
            | (white(first) & black(second) & price_gap_down(second, first))
        )
    )


_KICKING = (
    average("body_long", 1), average("shadow_very_short", 1), average("body_long", 0), average("shadow_very_short", 0),
)  # fmt: skip


@pattern(
    "CDLKICKING", "Kicking", "Two marubozus of opposite colours with a gap between; the second one counts.",
    reach=1, averages=_KICKING,
)  # fmt: skip
def kicking(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    found = _kicks(first, second, means)
    return signed(found & white(second), found & black(second))


@pattern(
    "CDLKICKINGBYLENGTH", "Kicking by length",
    "Two marubozus of opposite colours with a gap between; the longer one counts.",
    reach=1, averages=_KICKING,
)  # fmt: skip
def kicking_by_length(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    found = _kicks(first, second, means)
    bullish = white(second) if body(second) > body(first) else white(first)
    return signed(found & bullish, found & (not bullish))


@pattern(
    "CDLMATCHINGLOW", "Matching low", "Two black candles that close at the same price.",
    reach=1, averages=(average("equal", 1),),
)  # fmt: skip
def matching_low(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    return signed(
        black(first)
        & black(second)
        & (second.close <= first.close + means[0])
        & (second.close >= first.close - means[0]),
        False,
    )


@pattern(
    "CDLSEPARATINGLINES", "Separating lines",
    "Two candles of opposite colours that open at the same price, the second long and without a shadow there.",
    reach=1, averages=(average("shadow_very_short", 0), average("body_long", 0), average("equal", 1)),
)  # fmt: skip
def separating_lines(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    first, second = candle(prices, i - 1), candle(prices, i)
    found = (second.open <= first.open + means[2]) & (second.open >= first.open - means[2]) & (body(second) > means[1])
    return signed(
        found & black(first) & white(second) & (lower_shadow(second) < means[0]),
        found & white(first) & black(second) & (upper_shadow(second) < means[0]),
    )


PATTERNS = (
    counterattack, dark_cloud_cover, engulfing, harami, harami_cross, homing_pigeon, in_neck, kicking,
    kicking_by_length, matching_low, on_neck, piercing, separating_lines, thrusting,
)  # fmt: skip
"""In alphabetical order."""
