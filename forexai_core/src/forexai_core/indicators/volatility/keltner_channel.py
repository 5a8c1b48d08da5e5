"""Keltner channel: an exponential average, and bands that many average true ranges away.

Chester Keltner, How to Make Money in Commodities, 1960, in the form that Linda Raschke gave it. TA-Lib has no
function of that name; its EMA of closes and its ATR give the same lines.
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import ema_step
from forexai_core.indicators.inputs import Floats, Records, check_bars, check_number, check_whole_number
from forexai_core.indicators.streaming import HighLowClose
from forexai_core.indicators.volatility.bollinger_bands import Bands
from forexai_core.indicators.volatility.ranges import atr_step

__all__ = ["NO_CHANNEL", "Channel", "Keltner", "keltner", "keltner_step"]

Channel: TypeAlias = tuple[float, float, float]
"""Average of closes, last close, average of true ranges; sums during warm-up."""

NO_CHANNEL: Channel = (0.0, 0.0, 0.0)
"""The state of before the first bar."""

KELTNER_STATE = np.dtype(
    [
        ("period", np.int64),
        ("atr_period", np.int64),
        ("ranges", np.float64),  # distance of the bands, average true ranges
        ("seen", np.int64),
        ("average", np.float64),
        ("close", np.float64),
        ("atr", np.float64),
    ]
)
"""State of a Keltner channel."""


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
    average, previous, true_ranges = channel
    average, middle = ema_step(close, seen, average, period, 2.0 / (period + 1.0))
    previous, true_ranges, atr = atr_step(high, low, close, seen, previous, true_ranges, atr_period)
    if seen < period - 1 or seen < atr_period:
        return (average, previous, true_ranges), math.nan, math.nan, math.nan
    width = ranges * atr
    return (average, previous, true_ranges), middle + width, middle, middle - width


@kernel
def _keltner(
    high: Floats, low: Floats, close: Floats, period: int, ranges: float, atr_period: int, out: Floats
) -> None:
    upper, middle, lower = out[0], out[1], out[2]
    channel = NO_CHANNEL
    rows = high.shape[0]
    start = max(period, atr_period + 1)
    for i in range(min(start, rows)):
        channel, upper[i], middle[i], lower[i] = keltner_step(
            high[i], low[i], close[i], i, channel, period, ranges, atr_period
        )
    for i in range(start, rows):
        channel, upper[i], middle[i], lower[i] = keltner_step(
            high[i], low[i], close[i], i, channel, period, ranges, atr_period
        )


@kernel
def _keltner_update(state: Records, high: float, low: float, close: float) -> tuple[float, float, float]:
    s = state[0]
    channel = (s["average"], s["close"], s["atr"])
    channel, upper, middle, lower = keltner_step(
        high, low, close, s["seen"], channel, s["period"], s["ranges"], s["atr_period"]
    )
    s["seen"] += 1
    s["average"], s["close"], s["atr"] = channel
    return upper, middle, lower


def _check_settings(period: int, ranges: float, atr_period: int) -> tuple[int, float, int]:
    return (
        check_whole_number("keltner", "period", period),
        check_number("keltner", "ranges", ranges),
        check_whole_number("keltner", "atr_period", atr_period),
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
    settings = _check_settings(period, ranges, atr_period)
    highs, lows, closes = check_bars("keltner", high, low, close)
    out = np.empty((3, highs.shape[0]))
    _keltner(highs, lows, closes, *settings, out)
    return Bands(out[0], out[1], out[2])


class Keltner(HighLowClose[Bands[float]]):
    """Streaming twin of :func:`keltner`.

    Parameters
    ----------
    period : int
        Length of the exponential average, at least 1.
    ranges : float
        Distance of the bands from the middle, average true ranges, above 0.
    atr_period : int
        Length of the average of true ranges, at least 1.
    """

    name: ClassVar[str] = "keltner"

    def __init__(self, period: int = 20, ranges: float = 2.0, atr_period: int = 10) -> None:
        self.period, self.ranges, self.atr_period = _check_settings(period, ranges, atr_period)
        super().__init__(warmup=max(self.period - 1, self.atr_period))

    def _start(self) -> None:
        self._state = np.zeros(1, KELTNER_STATE)
        self._state["period"], self._state["atr_period"] = self.period, self.atr_period
        self._state["ranges"] = self.ranges

    def _nothing(self) -> Bands[float]:
        return Bands(math.nan, math.nan, math.nan)

    def _advance(self, high: float, low: float, close: float) -> Bands[float]:
        return Bands(*_keltner_update(self._state, high, low, close))
