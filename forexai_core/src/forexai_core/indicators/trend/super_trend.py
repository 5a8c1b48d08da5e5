"""SuperTrend.

Olivier Seban; as on TradingView: bands around the median price, a number of average true ranges away, that only close
in until the close breaks one. It begins as a fall.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.volatility.ranges import NO_RANGE, RangeState, atr_step

__all__ = ["SuperTrend", "SuperTrendLines", "supertrend"]

Line = TypeVar("Line")


SuperState: TypeAlias = tuple[RangeState, float, float, float, float]
"""The ATR; the upper and the lower band; the last close; 1 in a rise, -1 in a fall, 0 at first."""

NO_SUPER: SuperState = (NO_RANGE, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _super_step(
    high: float, low: float, close: float, seen: int, state: SuperState, period: int, ranges: float
) -> tuple[SuperState, float, float]:
    true_ranges, upper, lower, last_close, direction = state
    true_ranges, atr = atr_step(high, low, close, seen, true_ranges, period)
    if seen < period:
        return (true_ranges, 0.0, 0.0, close, 0.0), math.nan, math.nan
    middle, width = (high + low) / 2.0, ranges * atr
    top, bottom = middle + width, middle - width
    if direction != 0.0:
        top = top if top < upper or last_close > upper else upper
        bottom = bottom if bottom > lower or last_close < lower else lower
    if direction > 0.0:
        direction = -1.0 if close < bottom else 1.0
    elif direction < 0.0:
        direction = 1.0 if close > top else -1.0
    else:
        direction = -1.0
    line = bottom if direction > 0.0 else top
    return (true_ranges, top, bottom, close, direction), line, direction


class SuperTrendLines(NamedTuple, Generic[Line]):
    """SuperTrend: arrays from the batch form, floats from the streaming form."""

    supertrend: Line
    """Price of the band."""
    direction: Line
    """1 in a rise, -1 in a fall."""


@kernel
def _supertrend(high: Floats, low: Floats, close: Floats, period: int, ranges: float, out: Floats) -> None:
    state = NO_SUPER
    supertrend, direction = out[0], out[1]
    start = min(period + 1, high.shape[0])
    for i in range(start):
        state, supertrend[i], direction[i] = _super_step(high[i], low[i], close[i], i, state, period, ranges)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, closes = high[start:], low[start:], close[start:]
    supertrend, direction = supertrend[start:], direction[start:]
    for k in range(tops.shape[0]):
        state, supertrend[k], direction[k] = _super_step(
            tops[k], bottoms[k], closes[k], period + 1, state, period, ranges
        )


def supertrend(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 10, ranges: float = 3.0
) -> SuperTrendLines[Floats]:
    """Follow the price with a band that only closes in, and turns when the close breaks it.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the average of true ranges, at least 1.
    ranges : float
        Distance of the bands, average true ranges, above 0.

    Returns
    -------
    SuperTrendLines
        Two (rows,) float64; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    period, ranges = SuperTrend.checked(period, ranges)
    return several_lines(
        SuperTrendLines[Floats], "supertrend", _supertrend, period, ranges, high=high, low=low, close=close
    )


class SuperTrend(HighLowClose[SuperTrendLines[float]], of=supertrend, title="SuperTrend", overlay=True):
    """Streaming twin of :func:`supertrend`."""

    lines = SuperTrendLines
    period: int = length(10)
    ranges: float = factor(3.0, "Width, average true ranges")

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_SUPER

    def _advance(self, high: float, low: float, close: float) -> SuperTrendLines[float]:
        self._state, supertrend, direction = _super_step(
            high, low, close, self._count, self._state, self.period, self.ranges
        )
        return SuperTrendLines(supertrend, direction)
