"""Hikkakes: a false breakout out of a narrowing range, and its confirmation within three bars.

TA-Lib carries the last pattern along and forgets it once it is confirmed or four bars old. All that lies within six
bars, so here it is read off the bars themselves, and nothing is carried.
"""

from __future__ import annotations

from forexai_core._jit import kernel
from forexai_core.indicators.candlestick_patterns.candles import Prices, candle, signed
from forexai_core.indicators.candlestick_patterns.pattern import average, pattern
from forexai_core.indicators.candlestick_patterns.scanning import Means

__all__ = ["PATTERNS"]


@kernel(forceinline=True)
def _inside(prices: Prices, i: int) -> bool:
    before, inner = candle(prices, i - 1), candle(prices, i)
    return (inner.high < before.high) & (inner.low > before.low)


@kernel(forceinline=True)
def _breakout(prices: Prices, i: int) -> int:
    before, last = candle(prices, i - 1), candle(prices, i)
    return signed(
        (last.high < before.high) & (last.low < before.low), (last.high > before.high) & (last.low > before.low)
    )


@kernel(forceinline=True)
def _confirmed(prices: Prices, found: int, at: int, i: int) -> bool:
    inner, last = candle(prices, at - 1), candle(prices, i)
    return ((found > 0) & (last.close > inner.high)) | ((found < 0) & (last.close < inner.low))


@kernel(forceinline=True)
def _with_confirmation(prices: Prices, i: int, now: int, one: int, two: int, three: int) -> int:
    # The newest pattern counts, and is confirmed once.
    after_one = _confirmed(prices, one, i - 1, i)
    after_two = _confirmed(prices, two, i - 2, i) & (not _confirmed(prices, two, i - 2, i - 1))
    after_three = (
        _confirmed(prices, three, i - 3, i)
        & (not _confirmed(prices, three, i - 3, i - 2))
        & (not _confirmed(prices, three, i - 3, i - 1))
    )
    older = 2 * two * int(after_two) if two != 0 else 2 * three * int(after_three)
    recent = 2 * one * int(after_one) if one != 0 else older
    return now if now != 0 else recent


@kernel(forceinline=True)
def _hikkake(prices: Prices, i: int) -> int:
    return _breakout(prices, i) * int(_inside(prices, i - 1))


@pattern(
    "CDLHIKKAKE", "Hikkake", "An inside bar and a breakout of it; 200 where a close confirms that it was false.",
    reach=5,
)  # fmt: skip
def hikkake(prices: Prices, i: int, _means: Means, _penetration: float) -> int:
    return _with_confirmation(
        prices, i, _hikkake(prices, i), _hikkake(prices, i - 1), _hikkake(prices, i - 2), _hikkake(prices, i - 3)
    )


@kernel(forceinline=True)
def _modified(prices: Prices, i: int, near: float) -> int:
    second = candle(prices, i - 2)
    breakout = _breakout(prices, i)
    at_the_end = ((breakout > 0) & (second.close <= second.low + near)) | (
        (breakout < 0) & (second.close >= second.high - near)
    )
    return breakout * int(_inside(prices, i - 1) & _inside(prices, i - 2) & at_the_end)


@pattern(
    "CDLHIKKAKEMOD", "Modified hikkake",
    "Two inside bars, the first closing near its end, and a breakout; 200 where a close confirms that it was false.",
    reach=5,
    # The same average as it stood at the last four bars; TA-Lib's sum begins three bars before the look-back ends.
    averages=(average("near", 2, 3), average("near", 3, 2), average("near", 4, 1), average("near", 5, 0)),
    least_period=1,
)  # fmt: skip
def modified_hikkake(prices: Prices, i: int, means: Means, _penetration: float) -> int:
    return _with_confirmation(
        prices,
        i,
        _modified(prices, i, means[0]),
        _modified(prices, i - 1, means[1]),
        _modified(prices, i - 2, means[2]),
        _modified(prices, i - 3, means[3]),
    )


PATTERNS = (hikkake, modified_hikkake)
"""In alphabetical order."""
