"""Where a value stands among the last ones: in deviations from their mean, and by rank, both without a look ahead."""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, check_series, check_whole_number
from forexai_core.indicators.rolling_sums import NO_SUM_YET, CentredSum, centred_sum_step
from forexai_core.indicators.statistics.deviation import NO_MOMENTS, Moments, variance_step
from forexai_core.indicators.streaming import OneInput, OneOutput
from forexai_core.indicators.windows import Window

__all__ = ["PercentRank", "ZScore", "percent_rank", "z_score"]


Standing: TypeAlias = tuple[CentredSum, Moments]
"""Mean and variance of the window."""

NO_STANDING: Standing = (NO_SUM_YET, NO_MOMENTS)
"""The state of before the first value."""


@kernel(forceinline=True)
def _z_score_step(values: Floats, i: int, seen: int, state: Standing, period: int) -> tuple[Standing, float]:
    leaving = values[i - period] if seen >= period else 0.0
    sums, mean = centred_sum_step(values[i], leaving, values, i, seen, state[0], period)
    moments, variance = variance_step(values[i], leaving, values, i, seen, state[1], period)
    if seen < period - 1:
        return (sums, moments), math.nan
    return (sums, moments), 0.0 if variance == 0.0 else (values[i] - mean) / math.sqrt(variance)


@kernel(forceinline=True)
def _percent_rank_step(values: Floats, i: int, seen: int, state: float, period: int) -> tuple[float, float]:
    if seen < period:
        return state, math.nan
    count = 0
    newest = values[i]
    window = values[i - period : i]
    for k in range(period):
        count += window[k] <= newest
    return state, 100.0 * count / period


@kernel
def _z_score(values: Floats, period: int, out: Floats) -> None:
    state = NO_STANDING
    for i in range(values.shape[0]):
        state, out[i] = _z_score_step(values, i, i, state, period)


def z_score(values: ArrayLike, period: int = 20) -> Floats:
    """Measure how many standard deviations the newest value is from the mean of the window.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows; 0 where the window stands still.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("z_score", "period", period, least=2)
    column = check_series("z_score", "values", values)
    out = np.empty(column.shape[0])
    _z_score(column, period, out)
    return out


class ZScore(OneOutput, OneInput[float]):
    """Streaming twin of :func:`z_score`.

    Parameters
    ----------
    period : int
        Length of the window, at least 2.
    """

    name: ClassVar[str] = "z_score"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period, least=2)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = NO_STANDING
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _z_score_step(self._window.values, i, self._count, self._state, self.period)
        return output


@kernel
def _percent_rank(values: Floats, period: int, out: Floats) -> None:
    state = 0.0
    for i in range(values.shape[0]):
        state, out[i] = _percent_rank_step(values, i, i, state, period)


def percent_rank(values: ArrayLike, period: int = 100) -> Floats:
    """Say what share of the last values the newest one reaches or passes.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        How many values before it are compared, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("percent_rank", "period", period)
    column = check_series("percent_rank", "values", values)
    out = np.empty(column.shape[0])
    _percent_rank(column, period, out)
    return out


class PercentRank(OneOutput, OneInput[float]):
    """Streaming twin of :func:`percent_rank`.

    Parameters
    ----------
    period : int
        How many values before it are compared, at least 1.
    """

    name: ClassVar[str] = "percent_rank"

    def __init__(self, period: int = 100) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = 0.0
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _percent_rank_step(self._window.values, i, self._count, self._state, self.period)
        return output
