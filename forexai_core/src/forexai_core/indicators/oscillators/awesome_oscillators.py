"""Bill Williams's awesome and accelerator oscillators.

Bill Williams, New Trading Dimensions, 1998: simple averages of median prices, of 5 and 34 bars; as in MetaTrader.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = ["Accelerator", "Awesome", "accelerator", "awesome"]


@kernel(forceinline=True)
def _median_step(high: float, low: float) -> float:
    return (high + low) / 2.0


@kernel(forceinline=True)
def _lead_step(near: float, far: float) -> float:
    return near - far


@kernel
def _write_medians(high: Floats, low: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _median_step(high[i], low[i])


@kernel
def _write_leads(near: Floats, far: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _lead_step(near[i], far[i])


def _awesome(high: Floats, low: Floats, fast: int, slow: int, out: Floats) -> None:
    medians, near, far = np.empty((3, out.shape[0]))
    _write_medians(high, low, medians)
    write_means(medians, fast, near)
    write_means(medians, slow, far)
    _write_leads(near, far, out)


def _accelerator(high: Floats, low: Floats, fast: int, slow: int, smoothing: int, out: Floats) -> None:
    leads, means = np.empty((2, out.shape[0]))
    _awesome(high, low, fast, slow, leads)
    first = min(max(fast, slow) - 1, out.shape[0])
    means[:first] = math.nan
    write_means(leads[first:], smoothing, means[first:])
    _write_leads(leads, means, out)


def awesome(high: ArrayLike, low: ArrayLike, fast: int = 5, slow: int = 34) -> Floats:
    """Subtract a slow average of median prices from a fast one.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``max(fast, slow) - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    fast, slow = Awesome.checked(fast, slow)
    return one_line("awesome", _awesome, fast, slow, high=high, low=low)


class Awesome(HighLow[float], of=awesome, title="Awesome oscillator", aliases=("ao", "iao")):
    """Streaming twin of :func:`awesome`."""

    fast: int = length(5, "Fast average, bars")
    slow: int = length(34, "Slow average, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.fast, self.slow) - 1

    def _start(self) -> None:
        self._fast, self._slow = MeanOfWindow(self.fast), MeanOfWindow(self.slow)

    def _advance(self, high: float, low: float) -> float:
        median = _median_step(high, low)
        return _lead_step(self._fast.push(median, self._count), self._slow.push(median, self._count))


def accelerator(high: ArrayLike, low: ArrayLike, fast: int = 5, slow: int = 34, smoothing: int = 5) -> Floats:
    """Subtract its average from the awesome oscillator.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.
    smoothing : int
        Length of the average of the awesome oscillator, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``max(fast, slow) + smoothing - 2`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    fast, slow, smoothing = Accelerator.checked(fast, slow, smoothing)
    return one_line("accelerator", _accelerator, fast, slow, smoothing, high=high, low=low)


class Accelerator(HighLow[float], of=accelerator, title="Accelerator oscillator", aliases=("ac", "iac")):
    """Streaming twin of :func:`accelerator`."""

    fast: int = length(5, "Fast average, bars")
    slow: int = length(34, "Slow average, bars")
    smoothing: int = length(5, "Its average, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.fast, self.slow) + self.smoothing - 2

    def _start(self) -> None:
        self._awesome, self._mean = Awesome(self.fast, self.slow), MeanOfWindow(self.smoothing)
        self._first = max(self.fast, self.slow) - 1

    def _advance(self, high: float, low: float) -> float:
        lead = self._awesome.update(high, low)
        if self._count < self._first:
            return math.nan
        return _lead_step(lead, self._mean.push(lead, self._count - self._first))
