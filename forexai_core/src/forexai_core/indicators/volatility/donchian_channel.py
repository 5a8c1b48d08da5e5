"""Donchian channel: highest high and lowest low of a moving window.

Richard Donchian, Trend-Following Methods in Commodity Price Analysis, 1957. TA-Lib has no function of that
name; its MAX of highs and MIN of lows give the same lines.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines_told
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.levels.rolling_extremes import (
    RunningExtreme,
    chunks_of_extremes,
    room_for_extremes,
    write_chunk,
)
from forexai_core.indicators.parameters import length
from forexai_core.indicators.volatility.bands import Bands

__all__ = ["Donchian", "donchian"]


@kernel(forceinline=True)
def _middle(upper: float, lower: float) -> float:
    return 0.5 * (upper + lower)


@kernel
def _halve(upper: Floats, lower: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _middle(upper[i], lower[i])


@kernel
def _donchian(high: Floats, low: Floats, period: int, room: Floats, room_low: Floats, out: Floats) -> bool:
    rows = high.shape[0]
    first, size = chunks_of_extremes(period, rows)
    finite = first < rows
    uppers, middles, lowers = out[0], out[1], out[2]
    for start in range(first, rows, size):
        stop = min(start + size, rows)
        upper, middle, lower = uppers[start:stop], middles[start:stop], lowers[start:stop]
        finite &= write_chunk(high, start, stop, period, 1.0, room, upper)
        finite &= write_chunk(low, start, stop, period, -1.0, room_low, lower)
        _halve(upper, lower, middle)
    out[:, : min(period - 1, rows)] = math.nan
    return finite


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
    (period,) = Donchian.checked(period)
    return several_lines_told(
        Bands[Floats],
        "donchian",
        _donchian,
        period,
        room_for_extremes(period),
        room_for_extremes(period),
        high=high,
        low=low,
    )


class Donchian(HighLow[Bands[float]], of=donchian, title="Donchian channel", main="middle", overlay=True):
    """Streaming twin of :func:`donchian`."""

    lines = Bands
    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float) -> Bands[float]:
        upper, lower = self._highest.push(high, self._count), self._lowest.push(low, self._count)
        return Bands(upper, _middle(upper, lower), lower)
