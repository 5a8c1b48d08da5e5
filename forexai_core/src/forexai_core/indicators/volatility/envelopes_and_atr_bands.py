"""Envelopes and ATR bands: channels around an average and around the close.

Envelopes as in MetaTrader, around a simple average, a percentage of it wide.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLowClose, OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.volatility.bands import Bands
from forexai_core.indicators.volatility.ranges import NO_RANGE, RangeState, atr_step

__all__ = ["AtrBands", "Envelopes", "atr_bands", "envelopes"]


@kernel(forceinline=True)
def _envelope_step(middle: float, percent: float) -> tuple[float, float]:
    return middle * (1.0 + percent / 100.0), middle * (1.0 - percent / 100.0)


@kernel
def _write_envelopes(middle: Floats, percent: float, upper: Floats, lower: Floats) -> None:
    for i in range(middle.shape[0]):
        upper[i], lower[i] = _envelope_step(middle[i], percent)


def _envelopes(values: Floats, period: int, percent: float, out: Floats) -> None:
    write_means(values, period, out[1])
    _write_envelopes(out[1], percent, out[0], out[2])


@kernel(forceinline=True)
def _band_step(
    high: float, low: float, close: float, seen: int, state: RangeState, period: int, ranges: float
) -> tuple[RangeState, float, float, float]:
    state, atr = atr_step(high, low, close, seen, state, period)
    width = ranges * atr
    return state, close + width, math.nan if seen < period else close, close - width


def envelopes(values: ArrayLike, period: int = 14, percent: float = 0.1) -> Bands[Floats]:
    """Draw a band around a simple average, a percentage of it wide.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.
    percent : float
        Distance of the bands from the average, percent of it, above 0.

    Returns
    -------
    Bands
        Three (rows,) float64; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period, percent = Envelopes.checked(period, percent)
    return several_lines(Bands[Floats], "envelopes", _envelopes, period, percent, values=values)


class Envelopes(
    OneInput[Bands[float]], of=envelopes, title="Envelopes", main="middle", overlay=True, aliases=("ienvelopes",)
):
    """Streaming twin of :func:`envelopes`."""

    lines = Bands
    period: int = length(14)
    percent: float = factor(0.1, "Width, percent")

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._mean = MeanOfWindow(self.period)

    def _advance(self, value: float) -> Bands[float]:
        middle = self._mean.push(value, self._count)
        upper, lower = _envelope_step(middle, self.percent)
        return Bands(upper, middle, lower)


@kernel
def _atr_bands(high: Floats, low: Floats, close: Floats, period: int, ranges: float, out: Floats) -> None:
    state = NO_RANGE
    upper, middle, lower = out[0], out[1], out[2]
    start = min(period + 1, high.shape[0])
    for i in range(start):
        state, upper[i], middle[i], lower[i] = _band_step(high[i], low[i], close[i], i, state, period, ranges)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, closes = high[start:], low[start:], close[start:]
    upper, middle, lower = upper[start:], middle[start:], lower[start:]
    for k in range(tops.shape[0]):
        state, upper[k], middle[k], lower[k] = _band_step(
            tops[k], bottoms[k], closes[k], period + 1, state, period, ranges
        )


def atr_bands(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14, ranges: float = 2.0
) -> Bands[Floats]:
    """Draw a band around the close, a number of average true ranges wide.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the ATR, at least 1.
    ranges : float
        Distance of the bands from the close, average true ranges, above 0.

    Returns
    -------
    Bands
        Three (rows,) float64; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    period, ranges = AtrBands.checked(period, ranges)
    return several_lines(Bands[Floats], "atr_bands", _atr_bands, period, ranges, high=high, low=low, close=close)


class AtrBands(HighLowClose[Bands[float]], of=atr_bands, title="ATR bands", main="middle", overlay=True):
    """Streaming twin of :func:`atr_bands`."""

    lines = Bands
    period: int = length(14)
    ranges: float = factor(2.0, "Width, average true ranges")

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_RANGE

    def _advance(self, high: float, low: float, close: float) -> Bands[float]:
        self._state, upper, middle, lower = _band_step(
            high, low, close, self._count, self._state, self.period, self.ranges
        )
        return Bands(upper, middle, lower)
