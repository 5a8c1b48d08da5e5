"""Stochastic oscillator, slow and fast.

George Lane's %K and %D; as TA-Lib's STOCH and STOCHF with simple averages. Where high and low of the window
are equal, %K is 0, as TA-Lib has it. The fast form is the slow one without slowing.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats, refuse_infinite, take_bars
from forexai_core.indicators.levels.rolling_extremes import (
    RunningExtreme,
    chunks_of_extremes,
    rooms_for_a_range,
    write_chunk,
)
from forexai_core.indicators.parameters import length

__all__ = [
    "Stochastic",
    "StochasticFast",
    "StochasticLines",
    "raw_step",
    "stochastic",
    "stochastic_fast",
    "write_places",
]

Line = TypeVar("Line")


class StochasticLines(NamedTuple, Generic[Line]):
    """The two lines, 0 to 100: arrays from the batch form, floats from the streaming form."""

    k: Line
    """Place of the close in the range of the window, averaged in the slow form."""
    d: Line
    """Simple average of ``k``."""


@kernel(forceinline=True)
def raw_step(close: float, highest: float, lowest: float) -> float:
    """Place a close in the range of a window.

    Parameters
    ----------
    close, highest, lowest : float
        The newest close, and the extremes of the window.

    Returns
    -------
    float
        Percent; 0 where the range is empty.
    """
    width = highest - lowest
    return 0.0 if width == 0.0 else 100.0 * ((close - lowest) / width)


@kernel
def _relate(closes: Floats, highs: Floats, lows: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = raw_step(closes[k], highs[k], lows[k])


@kernel
def write_places(
    high: Floats, low: Floats, close: Floats, period: int, rooms: Floats, extremes: Floats, out: Floats
) -> bool:
    """Write the place of every close in the range of its window.

    Parameters
    ----------
    high, low, close : (rows,) float64
        Prices of bars.
    period : int
        Length of the window.
    rooms, extremes : float64
        Room to work in, as of :func:`~forexai_core.indicators.levels.rolling_extremes.rooms_for_a_range`.
    out : (rows,) float64
        Overwritten; NaN in the first ``period - 1`` rows.

    Returns
    -------
    bool
        False where a high or low may not be finite.
    """
    rows = close.shape[0]
    tops, bottoms = extremes[0], extremes[1]
    first, size = chunks_of_extremes(period, rows)
    finite = first < rows
    for start in range(first, rows, size):
        stop = min(start + size, rows)
        highs, lows = tops[: stop - start], bottoms[: stop - start]
        finite &= write_chunk(high, start, stop, period, 1.0, rooms[0], highs)
        finite &= write_chunk(low, start, stop, period, -1.0, rooms[1], lows)
        _relate(close[start:stop], highs, lows, out[start:stop])
    out[: min(period - 1, rows)] = math.nan
    return finite


def _lines(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int, slowing: int, d_period: int
) -> StochasticLines[Floats]:
    highs, lows, closes = take_bars(indicator, high=high, low=low, close=close)
    refuse_infinite(indicator, close=closes)
    rows = highs.shape[0]
    raw, out = np.full(rows, math.nan), np.full((2, rows), math.nan)
    finite = write_places(highs, lows, closes, k_period, *rooms_for_a_range(k_period), raw)
    first = k_period - 1
    if not finite:
        refuse_infinite(indicator, high=highs, low=lows)
    write_means(raw[first:], slowing, out[0, first:])
    first += slowing - 1
    write_means(out[0, first:], d_period, out[1, first:])
    out[0, : first + d_period - 1] = math.nan
    return StochasticLines(out[0], out[1])


def stochastic(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int = 14, slowing: int = 3, d_period: int = 3
) -> StochasticLines[Floats]:
    """Place the close in the range of the last ``k_period`` bars, averaged twice (slow stochastic).

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    k_period : int
        Length of the window of highs and lows, at least 1.
    slowing : int
        Length of the simple average that makes %K, at least 1.
    d_period : int
        Length of the simple average of %K that makes %D, at least 1.

    Returns
    -------
    StochasticLines
        Two (rows,) float64; NaN in the first ``k_period + slowing + d_period - 3`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    k_period, slowing, d_period = Stochastic.checked(k_period, slowing, d_period)
    return _lines("stochastic", high, low, close, k_period, slowing, d_period)


def stochastic_fast(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int = 14, d_period: int = 3
) -> StochasticLines[Floats]:
    """Place the close in the range of the last ``k_period`` bars (fast stochastic).

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    k_period : int
        Length of the window of highs and lows, at least 1.
    d_period : int
        Length of the simple average of %K that makes %D, at least 1.

    Returns
    -------
    StochasticLines
        Two (rows,) float64; NaN in the first ``k_period + d_period - 2`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    k_period, d_period = StochasticFast.checked(k_period, d_period)
    return _lines("stochastic_fast", high, low, close, k_period, 1, d_period)


class _Places:
    """Both lines of a stream."""

    def __init__(self, k_period: int, slowing: int, d_period: int) -> None:
        self._k_period, self._slowing, self._d_period = k_period, slowing, d_period
        self._highest, self._lowest = RunningExtreme(k_period, 1.0), RunningExtreme(k_period, -1.0)
        self._k, self._d = MeanOfWindow(slowing), MeanOfWindow(d_period)

    def push(self, high: float, low: float, close: float, seen: int) -> StochasticLines[float]:
        """Take the newest bar, ``seen`` bars having been seen before."""
        highest, lowest = self._highest.push(high, seen), self._lowest.push(low, seen)
        seen -= self._k_period - 1
        if seen < 0:
            return _NEITHER
        k = self._k.push(raw_step(close, highest, lowest), seen)
        seen -= self._slowing - 1
        if seen < 0:
            return _NEITHER
        d = self._d.push(k, seen)
        return StochasticLines(k, d) if seen >= self._d_period - 1 else _NEITHER


_NEITHER = StochasticLines(math.nan, math.nan)


class Stochastic(
    HighLowClose[StochasticLines[float]], of=stochastic, title="Stochastic oscillator, slow", aliases=("stoch",)
):
    """Streaming twin of :func:`stochastic`."""

    lines = StochasticLines
    k_period: int = length(14, "%K window, bars")
    slowing: int = length(3, "Slowing, bars")
    d_period: int = length(3, "%D average, bars")

    def _rows_of_warmup(self) -> int:
        return self.k_period + self.slowing + self.d_period - 3

    def _start(self) -> None:
        self._places = _Places(self.k_period, self.slowing, self.d_period)

    def _advance(self, high: float, low: float, close: float) -> StochasticLines[float]:
        return self._places.push(high, low, close, self._count)


class StochasticFast(
    HighLowClose[StochasticLines[float]], of=stochastic_fast, title="Stochastic oscillator, fast", aliases=("stochf",)
):
    """Streaming twin of :func:`stochastic_fast`."""

    lines = StochasticLines
    k_period: int = length(14, "%K window, bars")
    d_period: int = length(3, "%D average, bars")

    def _rows_of_warmup(self) -> int:
        return self.k_period + self.d_period - 2

    def _start(self) -> None:
        self._places = _Places(self.k_period, 1, self.d_period)

    def _advance(self, high: float, low: float, close: float) -> StochasticLines[float]:
        return self._places.push(high, low, close, self._count)
