"""Bill Williams's awesome and accelerator oscillators.

Bill Williams, New Trading Dimensions, 1998: simple averages of median prices, of 5 and 34 bars; as in MetaTrader.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.inputs import Floats, check_bars, check_whole_number
from forexai_core.indicators.streaming import HighLow, OneOutput

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
    fast = check_whole_number("awesome", "fast", fast)
    slow = check_whole_number("awesome", "slow", slow)
    highs, lows = check_bars("awesome", high=high, low=low)
    out = np.empty(highs.shape[0])
    _awesome(highs, lows, fast, slow, out)
    return out


class Awesome(OneOutput, HighLow[float]):
    """Streaming twin of :func:`awesome`.

    Parameters
    ----------
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.
    """

    name: ClassVar[str] = "awesome"

    def __init__(self, fast: int = 5, slow: int = 34) -> None:
        self.fast = check_whole_number(self.name, "fast", fast)
        self.slow = check_whole_number(self.name, "slow", slow)
        super().__init__(warmup=max(self.fast, self.slow) - 1)

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
    fast = check_whole_number("accelerator", "fast", fast)
    slow = check_whole_number("accelerator", "slow", slow)
    smoothing = check_whole_number("accelerator", "smoothing", smoothing)
    highs, lows = check_bars("accelerator", high=high, low=low)
    out = np.empty(highs.shape[0])
    _accelerator(highs, lows, fast, slow, smoothing, out)
    return out


class Accelerator(OneOutput, HighLow[float]):
    """Streaming twin of :func:`accelerator`.

    Parameters
    ----------
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.
    smoothing : int
        Length of the average of the awesome oscillator, at least 1.
    """

    name: ClassVar[str] = "accelerator"

    def __init__(self, fast: int = 5, slow: int = 34, smoothing: int = 5) -> None:
        self.fast = check_whole_number(self.name, "fast", fast)
        self.slow = check_whole_number(self.name, "slow", slow)
        self.smoothing = check_whole_number(self.name, "smoothing", smoothing)
        super().__init__(warmup=max(self.fast, self.slow) + self.smoothing - 2)

    def _start(self) -> None:
        self._awesome, self._mean = Awesome(self.fast, self.slow), MeanOfWindow(self.smoothing)
        self._first = max(self.fast, self.slow) - 1

    def _advance(self, high: float, low: float) -> float:
        lead = self._awesome.update(high, low)
        if self._count < self._first:
            return math.nan
        return _lead_step(lead, self._mean.push(lead, self._count - self._first))
