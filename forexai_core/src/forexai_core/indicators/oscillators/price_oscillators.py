"""Differences of two exponential averages: the absolute and the percentage price oscillator; and TRIX.

As TA-Lib's APO and PPO with exponential averages (``matype=1``), and its TRIX (Jack Hutson, Stocks & Commodities,
1983).
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.averages.repeated_averages import NO_TRIPLE, Triple, triple_step
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.oscillators.convergence import check_order
from forexai_core.indicators.oscillators.rates_of_change import roc_step
from forexai_core.indicators.parameters import length

__all__ = ["Apo", "Ppo", "Trix", "apo", "ppo", "trix"]


CHUNK = 64
"""Rows that a batch does at once."""

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
def _apo(values: Floats, fast: int, slow: int, out: Floats) -> bool:
    state = NO_PAIR
    start = min(slow - 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _apo_step(values[i], i, state, fast, slow)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _apo_step(newest[k], slow - 1 + 1, state, fast, slow)
    # The last average has seen them all, and never forgets a value that is not finite.
    return newest.shape[0] > 0 and math.isfinite(state[1][1])


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
    fast, slow = Apo.checked(fast, slow)
    return one_line_told("apo", _apo, fast, slow, values=values)


class Apo(OneInput[float], of=apo, title="Absolute price oscillator"):
    """Streaming twin of :func:`apo`."""

    fast: int = length(12, "Fast average, bars")
    slow: int = length(26, "Slow average, bars")

    @classmethod
    def _compare(cls, fast: int, slow: int) -> None:
        check_order(cls.name, fast, slow)

    def _rows_of_warmup(self) -> int:
        return self.slow - 1

    def _start(self) -> None:
        self._state = NO_PAIR

    def _advance(self, value: float) -> float:
        self._state, output = _apo_step(value, self._count, self._state, self.fast, self.slow)
        return output


@kernel
def _ppo(values: Floats, fast: int, slow: int, out: Floats) -> bool:
    state = NO_PAIR
    start = min(slow - 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _ppo_step(values[i], i, state, fast, slow)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _ppo_step(newest[k], slow - 1 + 1, state, fast, slow)
    # The last average has seen them all, and never forgets a value that is not finite.
    return newest.shape[0] > 0 and math.isfinite(state[1][1])


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
    fast, slow = Ppo.checked(fast, slow)
    return one_line_told("ppo", _ppo, fast, slow, values=values)


class Ppo(OneInput[float], of=ppo, title="Percentage price oscillator"):
    """Streaming twin of :func:`ppo`."""

    fast: int = length(12, "Fast average, bars")
    slow: int = length(26, "Slow average, bars")

    @classmethod
    def _compare(cls, fast: int, slow: int) -> None:
        check_order(cls.name, fast, slow)

    def _rows_of_warmup(self) -> int:
        return self.slow - 1

    def _start(self) -> None:
        self._state = NO_PAIR

    def _advance(self, value: float) -> float:
        self._state, output = _ppo_step(value, self._count, self._state, self.fast, self.slow)
        return output


@kernel
def _relate_to_last(averages: Floats, last: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = roc_step(averages[k], last[k])


@kernel
def _trix(values: Floats, period: int, room: Floats, out: Floats) -> bool:
    state = NO_TRIX
    rows, start = values.shape[0], 3 * (period - 1) + 1
    for i in range(min(start, rows)):
        state, out[i] = _trix_step(values[i], i, state, period)
    averages, thrice = state
    # In chunks, so that the divisions, which do not wait for the row before, are done for several rows at once.
    for first in range(start, rows, CHUNK):
        newest, lines = values[first : first + CHUNK], out[first : first + CHUNK]
        room[0] = thrice
        later = room[1:]
        for k in range(newest.shape[0]):
            averages, _, _, thrice = triple_step(newest[k], start, averages, period, 2.0 / (period + 1.0))
            later[k] = thrice
        _relate_to_last(later, room, lines)
    # The last average has seen them all, and never forgets a value that is not finite.
    return rows > start and math.isfinite(thrice)


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
    (period,) = Trix.checked(period)
    return one_line_told("trix", _trix, period, np.empty(CHUNK + 1), values=values)


class Trix(OneInput[float], of=trix, title="TRIX", aliases=("itrix",)):
    """Streaming twin of :func:`trix`."""

    period: int = length(15)

    def _rows_of_warmup(self) -> int:
        return 3 * (self.period - 1) + 1

    def _start(self) -> None:
        self._state = NO_TRIX

    def _advance(self, value: float) -> float:
        self._state, output = _trix_step(value, self._count, self._state, self.period)
        return output
