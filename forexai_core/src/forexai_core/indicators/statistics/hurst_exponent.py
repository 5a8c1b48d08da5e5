"""Hurst exponent of a moving window: whether a series trends, wanders or reverts.

After H. E. Hurst, Long-Term Storage Capacity of Reservoirs, 1951, by the second-order structure function
(B. Mandelbrot, J. Van Ness, Fractional Brownian Motions, 1968): the mean square of differences grows as the lag to the
power of twice the exponent, so half the slope of its logarithm over that of the lag, by least squares, is the exponent.
The lags are 1, 2, 4 and so on up to a quarter of the window, which lie at equal distances on that scale.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.elementary import logarithm
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.windows import Window

__all__ = ["Hurst", "hurst"]

SHORTEST = 8
"""Rows of the shortest window: it has two lags, 1 and 2."""

WANDERS = 0.5
"""Exponent of a random walk; given, too, where some lag sees no movement at all, which tells nothing."""


LOGARITHM_OF_2 = 0.6931471805599453


@kernel(forceinline=True)
def _hurst_step(values: Floats, i: int, seen: int, sums: Floats, period: int) -> float:
    """Advance the sums of squared differences, (lags, 2) in two parts each, by the value at ``i``."""
    lags = sums.shape[0]
    middle, slope = 0.5 * (lags - 1.0), 0.0
    known = True
    for place in range(lags):
        lag = 1 << place
        if seen < lag:
            continue
        change = values[i] - values[i - lag]
        leaving = values[i - period + lag] - values[i - period] if seen >= period else 0.0
        total, error = rolling_sum_step(sums[place, 0], sums[place, 1], change * change, leaving * leaving)
        sums[place, 0], sums[place, 1] = total, error
        square = (total + error) / (period - lag)
        if square > 0.0:
            slope += (place - middle) * logarithm(square)
        else:
            known = False
    if seen < period - 1:
        return math.nan
    if not known:
        return WANDERS
    spread = lags * (lags * lags - 1.0) / 12.0  # of the places, which are the binary logarithms of the lags
    return 0.5 * slope / (spread * LOGARITHM_OF_2)


@kernel
def _hurst(values: Floats, period: int, sums: Floats, out: Floats) -> None:
    for i in range(values.shape[0]):
        out[i] = _hurst_step(values, i, i, sums, period)


def _no_sums(period: int) -> Floats:
    return np.zeros(((period // 4).bit_length(), 2))


def hurst(values: ArrayLike, period: int = 100) -> Floats:
    """Estimate the Hurst exponent of the last values.

    Parameters
    ----------
    values : (rows,) array_like
        Prices, or their logarithms, or another finite quantity.
    period : int
        Length of the window, at least 8; a few hundred give a steady estimate.

    Returns
    -------
    (rows,) float64
        Above 0.5 where moves go on, 0.5 of a random walk, below where they come back; 1 of a straight line. NaN in
        the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 8.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Hurst.checked(period)
    return one_line("hurst", _hurst, period, _no_sums(period), values=values)


class Hurst(OneInput[float], of=hurst, title="Hurst exponent", aliases=("hurst_exponent",)):
    """Streaming twin of :func:`hurst`."""

    period: int = length(100, minimum=SHORTEST)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._sums = _no_sums(self.period)
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        return _hurst_step(self._window.values, i, self._count, self._sums, self.period)
