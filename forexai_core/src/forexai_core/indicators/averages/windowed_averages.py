"""Averages by the weights of a window: Hull's, Arnaud Legoux's and volume's; and the zero-lag average.

Alan Hull, hullmovingaverage.com, 2005; Arnaud Legoux and Dimitrios Kouzis-Loukas, 2009; John Ehlers and Ric Way, Zero
Lag (Well, Almost), Stocks & Commodities, November 2010.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.averages.weighted_average import wma_step
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import CloseVolume, OneInput
from forexai_core.indicators.inputs import Floats, check_series
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.rolling_sums import NO_WEIGHTED_SUM, WeightedSum, rolling_sum_step
from forexai_core.indicators.windows import Window, Windows

__all__ = ["Alma", "Hma", "Vwma", "Zlema", "alma", "hma", "vwma", "zlema"]


Hull: TypeAlias = tuple[WeightedSum, WeightedSum]
"""Weighted sums of half and of the whole window."""

NO_HULL: Hull = (NO_WEIGHTED_SUM, NO_WEIGHTED_SUM)
"""The state of before the first value."""

VolumeSums: TypeAlias = tuple[float, float, float, float]
"""Sums of prices times volumes, and of volumes, in two parts each."""

NO_VOLUME_SUMS: VolumeSums = (0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _hull_step(values: Floats, i: int, seen: int, state: Hull, period: int) -> tuple[Hull, float]:
    half = max(period // 2, 1)
    leaving = values[i - half] if seen >= half else 0.0
    short, fast = wma_step(values[i], leaving, values, i, seen, state[0], half)
    leaving = values[i - period] if seen >= period else 0.0
    long, slow = wma_step(values[i], leaving, values, i, seen, state[1], period)
    return (short, long), 2.0 * fast - slow


@kernel
def _hma(values: Floats, period: int, root: int, steps: Floats, out: Floats) -> None:
    hull, smooth = NO_HULL, NO_WEIGHTED_SUM
    for i in range(values.shape[0]):
        hull, steps[i] = _hull_step(values, i, i, hull, period)
        seen = i - (period - 1)
        if seen < 0:
            out[i] = math.nan
        else:
            leaving = steps[i - root] if seen >= root else 0.0
            smooth, out[i] = wma_step(steps[i], leaving, steps, i, seen, smooth, root)


@kernel(forceinline=True)
def _zlema_step(values: Floats, i: int, seen: int, state: Smoothing, period: int) -> tuple[Smoothing, float]:
    lag = (period - 1) // 2
    if seen < lag:
        return state, math.nan
    ahead = values[i] + (values[i] - values[i - lag])
    return ema_step(ahead, seen - lag, state, period, 2.0 / (period + 1.0))


@kernel(forceinline=True)
def _alma_step(values: Floats, i: int, weights: Floats) -> float:
    total = 0.0
    window = values[i - weights.shape[0] + 1 : i + 1]
    for k in range(weights.shape[0]):
        total += weights[k] * window[k]
    return total


@kernel
def _alma(values: Floats, weights: Floats, out: Floats) -> None:
    first = min(weights.shape[0] - 1, values.shape[0])
    out[:first] = math.nan
    for i in range(first, values.shape[0]):
        out[i] = _alma_step(values, i, weights)


def _gaussian(period: int, offset: float, sigma: float) -> Floats:
    """Give the weights of a bell whose top is at a share of the window, which add up to 1."""
    top, width = offset * (period - 1), period / sigma
    bell = [math.exp(-((k - top) ** 2) / (2.0 * width * width)) for k in range(period)]
    weights = np.array(bell) / math.fsum(bell)
    weights.flags.writeable = False
    return weights


@kernel(forceinline=True)
def _vwma_step(
    close: Floats, volume: Floats, i: int, seen: int, state: VolumeSums, period: int
) -> tuple[VolumeSums, float]:
    money, money_error, traded, traded_error = state
    old_close, old_volume = (close[i - period], volume[i - period]) if seen >= period else (0.0, 0.0)
    money, money_error = rolling_sum_step(money, money_error, close[i] * volume[i], old_close * old_volume)
    traded, traded_error = rolling_sum_step(traded, traded_error, volume[i], old_volume)
    state = (money, money_error, traded, traded_error)
    if seen < period - 1:
        return state, math.nan
    whole = traded + traded_error
    return state, close[i] if whole == 0.0 else (money + money_error) / whole


def hma(values: ArrayLike, period: int = 20) -> Floats:
    """Average so that the lag of a weighted average is taken off, and smooth that.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period + isqrt(period) - 2`` rows. The half is ``period // 2``, the root is rounded down.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Hma.checked(period)
    column = check_series("hma", "values", values)
    out = np.empty(column.shape[0])
    _hma(column, period, math.isqrt(period), np.empty(column.shape[0]), out)
    return out


