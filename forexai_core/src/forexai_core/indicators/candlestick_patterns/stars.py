"""Stars: a long candle, a small one that gaps away, and one that comes back into the first one's body."""

from __future__ import annotations

from forexai_core.indicators.candlestick_patterns.candles import (
    Prices,
    black,
    body,
    body_gap_down,
    body_gap_up,
    candle,
    price_gap_down,
    price_gap_up,
    signed,
    up_into_body,
    white,
)
from forexai_core.indicators.candlestick_patterns.pattern import average, pattern
from forexai_core.indicators.candlestick_patterns.scanning import Means

__all__ = ["PATTERNS"]

_WITH_DOJI = (average("body_long", 2), average("body_doji", 1), average("body_short", 0))
_WITH_SHORT_BODY = (average("body_long", 2), average("body_short", 1), average("body_short", 0))


@pattern(
    "CDLABANDONEDBABY", "Abandoned baby", "A long candle, a doji between two gaps, and a candle that turns back.",
    reach=2, averages=_WITH_DOJI, penetration=0.3,
)  # fmt: skip
def abandoned_baby(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    found = (body(first) > means[0]) & (body(second) <= means[1]) & (body(third) > means[2])
    return signed(
        found
        & black(first)
        & white(third)
        & (third.close > up_into_body(first, penetration))
        & price_gap_down(second, first)
        & price_gap_up(third, second),
        found
        & white(first)
        & black(third)
        & (third.close < first.close - body(first) * penetration)
        & price_gap_up(second, first)
        & price_gap_down(third, second),
    )


@pattern(
    "CDLEVENINGDOJISTAR", "Evening doji star", "A long white candle, a doji above it, and a black one that turns back.",
    reach=2, averages=_WITH_DOJI, penetration=0.3,
)  # fmt: skip
def evening_doji_star(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        (body(first) > means[0])
        & white(first)
        & (body(second) <= means[1])
        & body_gap_up(second, first)
        & (body(third) > means[2])
        & black(third)
        & (third.close < first.close - body(first) * penetration),
    )


@pattern(
    "CDLEVENINGSTAR", "Evening star", "A long white candle, a short one above it, and a black one that turns back.",
    reach=2, averages=_WITH_SHORT_BODY, penetration=0.3,
)  # fmt: skip
def evening_star(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        False,
        (body(first) > means[0])
        & white(first)
        & (body(second) <= means[1])
        & body_gap_up(second, first)
        & (body(third) > means[2])
        & black(third)
        & (third.close < first.close - body(first) * penetration),
    )


@pattern(
    "CDLMORNINGDOJISTAR", "Morning doji star", "A long black candle, a doji below it, and a white one that turns back.",
    reach=2, averages=_WITH_DOJI, penetration=0.3,
)  # fmt: skip
def morning_doji_star(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        (body(first) > means[0])
        & black(first)
        & (body(second) <= means[1])
        & body_gap_down(second, first)
        & (body(third) > means[2])
        & white(third)
        & (third.close > up_into_body(first, penetration)),
        False,
    )


@pattern(
    "CDLMORNINGSTAR", "Morning star", "A long black candle, a short one below it, and a white one that turns back.",
    reach=2, averages=_WITH_SHORT_BODY, penetration=0.3,
)  # fmt: skip
def morning_star(prices: Prices, i: int, means: Means, penetration: float) -> int:
    first, second, third = candle(prices, i - 2), candle(prices, i - 1), candle(prices, i)
    return signed(
        (body(first) > means[0])
        & black(first)
        & (body(second) <= means[1])
        & body_gap_down(second, first)
        & (body(third) > means[2])
        & white(third)
        & (third.close > up_into_body(first, penetration)),
        False,
    )


PATTERNS = (abandoned_baby, evening_doji_star, evening_star, morning_doji_star, morning_star)
"""In alphabetical order."""
