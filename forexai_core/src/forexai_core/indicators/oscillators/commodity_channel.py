"""Commodity channel index (CCI).

Donald Lambert, Commodities magazine, October 1980; as TA-Lib's CCI. The mean deviation needs every value of
the window, so a row costs time in proportion to the period. Where a window of prices stands still the index
is 0.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import write_means
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, refuse_infinite, take_bars
from forexai_core.indicators.parameters import length
from forexai_core.indicators.prices import combine_source
from forexai_core.indicators.rolling_sums import NO_SUM_YET, centred_sum_step
from forexai_core.indicators.statistics.mean_deviation import mean_deviation
from forexai_core.indicators.windows import Window

__all__ = ["Cci", "cci", "cci_step"]

ROUNDING = 1e-15
"""Deviations below this share of the price are rounding errors of the typical price: the window stands still."""


@kernel(forceinline=True)
def cci_step(typical: Floats, i: int, mean: float, period: int) -> float:
    """Relate the typical price at ``i`` to its window.

    Parameters
    ----------
    typical : float64
        Holds the last ``period`` typical prices, ending at ``i``, in order.
    i : int
        Position of the newest.
    mean : float
        Mean of the window.
    period : int
        Length of the window.

    Returns
    -------
    float
        The index.
    """
    offset = typical[i] - mean
    deviation = mean_deviation(typical, i, period, mean)
    if abs(offset) < NEGLIGIBLE or deviation * period < NEGLIGIBLE or deviation < ROUNDING * abs(mean):
        return 0.0
    return offset / (0.015 * deviation)


@kernel
def _cci(high: Floats, low: Floats, close: Floats, period: int, typical: Floats, out: Floats) -> bool:
    for i in range(out.shape[0]):
        typical[i] = (high[i] + low[i] + close[i]) / 3.0
    finite = write_means(typical, period, out)
    for i in range(period - 1, out.shape[0]):
        out[i] = cci_step(typical, i, out[i], period)
    return finite


def cci(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 20) -> Floats:
    """Measure how far the typical price is from its average, in mean deviations.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        ``(typical - mean) / (0.015 * mean deviation)``, typical = (high + low + close) / 3; NaN in the first
        ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Cci.checked(period)
    highs, lows, closes = take_bars("cci", high=high, low=low, close=close)
    out = np.empty(highs.shape[0])
    if not _cci(highs, lows, closes, period, np.empty(highs.shape[0]), out):
        refuse_infinite("cci", high=highs, low=lows, close=closes)
    return out


class Cci(HighLowClose[float], of=cci, title="Commodity channel index"):
    """Streaming twin of :func:`cci`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_SUM_YET
        self._window = Window(self.period + 1)

    def _advance(self, high: float, low: float, close: float) -> float:
        typical = combine_source("typical", high, low, close)
        i, values = self._window.push(typical), self._window.values
        leaving = values[i - self.period]
        self._state, mean = centred_sum_step(typical, leaving, values, i, self._count, self._state, self.period)
        return math.nan if self._count < self._warmup else cci_step(values, i, mean, self.period)