class Hma(OneInput[float], of=hma, title="Hull moving average", overlay=True, aliases=("hull",)):
    """Streaming twin of :func:`hma`."""

    period: int = length(20, minimum=2)

    def _rows_of_warmup(self) -> int:
        return self.period + math.isqrt(self.period) - 2

    def _start(self) -> None:
        self._hull, self._smooth = NO_HULL, NO_WEIGHTED_SUM
        self._root = math.isqrt(self.period)
        self._window, self._steps = Window(self.period + 1), Window(self._root + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._hull, step = _hull_step(self._window.values, i, self._count, self._hull, self.period)
        seen = self._count - (self.period - 1)
        if seen < 0:
            return math.nan
        i, steps = self._steps.push(step), self._steps.values
        self._smooth, average = wma_step(step, steps[i - self._root], steps, i, seen, self._smooth, self._root)
        return average


@kernel
def _zlema(values: Floats, period: int, out: Floats) -> None:
    state = NO_SMOOTHING
    for i in range(values.shape[0]):
        state, out[i] = _zlema_step(values, i, i, state, period)


def zlema(values: ArrayLike, period: int = 20) -> Floats:
    """Average the values plus what they rose over half the window.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1 + (period - 1) // 2`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Zlema.checked(period)
    return one_line("zlema", _zlema, period, values=values)


class Zlema(
    OneInput[float], of=zlema, title="Zero-lag exponential moving average", overlay=True, aliases=("zero_lag",)
):
    """Streaming twin of :func:`zlema`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1 + (self.period - 1) // 2

    def _start(self) -> None:
        self._state = NO_SMOOTHING
        self._window = Window(self.period // 2 + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _zlema_step(self._window.values, i, self._count, self._state, self.period)
        return output


def alma(values: ArrayLike, period: int = 9, offset: float = 0.85, sigma: float = 6.0) -> Floats:
    """Average by the weights of a bell.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.
    offset : float
        Place of the heaviest weight, as a share of the window, above 0.
    sigma : float
        Width of the bell: the window is so many deviations wide, above 0.

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
    period, offset, sigma = Alma.checked(period, offset, sigma)
    return one_line("alma", _alma, _gaussian(period, offset, sigma), values=values)


class Alma(OneInput[float], of=alma, title="Arnaud Legoux moving average", overlay=True, aliases=("legoux",)):
    """Streaming twin of :func:`alma`."""

    period: int = length(9)
    offset: float = factor(0.85, "Place of the top")
    sigma: float = factor(6.0, "Window, deviations")

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._weights = _gaussian(self.period, self.offset, self.sigma)
        self._window = Window(self.period)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        return math.nan if self._count < self._warmup else _alma_step(self._window.values, i, self._weights)


@kernel
def _vwma(close: Floats, volume: Floats, period: int, out: Floats) -> None:
    state = NO_VOLUME_SUMS
    for i in range(close.shape[0]):
        state, out[i] = _vwma_step(close, volume, i, i, state, period)


def vwma(close: ArrayLike, volume: ArrayLike, period: int = 20) -> Floats:
    """Average closes by the volumes of their bars.

    Parameters
    ----------
    close, volume : (rows,) array_like
        Closes and volumes of bars.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows; the close where nothing was traded.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Vwma.checked(period)
    return one_line("vwma", _vwma, period, close=close, volume=volume)


class Vwma(CloseVolume[float], of=vwma, title="Volume-weighted moving average", overlay=True):
    """Streaming twin of :func:`vwma`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_VOLUME_SUMS
        self._windows = Windows(2, self.period + 1)

    def _advance(self, close: float, volume: float) -> float:
        i = self._windows.push(close, volume)
        self._state, output = _vwma_step(*self._windows.pair, i, self._count, self._state, self.period)
        return output
