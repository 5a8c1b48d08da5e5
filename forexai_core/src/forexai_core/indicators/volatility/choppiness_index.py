"""Choppiness index.

E. W. Dreiss, 1990s: how much longer the way of prices was than the range that it stayed in, on a scale of logarithms.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.elementary import logarithm
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, extremes_of
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.volatility.ranges import true_range_step, write_true_ranges
from forexai_core.indicators.windows import Window

__all__ = ["Choppiness", "choppiness"]


Way: TypeAlias = tuple[float, float]
"""Sum of the true ranges of the window, in two parts."""

NO_WAY: Way = (0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _choppiness_step(
    ranges: Floats, i: int, seen: int, highest: float, lowest: float, state: Way, period: int
) -> tuple[Way, float]:
    total, error = state
    if seen == 0:
        return state, math.nan
    total, error = rolling_sum_step(total, error, ranges[i], ranges[i - period] if seen > period else 0.0)
    if seen < period:
        return (total, error), math.nan
    width, way = highest - lowest, total + error
    if width < NEGLIGIBLE or way < NEGLIGIBLE:
        return (total, error), 0.0
    return (total, error), 100.0 * logarithm(way / width) / logarithm(1.0 * period)


@kernel
def _write_choppiness(ranges: Floats, highs: Floats, lows: Floats, period: int, out: Floats) -> None:
    state = NO_WAY
    for i in range(out.shape[0]):
        state, out[i] = _choppiness_step(ranges, i, i, highs[i], lows[i], state, period)


def _choppiness(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    ranges = np.empty(out.shape[0])
    write_true_ranges(high, low, close, ranges)
    _write_choppiness(ranges, extremes_of(high, period, 1.0), extremes_of(low, period, -1.0), period, out)


def choppiness(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Compare the sum of true ranges with the range of the whole window.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        Near 100 where prices go to and fro, near 0 where they go straight; NaN in the first ``period`` rows; 0 where
        nothing moved.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Choppiness.checked(period)
    return one_line("choppiness", _choppiness, period, high=high, low=low, close=close)


class Choppiness(HighLowClose[float], of=choppiness, title="Choppiness index", aliases=("chop",)):
    """Streaming twin of :func:`choppiness`."""

    period: int = length(14, minimum=2)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state, self._close = NO_WAY, 0.0
        self._window = Window(self.period + 1)
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float, close: float) -> float:
        last, self._close = self._close, close
        i = self._window.push(0.0 if self._count == 0 else true_range_step(high, low, last))
        highest, lowest = self._highest.push(high, self._count), self._lowest.push(low, self._count)
        self._state, output = _choppiness_step(
            self._window.values, i, self._count, highest, lowest, self._state, self.period
        )
        return output
