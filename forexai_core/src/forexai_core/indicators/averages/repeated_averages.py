"""Averages of averages: DEMA, TEMA and the triangular average.

Patrick Mulloy, Smoothing Data with Faster Moving Averages, Stocks & Commodities, January and February
1994. Definitions and starts are TA-Lib's DEMA, TEMA and TRIMA.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import (
    NO_SMOOTHING,
    Smoothing,
    chained_ema_step,
    ema_step,
    settled_ema_step,
    smooth,
)
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, check_series
from forexai_core.indicators.parameters import length

__all__ = ["NO_TRIPLE", "Dema", "Tema", "Trima", "Triple", "dema", "tema", "trima", "triple_step"]


Double: TypeAlias = tuple[Smoothing, Smoothing]
"""The average, and the average of it."""

NO_DOUBLE: Double = (NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first value."""

Triple: TypeAlias = tuple[float, float, float]
"""The average, the average of it, and the average of that."""

NO_TRIPLE: Triple = (0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _dema_step(value: float, seen: int, state: Double, period: int) -> tuple[Double, float]:
    weight = 2.0 / (period + 1.0)
    if seen > 2 * (period - 1):
        first, once = settled_ema_step(value, state[0], weight)
        second, twice = settled_ema_step(once, state[1], weight)
        return (first, second), 2.0 * once - twice
    first, once = ema_step(value, seen, state[0], period, weight)
    if seen < period - 1:
        return (first, state[1]), math.nan
    second, twice = ema_step(once, seen - (period - 1), state[1], period, weight)
    return (first, second), 2.0 * once - twice


@kernel(forceinline=True)
def triple_step(
    value: float, seen: int, state: Triple, period: int, weight: float
) -> tuple[Triple, float, float, float]:
    """Advance three averages, each of the one before.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    state : Triple
        The state; ``NO_TRIPLE`` at the start.
    period : int
        Length of each average.
    weight : float
        Weight of the newest value.

    Returns
    -------
    state : Triple
        The new state.
    once, twice, thrice : float
        The averages, NaN during their warm-up.
    """
    first, second, third = state
    if seen > 3 * (period - 1):
        first = smooth(value, first, weight)
        second = smooth(first, second, weight)
        third = smooth(second, third, weight)
        return (first, second, third), first, second, third
    first, once = chained_ema_step(value, seen, first, period, weight)
    if seen < period - 1:
        return (first, second, third), once, math.nan, math.nan
    second, twice = chained_ema_step(once, seen - (period - 1), second, period, weight)
    if seen < 2 * (period - 1):
        return (first, second, third), once, twice, math.nan
    third, thrice = chained_ema_step(twice, seen - 2 * (period - 1), third, period, weight)
    return (first, second, third), once, twice, thrice


@kernel(forceinline=True)
def _tema_step(value: float, seen: int, state: Triple, period: int) -> tuple[Triple, float]:
    state, once, twice, thrice = triple_step(value, seen, state, period, 2.0 / (period + 1.0))
    return state, 3.0 * (once - twice) + thrice


@kernel
def _trima(values: Floats, longer: int, shorter: int, means: Floats, out: Floats) -> bool:
    finite = write_means(values, longer, means)
    first = min(longer - 1, values.shape[0])
    out[:first] = math.nan
    write_means(means[first:], shorter, out[first:])
    return finite


@kernel
def _dema(values: Floats, period: int, out: Floats) -> bool:
    state = NO_DOUBLE
    start = min(2 * (period - 1) + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _dema_step(values[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _dema_step(newest[k], 2 * (period - 1) + 1, state, period)
    # The last average has seen them all, and never forgets a value that is not finite.
    return newest.shape[0] > 0 and math.isfinite(state[1][1])


@kernel
def _tema(values: Floats, period: int, out: Floats) -> bool:
    state = NO_TRIPLE
    start = min(3 * (period - 1) + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _tema_step(values[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _tema_step(newest[k], 3 * (period - 1) + 1, state, period)
    # The last average has seen them all, and never forgets a value that is not finite.
    return newest.shape[0] > 0 and math.isfinite(state[2])


def _lengths(period: int) -> tuple[int, int]:
    """Split a triangle into the two simple averages that make it."""
    return period // 2 + 1, (period + 1) // 2


def dema(values: ArrayLike, period: int = 20) -> Floats:
    """Average twice, and take off what the second average lags.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``2 * (period - 1)`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Dema.checked(period)
    return one_line_told("dema", _dema, period, values=values)


def tema(values: ArrayLike, period: int = 20) -> Floats:
    """Average three times, and take off what the averages lag.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``3 * (period - 1)`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Tema.checked(period)
    return one_line_told("tema", _tema, period, values=values)


def trima(values: ArrayLike, period: int = 20) -> Floats:
    """Average with weights that rise to the middle of the window and fall again.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

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
    (period,) = Trima.checked(period)
    column = check_series("trima", "values", values)
    out = np.empty(column.shape[0])
    longer, shorter = _lengths(period)
    _trima(column, longer, shorter, np.empty(column.shape[0]), out)
    return out


class Dema(OneInput[float], of=dema, title="Double exponential moving average", overlay=True, aliases=("idema",)):
    """Streaming twin of :func:`dema`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return 2 * (self.period - 1)

    def _start(self) -> None:
        self._state = NO_DOUBLE

    def _advance(self, value: float) -> float:
        self._state, output = _dema_step(value, self._count, self._state, self.period)
        return output


class Tema(OneInput[float], of=tema, title="Triple exponential moving average", overlay=True):
    """Streaming twin of :func:`tema`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return 3 * (self.period - 1)

    def _start(self) -> None:
        self._state = NO_TRIPLE

    def _advance(self, value: float) -> float:
        self._state, output = _tema_step(value, self._count, self._state, self.period)
        return output


class Trima(OneInput[float], of=trima, title="Triangular moving average", overlay=True, aliases=("tma", "triangular")):
    """Streaming twin of :func:`trima`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        longer, shorter = _lengths(self.period)
        self._longer, self._shorter, self._first = MeanOfWindow(longer), MeanOfWindow(shorter), longer - 1

    def _advance(self, value: float) -> float:
        mean = self._longer.push(value, self._count)
        return math.nan if self._count < self._first else self._shorter.push(mean, self._count - self._first)
