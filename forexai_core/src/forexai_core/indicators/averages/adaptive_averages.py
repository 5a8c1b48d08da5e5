"""Averages whose speed follows the price: KAMA and VIDYA.

Perry Kaufman, Smarter Trading, 1995, with the constants of TA-Lib's KAMA (2 and 30 bars); Tushar Chande, Adapting
Moving Averages to Market Volatility, Stocks & Commodities, March 1992, with the Chande momentum oscillator as
MT5 has it.
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, check_series, check_whole_number
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.streaming import OneInput, OneOutput
from forexai_core.indicators.windows import Window

__all__ = ["Kama", "Vidya", "kama", "vidya"]


FASTEST, SLOWEST = 2.0 / (2.0 + 1.0), 2.0 / (30.0 + 1.0)
"""Weights between which KAMA moves."""

Kaufman: TypeAlias = tuple[float, float, float]
"""Sum of the moves of the window, in two parts, and the average."""

NO_KAUFMAN: Kaufman = (0.0, 0.0, 0.0)
"""The state of before the first value."""

Chande: TypeAlias = tuple[float, float, float, float, float]
"""Sums of rises and of falls of the window, in two parts each, and the average."""

NO_CHANDE: Chande = (0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def _kama_step(values: Floats, i: int, seen: int, state: Kaufman, period: int) -> tuple[Kaufman, float]:
    total, error, average = state
    if seen == 0:
        return state, math.nan
    entering = abs(values[i] - values[i - 1])
    leaving = abs(values[i - period] - values[i - period - 1]) if seen > period else 0.0
    total, error = rolling_sum_step(total, error, entering, leaving)
    if seen < period:
        return (total, error, 0.0), math.nan
    if seen == period:
        average = values[i - 1]
    moved, travelled = values[i] - values[i - period], total + error
    # TA-Lib compares the move, not its size, with the way: so a fall never counts as straight by this rule.
    straight = travelled <= moved or travelled < NEGLIGIBLE
    efficiency = 1.0 if straight else abs(moved / travelled)
    weight = efficiency * (FASTEST - SLOWEST) + SLOWEST
    average += weight * weight * (values[i] - average)
    return (total, error, average), average


@kernel(forceinline=True)
def _vidya_step(values: Floats, i: int, seen: int, state: Chande, period: int, smoothing: int) -> tuple[Chande, float]:
    up, up_error, down, down_error, average = state
    if seen == 0:
        return state, math.nan
    move = values[i] - values[i - 1]
    old = values[i - period] - values[i - period - 1] if seen > period else 0.0
    up, up_error = rolling_sum_step(up, up_error, max(move, 0.0), max(old, 0.0))
    down, down_error = rolling_sum_step(down, down_error, max(-move, 0.0), max(-old, 0.0))
    if seen < period:
        return (up, up_error, down, down_error, 0.0), math.nan
    if seen == period:
        average = values[i - 1]
    rises, falls = up + up_error, down + down_error
    way = rises + falls
    oscillator = 0.0 if way < NEGLIGIBLE else abs(rises - falls) / way
    weight = 2.0 / (smoothing + 1.0) * oscillator
    average += weight * (values[i] - average)
    return (up, up_error, down, down_error, average), average


@kernel
def _kama(values: Floats, period: int, out: Floats) -> None:
    state = NO_KAUFMAN
    for i in range(values.shape[0]):
        state, out[i] = _kama_step(values, i, i, state, period)


def kama(values: ArrayLike, period: int = 10) -> Floats:
    """Average fast where prices go straight, and slowly where they go to and fro.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the efficiency ratio, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("kama", "period", period)
    column = check_series("kama", "values", values)
    out = np.empty(column.shape[0])
    _kama(column, period, out)
    return out


class Kama(OneOutput, OneInput[float]):
    """Streaming twin of :func:`kama`.

    Parameters
    ----------
    period : int
        Length of the efficiency ratio, at least 1.
    """

    name: ClassVar[str] = "kama"

    def __init__(self, period: int = 10) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = NO_KAUFMAN
        self._window = Window(self.period + 2)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _kama_step(self._window.values, i, self._count, self._state, self.period)
        return output


@kernel
def _vidya(values: Floats, period: int, smoothing: int, out: Floats) -> None:
    state = NO_CHANDE
    for i in range(values.shape[0]):
        state, out[i] = _vidya_step(values, i, i, state, period, smoothing)


def vidya(values: ArrayLike, period: int = 9, smoothing: int = 12) -> Floats:
    """Average by a weight in proportion to momentum.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the momentum oscillator, at least 1.
    smoothing : int
        Length of the average at full momentum, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period`` rows; it starts from the value before.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("vidya", "period", period)
    smoothing = check_whole_number("vidya", "smoothing", smoothing)
    column = check_series("vidya", "values", values)
    out = np.empty(column.shape[0])
    _vidya(column, period, smoothing, out)
    return out


class Vidya(OneOutput, OneInput[float]):
    """Streaming twin of :func:`vidya`.

    Parameters
    ----------
    period : int
        Length of the momentum oscillator, at least 1.
    smoothing : int
        Length of the average at full momentum, at least 1.
    """

    name: ClassVar[str] = "vidya"

    def __init__(self, period: int = 9, smoothing: int = 12) -> None:
        self.period = check_whole_number(self.name, "period", period)
        self.smoothing = check_whole_number(self.name, "smoothing", smoothing)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = NO_CHANDE
        self._window = Window(self.period + 2)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _vidya_step(self._window.values, i, self._count, self._state, self.period, self.smoothing)
        return output
