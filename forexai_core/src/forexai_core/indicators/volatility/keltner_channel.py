"""Keltner channel: an exponential average, and bands that many average true ranges away.

Chester Keltner, How to Make Money in Commodities, 1960, in the form that Linda Raschke gave it. TA-Lib has no
function of that name; its EMA of closes and its ATR give the same lines.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.volatility.bands import Bands
from forexai_core.indicators.volatility.ranges import NO_RANGE, RangeState, atr_step

__all__ = ["NO_CHANNEL", "Channel", "Keltner", "keltner", "keltner_step"]

Channel: TypeAlias = tuple[Smoothing, RangeState]
"""The average of closes, and the ATR."""

NO_CHANNEL: Channel = (NO_SMOOTHING, NO_RANGE)
"""The state of before the first bar."""


@kernel(forceinline=True)
def keltner_step(
    high: float, low: float, close: float, seen: int, channel: Channel, period: int, ranges: float, atr_period: int
) -> tuple[Channel, float, float, float]:
    """Advance a Keltner channel by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    channel : Channel
        The state; ``NO_CHANNEL`` at the start.
    period, atr_period : int
        Lengths of the averages of closes and of true ranges.
    ranges : float
        Distance of the bands from the middle, average true ranges.

    Returns
    -------
    channel : Channel
        The new state.
    upper, middle, lower : float
        The lines, NaN during warm-up.
    """
    average, true_ranges = channel
    average, middle = ema_step(close, seen, average, period, 2.0 / (period + 1.0))
    true_ranges, atr = atr_step(high, low, close, seen, true_ranges, atr_period)
    if seen < period - 1 or seen < atr_period:
        return (average, true_ranges), math.nan, math.nan, math.nan
    width = ranges * atr
    return (average, true_ranges), middle + width, middle, middle - width


@kernel
def _keltner(
    high: Floats, low: Floats, close: Floats, period: int, ranges: float, atr_period: int, out: Floats
) -> None:
    upper, middle, lower = out[0], out[1], out[2]
    channel = NO_CHANNEL
    rows = high.shape[0]
    start = min(max(period, atr_period + 1), rows)
    for i in range(start):
        channel, upper[i], middle[i], lower[i] = keltner_step(
            high[i], low[i], close[i], i, channel, period, ranges, atr_period
        )
    tops, bottoms, closes = high[start:], low[start:], close[start:]
    upper, middle, lower = upper[start:], middle[start:], lower[start:]
    for k in range(closes.shape[0]):
        # The warm-up is over: told so by a constant, the compiler drops its branches.
        channel, upper[k], middle[k], lower[k] = keltner_step(
            tops[k], bottoms[k], closes[k], period + atr_period, channel, period, ranges, atr_period
        )


def keltner(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 20, ranges: float = 2.0, atr_period: int = 10
) -> Bands[Floats]:
    """Draw a band around an exponential average of closes, a number of average true ranges wide.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the exponential average, at least 1.
    ranges : float
        Distance of the bands from the middle, average true ranges, above 0.
    atr_period : int
        Length of the average of true ranges, at least 1.

    Returns
    -------
    Bands
        Three (rows,) float64; NaN in the first ``max(period - 1, atr_period)`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1, or ``ranges`` no finite number above 0.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    period, ranges, atr_period = Keltner.checked(period, ranges, atr_period)
    return several_lines(
        Bands[Floats], "keltner", _keltner, period, ranges, atr_period, high=high, low=low, close=close
    )


class Keltner(HighLowClose[Bands[float]], of=keltner, title="Keltner channel", main="middle", overlay=True):
    """Streaming twin of :func:`keltner`."""

    lines = Bands
    period: int = length(20)
    ranges: float = factor(2.0, "Width, average true ranges")
    atr_period: int = length(10, "True range average, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.period - 1, self.atr_period)

    def _start(self) -> None:
        self._channel = NO_CHANNEL

    def _advance(self, high: float, low: float, close: float) -> Bands[float]:
        self._channel, upper, middle, lower = keltner_step(
            high, low, close, self._count, self._channel, self.period, self.ranges, self.atr_period
        )
        return Bands(upper, middle, lower)
