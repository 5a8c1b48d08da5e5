"""Middles of the range of a window.

As TA-Lib's MIDPOINT, of one series, and MIDPRICE, of highs and lows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import HighLow, OneInput
from forexai_core.indicators.inputs import Floats, refuse_infinite, take_series
from forexai_core.indicators.levels.rolling_extremes import (
    LONG,
    RunningExtreme,
    chunks_of_extremes,
    prepare_block,
    rooms_for_a_range,
    write_chunk,
)
from forexai_core.indicators.parameters import length

__all__ = ["Midpoint", "Midprice", "midpoint", "midprice", "write_middles"]


@kernel(forceinline=True)
def _middle(highest: float, lowest: float) -> float:
    return (highest + lowest) / 2.0


@kernel
def _halve(highs: Floats, lows: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = _middle(highs[k], lows[k])


@kernel
def _halve_four(
    high: Floats,
    high_b: Floats,
    high_c: Floats,
    high_d: Floats,
    low: Floats,
    low_b: Floats,
    low_c: Floats,
    low_d: Floats,
    out: Floats,
) -> None:
    for k in range(out.shape[0]):
        highest = max(high_d[k], high_c[k], high_b[k], high[k]) + 0.0
        lowest = -max(low_d[k], low_c[k], low_b[k], low[k]) + 0.0
        out[k] = _middle(highest, lowest)


@kernel
def _write_block(high: Floats, low: Floats, period: int, rooms: Floats, out: Floats) -> bool:
    """Write the middles of as many windows as ``out`` has rows, without writing their extremes before."""
    above, place, width = prepare_block(high, period, 1.0, rooms[0])
    below, _, _ = prepare_block(low, period, -1.0, rooms[1])
    tops, bottoms, last = rooms[0, place], rooms[1, place], period - width
    b, c = min(width, last), min(2 * width, last)
    _halve_four(tops, tops[b:], tops[c:], tops[last:], bottoms, bottoms[b:], bottoms[c:], bottoms[last:], out)
    return above & below


@kernel
def write_middles(high: Floats, low: Floats, period: int, rooms: Floats, extremes: Floats, out: Floats) -> bool:
    """Write the middle of the range of every window.

    Parameters
    ----------
    high, low : (rows,) float64
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
        False where a price may not be finite.
    """
    rows = out.shape[0]
    tops, bottoms = extremes[0], extremes[1]
    first, size = chunks_of_extremes(period, rows)
    finite = first < rows
    for start in range(first, rows, size):
        stop = min(start + size, rows)
        if period <= LONG:
            first_row = start - period + 1
            finite &= _write_block(high[first_row:stop], low[first_row:stop], period, rooms, out[start:stop])
            continue
        highs, lows = tops[: stop - start], bottoms[: stop - start]
        finite &= write_chunk(high, start, stop, period, 1.0, rooms[0], highs)
        finite &= write_chunk(low, start, stop, period, -1.0, rooms[1], lows)
        _halve(highs, lows, out[start:stop])
    out[: min(period - 1, rows)] = math.nan
    return finite


def midpoint(values: ArrayLike, period: int = 14) -> Floats:
    """Halve the sum of the highest and the lowest value of the window.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Midpoint.checked(period)
    column = take_series("midpoint", "values", values)
    out = np.empty(column.shape[0])
    if not write_middles(column, column, period, *rooms_for_a_range(period), out):
        refuse_infinite("midpoint", values=column)
    return out


class Midpoint(OneInput[float], of=midpoint, title="Midpoint of values", overlay=True):
    """Streaming twin of :func:`midpoint`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, value: float) -> float:
        return _middle(self._highest.push(value, self._count), self._lowest.push(value, self._count))


def midprice(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Halve the sum of the highest high and the lowest low of the window.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Midprice.checked(period)
    return one_line_told("midprice", write_middles, period, *rooms_for_a_range(period), high=high, low=low)


class Midprice(HighLow[float], of=midprice, title="Midpoint of bars", overlay=True):
    """Streaming twin of :func:`midprice`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float) -> float:
        return _middle(self._highest.push(high, self._count), self._lowest.push(low, self._count))
