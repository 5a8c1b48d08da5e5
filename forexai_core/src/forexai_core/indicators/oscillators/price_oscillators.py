"""Differences of two exponential averages: the absolute and the percentage price oscillator; and TRIX.

As TA-Lib's APO and PPO with exponential averages (``matype=1``), and its TRIX (Jack Hutson, Stocks & Commodities,
1983).
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.averages.repeated_averages import NO_TRIPLE, Triple, triple_step
from forexai_core.indicators.inputs import Floats, check_series, check_whole_number
from forexai_core.indicators.oscillators.convergence import check_order
from forexai_core.indicators.oscillators.rates_of_change import roc_step
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["Apo", "Ppo", "Trix", "apo", "ppo", "trix"]


Pair: TypeAlias = tuple[Smoothing, Smoothing]
"""The fast and the slow average."""

NO_PAIR: Pair = (NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first value."""

TrixState: TypeAlias = tuple[Triple, float]
"""The averages, and what the third was in the row before."""

NO_TRIX: TrixState = (NO_TRIPLE, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _pair_step(value: float, seen: int, state: Pair, fast: int, slow: int) -> tuple[Pair, float, float]:
    quick, near = ema_step(value, seen, state[0], fast, 2.0 / (fast + 1.0))
    lazy, far = ema_step(value, seen, state[1], slow, 2.0 / (slow + 1.0))
    return (quick, lazy), near, far


@kernel(forceinline=True)
def _apo_step(value: float, seen: int, state: Pair, fast: int, slow: int) -> tuple[Pair, float]:
    state, near, far = _pair_step(value, seen, state, fast, slow)
    return state, near - far


@kernel(forceinline=True)
def _ppo_step(value: float, seen: int, state: Pair, fast: int, slow: int) -> tuple[Pair, float]:
    state, near, far = _pair_step(value, seen, state, fast, slow)
    return state, 0.0 if far == 0.0 else (near - far) / far * 100.0


@kernel(forceinline=True)
def _trix_step(value: float, seen: int, state: TrixState, period: int) -> tuple[TrixState, float]:
    averages, _, _, thrice = triple_step(value, seen, state[0], period, 2.0 / (period + 1.0))
    if seen < 3 * (period - 1) + 1:
        return (averages, thrice), math.nan
    return (averages, thrice), roc_step(thrice, state[1])


@kernel
def _apo(values: Floats, fast: int, slow: int, out: Floats) -> None:
    state = NO_PAIR
    start = min(slow - 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _apo_step(values[i], i, state, fast, slow)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _apo_step(newest[k], slow - 1 + 1, state, fast, slow)


def apo(values: ArrayLike, fast: int = 12, slow: int = 26) -> Floats:
    """Subtract a slow exponential average from a fast one.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1; above ``fast``.

    Returns
    -------
    (rows,) float64
        NaN in the first ``slow - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range, or ``fast`` is not below ``slow``.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    fast = check_whole_number("apo", "fast", fast)
    slow = check_whole_number("apo", "slow", slow)
    check_order("apo", fast, slow)
    column = check_series("apo", "values", values)
    out = np.empty(column.shape[0])
    _apo(column, fast, slow, out)
    return out


class Apo(OneOutput, OneInput[float]):
    """Streaming twin of :func:`apo`.

    Parameters
    ----------
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1; above ``fast``.
    """

    name: ClassVar[str] = "apo"

    def __init__(self, fast: int = 12, slow: int = 26) -> None:
        self.fast = check_whole_number(self.name, "fast", fast)
        self.slow = check_whole_number(self.name, "slow", slow)
        check_order(self.name, fast, slow)
        super().__init__(warmup=self.slow - 1)

    def _start(self) -> None:
        self._state = NO_PAIR

    def _advance(self, value: float) -> float:
        self._state, output = _apo_step(value, self._count, self._state, self.fast, self.slow)
        return output


@kernel
def _ppo(values: Floats, fast: int, slow: int, out: Floats) -> None:
    state = NO_PAIR
    start = min(slow - 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _ppo_step(values[i], i, state, fast, slow)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _ppo_step(newest[k], slow - 1 + 1, state, fast, slow)


def ppo(values: ArrayLike, fast: int = 12, slow: int = 26) -> Floats:
    """Relate the difference of a fast and a slow exponential average to the slow one.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1; above ``fast``.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``slow - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range, or ``fast`` is not below ``slow``.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    fast = check_whole_number("ppo", "fast", fast)
    slow = check_whole_number("ppo", "slow", slow)
    check_order("ppo", fast, slow)
    column = check_series("ppo", "values", values)
    out = np.empty(column.shape[0])
    _ppo(column, fast, slow, out)
    return out


class Ppo(OneOutput, OneInput[float]):
    """Streaming twin of :func:`ppo`.

    Parameters
    ----------
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1; above ``fast``.
    """

    name: ClassVar[str] = "ppo"

    def __init__(self, fast: int = 12, slow: int = 26) -> None:
        self.fast = check_whole_number(self.name, "fast", fast)
        self.slow = check_whole_number(self.name, "slow", slow)
        check_order(self.name, fast, slow)
        super().__init__(warmup=self.slow - 1)

    def _start(self) -> None:
        self._state = NO_PAIR

    def _advance(self, value: float) -> float:
        self._state, output = _ppo_step(value, self._count, self._state, self.fast, self.slow)
        return output


@kernel
def _trix(values: Floats, period: int, out: Floats) -> None:
    state = NO_TRIX
    start = min(3 * (period - 1) + 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _trix_step(values[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _trix_step(newest[k], 3 * (period - 1) + 1 + 1, state, period)


def trix(values: ArrayLike, period: int = 15) -> Floats:
    """Relate a triple exponential average to what it was in the row before.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of each of the three averages, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``3 * (period - 1) + 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("trix", "period", period)
    column = check_series("trix", "values", values)
    out = np.empty(column.shape[0])
    _trix(column, period, out)
    return out


class Trix(OneOutput, OneInput[float]):
    """Streaming twin of :func:`trix`.

    Parameters
    ----------
    period : int
        Length of each of the three averages, at least 1.
    """

    name: ClassVar[str] = "trix"

    def __init__(self, period: int = 15) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=3 * (self.period - 1) + 1)

    def _start(self) -> None:
        self._state = NO_TRIX

    def _advance(self, value: float) -> float:
        self._state, output = _trix_step(value, self._count, self._state, self.period)
        return output
