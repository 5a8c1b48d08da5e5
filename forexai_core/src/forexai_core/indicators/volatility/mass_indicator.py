"""Mass index.

Donald Dorsey, Stocks & Commodities, June 1992: the average range over the average of that, summed.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.windows import Window

__all__ = ["MassIndex", "mass_index"]


Mass: TypeAlias = tuple[Smoothing, Smoothing]
"""The average of ranges, and the average of it."""

NO_MASS: Mass = (NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _ratio_step(high: float, low: float, seen: int, state: Mass, smoothing: int) -> tuple[Mass, float]:
    weight = 2.0 / (smoothing + 1.0)
    first, once = ema_step(high - low, seen, state[0], smoothing, weight)
    if seen < smoothing - 1:
        return (first, state[1]), math.nan
    second, twice = ema_step(once, seen - (smoothing - 1), state[1], smoothing, weight)
    if seen < 2 * (smoothing - 1):
        return (first, second), math.nan
    return (first, second), 0.0 if twice < NEGLIGIBLE else once / twice


@kernel(forceinline=True)
def _sum_step(ratios: Floats, i: int, seen: int, total: float, error: float, period: int) -> tuple[float, float, float]:
    total, error = rolling_sum_step(total, error, ratios[i], ratios[i - period] if seen >= period else 0.0)
    return total, error, math.nan if seen < period - 1 else total + error


@kernel
def _write_mass(high: Floats, low: Floats, period: int, smoothing: int, ratios: Floats, out: Floats) -> None:
    state = NO_MASS
    total, error = 0.0, 0.0
    first = 2 * (smoothing - 1)
    for i in range(out.shape[0]):
        state, ratios[i] = _ratio_step(high[i], low[i], i, state, smoothing)
        out[i] = math.nan
        if i >= first:
            total, error, out[i] = _sum_step(ratios, i, i - first, total, error, period)


def _mass_index(high: Floats, low: Floats, period: int, smoothing: int, out: Floats) -> None:
    _write_mass(high, low, period, smoothing, np.empty(out.shape[0]), out)


def mass_index(high: ArrayLike, low: ArrayLike, period: int = 25, smoothing: int = 9) -> Floats:
    """Sum the ratios of the average range to the average of that.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        How many ratios are summed, at least 1.
    smoothing : int
        Length of both averages, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``2 * (smoothing - 1) + period - 1`` rows. A bulge above 27 that falls below 26.5
        warns of a turn.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    period, smoothing = MassIndex.checked(period, smoothing)
    return one_line("mass_index", _mass_index, period, smoothing, high=high, low=low)


class MassIndex(HighLow[float], of=mass_index, title="Mass index"):
    """Streaming twin of :func:`mass_index`."""

    period: int = length(25)
    smoothing: int = length(9, "Averages, bars")

    def _rows_of_warmup(self) -> int:
        return 2 * (self.smoothing - 1) + self.period - 1

    def _start(self) -> None:
        self._state, self._sums = NO_MASS, (0.0, 0.0)
        self._window = Window(self.period + 1)

    def _advance(self, high: float, low: float) -> float:
        self._state, ratio = _ratio_step(high, low, self._count, self._state, self.smoothing)
        seen = self._count - 2 * (self.smoothing - 1)
        if seen < 0:
            return math.nan
        i = self._window.push(ratio)
        *sums, output = _sum_step(self._window.values, i, seen, *self._sums, self.period)
        self._sums = sums[0], sums[1]
        return output
