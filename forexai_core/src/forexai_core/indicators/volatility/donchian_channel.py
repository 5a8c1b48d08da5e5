"""Donchian channel: highest high and lowest low of a moving window.

Richard Donchian, Trend-Following Methods in Commodity Price Analysis, 1957. TA-Lib has no function of that
name; its MAX of highs and MIN of lows give the same lines.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, Records, check_aligned, check_series, check_whole_number
from forexai_core.indicators.levels.extremes import highest_step, lowest_step
from forexai_core.indicators.streaming import HighLow
from forexai_core.indicators.volatility.bollinger_bands import Bands

__all__ = ["Donchian", "donchian"]

DONCHIAN_STATE = np.dtype([("seen", np.int64), ("place", np.int64), ("highest", np.float64), ("lowest", np.float64)])
"""State of a channel: place in the block, and the extremes of the block so far."""


@kernel
def _donchian(high: Floats, low: Floats, highs: Floats, lows: Floats, out: Floats) -> None:
    upper, middle, lower = out[0], out[1], out[2]
    place, top, bottom = 0, 0.0, 0.0
    for i in range(high.shape[0]):
        _, top, upper[i] = highest_step(high[i], i, place, top, highs)
        place, bottom, lower[i] = lowest_step(low[i], i, place, bottom, lows)
        middle[i] = 0.5 * (upper[i] + lower[i])


@kernel
def _donchian_update(
    state: Records, highs: Floats, lows: Floats, high: float, low: float
) -> tuple[float, float, float]:
    s = state[0]
    _, top, upper = highest_step(high, s["seen"], s["place"], s["highest"], highs)
    place, bottom, lower = lowest_step(low, s["seen"], s["place"], s["lowest"], lows)
    s["seen"] += 1
    s["place"] = place
    s["highest"] = top
    s["lowest"] = bottom
    return upper, 0.5 * (upper + lower), lower


def donchian(high: ArrayLike, low: ArrayLike, period: int = 20) -> Bands[Floats]:
    """Draw the highest high and the lowest low of the last ``period`` bars, the row's own included.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    Bands
        Three (rows,) float64, the middle halfway between the others; NaN in the first ``period - 1`` rows. A breakout
        compares a close with the row before.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    length = check_whole_number("donchian", "period", period)
    highs, lows = check_series("donchian", "high", high), check_series("donchian", "low", low)
    rows = check_aligned("donchian", high=highs, low=lows)
    out = np.full((3, rows), math.nan)
    if length <= rows:
        _donchian(highs, lows, np.empty(length), np.empty(length), out)
    return Bands(out[0], out[1], out[2])


class Donchian(HighLow[Bands[float]]):
    """Streaming twin of :func:`donchian`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "donchian"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, DONCHIAN_STATE)
        self._highs, self._lows = np.zeros(self.period), np.zeros(self.period)

    def _nothing(self) -> Bands[float]:
        return Bands(math.nan, math.nan, math.nan)

    def _advance(self, high: float, low: float) -> Bands[float]:
        return Bands(*_donchian_update(self._state, self._highs, self._lows, high, low))
