"""Stochastic oscillator, slow and fast.

George Lane's %K and %D; as TA-Lib's STOCH and STOCHF with simple averages. Where high and low of the window
are equal, %K is 0, as TA-Lib has it. The fast form is the slow one without slowing.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.inputs import Floats, check_whole_number, refuse_infinite, take_bars
from forexai_core.indicators.levels.rolling_extremes import (
    RunningExtreme,
    chunks_of_extremes,
    rooms_for_a_range,
    write_chunk,
)
from forexai_core.indicators.streaming import HighLowClose, SeveralOutputs

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


def _check_periods(indicator: str, k_period: int, slowing: int, d_period: int) -> tuple[int, int, int]:
    return (
        check_whole_number(indicator, "k_period", k_period),
        check_whole_number(indicator, "slowing", slowing),
        check_whole_number(indicator, "d_period", d_period),
    )


def _lines(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int, slowing: int, d_period: int
) -> StochasticLines[Floats]:
    k_length, slow_length, d_length = _check_periods(indicator, k_period, slowing, d_period)
    highs, lows, closes = take_bars(indicator, high=high, low=low, close=close)
    refuse_infinite(indicator, close=closes)
    rows = highs.shape[0]
    raw, out = np.full(rows, math.nan), np.full((2, rows), math.nan)
    finite = write_places(highs, lows, closes, k_length, *rooms_for_a_range(k_length), raw)
    first = k_length - 1
    if not finite:
        refuse_infinite(indicator, high=highs, low=lows)
    write_means(raw[first:], slow_length, out[0, first:])
    first += slow_length - 1
    write_means(out[0, first:], d_length, out[1, first:])
    out[0, : first + d_length - 1] = math.nan
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
    return _lines("stochastic_fast", high, low, close, k_period, 1, d_period)


class Stochastic(SeveralOutputs[StochasticLines[float]], HighLowClose[StochasticLines[float]]):
    """Streaming twin of :func:`stochastic`.

    Parameters
    ----------
    k_period, slowing, d_period : int
        Lengths of the window and of the two averages, at least 1.
    """

    name: ClassVar[str] = "stochastic"
    lines = StochasticLines

    def __init__(self, k_period: int = 14, slowing: int = 3, d_period: int = 3) -> None:
        self.k_period, self.slowing, self.d_period = _check_periods(self.name, k_period, slowing, d_period)
        super().__init__(warmup=self.k_period + self.slowing + self.d_period - 3)

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.k_period, 1.0), RunningExtreme(self.k_period, -1.0)
        self._k, self._d = MeanOfWindow(self.slowing), MeanOfWindow(self.d_period)

    def _advance(self, high: float, low: float, close: float) -> StochasticLines[float]:
        highest, lowest = self._highest.push(high, self._count), self._lowest.push(low, self._count)
        seen = self._count - (self.k_period - 1)
        if seen < 0:
            return self._nothing()
        k = self._k.push(raw_step(close, highest, lowest), seen)
        if seen < self.slowing - 1:
            return self._nothing()
        d = self._d.push(k, seen - (self.slowing - 1))
        return StochasticLines(k, d) if self._count >= self._warmup else self._nothing()


class StochasticFast(Stochastic):
    """Streaming twin of :func:`stochastic_fast`.

    Parameters
    ----------
    k_period, d_period : int
        Lengths of the window and of the average, at least 1.
    """

    name: ClassVar[str] = "stochastic_fast"

    def __init__(self, k_period: int = 14, d_period: int = 3) -> None:
        super().__init__(k_period, 1, d_period)
