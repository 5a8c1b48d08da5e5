"""Williams' percent range (%R) and the DeMarker indicator.

Larry Williams, How I Made One Million Dollars, 1973, as TA-Lib's WILLR; Thomas DeMark, The New Science of Technical
Analysis, 1994, as MetaTrader has it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import one_line, one_line_told
from forexai_core.indicators.feeds import HighLow, HighLowClose
from forexai_core.indicators.inputs import (
    NEGLIGIBLE,
    Floats,
)
from forexai_core.indicators.levels.rolling_extremes import (
    RunningExtreme,
    chunks_of_extremes,
    rooms_for_a_range,
    write_chunk,
)
from forexai_core.indicators.parameters import length

__all__ = ["DeMarker", "WilliamsR", "demarker", "williams_r"]


@kernel(forceinline=True)
def _range_step(close: float, highest: float, lowest: float) -> float:
    width = highest - lowest
    return 0.0 if width == 0.0 else -100.0 * ((highest - close) / width)


@kernel
def _relate(close: Floats, highs: Floats, lows: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        finite &= close[k] - close[k] == 0.0
        out[k] = _range_step(close[k], highs[k], lows[k])
    return finite


@kernel
def _write_ranges(
    high: Floats, low: Floats, close: Floats, period: int, rooms: Floats, extremes: Floats, out: Floats
) -> bool:
    rows = out.shape[0]
    tops, bottoms = extremes[0], extremes[1]
    first, size = chunks_of_extremes(period, rows)
    finite = first < rows
    for start in range(first, rows, size):
        stop = min(start + size, rows)
        highs, lows = tops[: stop - start], bottoms[: stop - start]
        finite &= write_chunk(high, start, stop, period, 1.0, rooms[0], highs)
        finite &= write_chunk(low, start, stop, period, -1.0, rooms[1], lows)
        finite &= _relate(close[start:stop], highs, lows, out[start:stop])
    for i in range(min(period - 1, rows)):
        finite &= close[i] - close[i] == 0.0
        out[i] = math.nan
    return finite


@kernel(forceinline=True)
def _reach_step(high: float, low: float, last_high: float, last_low: float) -> tuple[float, float]:
    return max(high - last_high, 0.0), max(last_low - low, 0.0)


@kernel(forceinline=True)
def _share_step(up: float, down: float) -> float:
    both = up + down
    return 0.0 if both < NEGLIGIBLE else up / both


@kernel
def _write_reaches(high: Floats, low: Floats, ups: Floats, downs: Floats) -> None:
    for k in range(ups.shape[0]):
        ups[k], downs[k] = _reach_step(high[k + 1], low[k + 1], high[k], low[k])


@kernel
def _write_shares(ups: Floats, downs: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = _share_step(ups[k], downs[k])


def _demarker(high: Floats, low: Floats, period: int, out: Floats) -> None:
    rows = max(high.shape[0] - 1, 0)
    ups, downs, up_means, down_means = np.empty((4, rows))
    _write_reaches(high, low, ups, downs)
    write_means(ups, period, up_means)
    write_means(downs, period, down_means)
    out[:1] = math.nan
    _write_shares(up_means, down_means, out[1:])


def williams_r(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Say how far below the top of its range the close is.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        -100 to 0; NaN in the first ``period - 1`` rows; 0 where the range is empty.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = WilliamsR.checked(period)
    return one_line_told(
        "williams_r", _write_ranges, period, *rooms_for_a_range(period), high=high, low=low, close=close
    )


class WilliamsR(HighLowClose[float], of=williams_r, title="Williams' percent range", aliases=("willr", "iwpr", "wpr")):
    """Streaming twin of :func:`williams_r`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float, close: float) -> float:
        return _range_step(close, self._highest.push(high, self._count), self._lowest.push(low, self._count))


def demarker(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Relate how far highs rose to how far highs rose and lows fell.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 1; NaN in the first ``period`` rows; 0 where neither happened.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = DeMarker.checked(period)
    return one_line("demarker", _demarker, period, high=high, low=low)


class DeMarker(HighLow[float], of=demarker, title="DeMarker", aliases=("idemarker",)):
    """Streaming twin of :func:`demarker`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._last = (0.0, 0.0)
        self._ups, self._downs = MeanOfWindow(self.period), MeanOfWindow(self.period)

    def _advance(self, high: float, low: float) -> float:
        last, self._last = self._last, (high, low)
        if self._count == 0:
            return math.nan
        up, down = _reach_step(high, low, *last)
        return _share_step(self._ups.push(up, self._count - 1), self._downs.push(down, self._count - 1))
