"""Where a value stands among the last ones: in deviations from their mean, and by rank, both without a look ahead."""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import NO_SUM_YET, CentredSum, centred_sum_step
from forexai_core.indicators.statistics.deviation import NO_MOMENTS, Moments, variance_step
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
    (period,) = ZScore.checked(period)
    return one_line("z_score", _z_score, period, values=values)


class ZScore(OneInput[float], of=z_score, title="Z-score", aliases=("zscore",)):
    """Streaming twin of :func:`z_score`."""

    period: int = length(20, minimum=2)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

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
    (period,) = PercentRank.checked(period)
    return one_line("percent_rank", _percent_rank, period, values=values)


class PercentRank(OneInput[float], of=percent_rank, title="Percent rank", aliases=("percentrank",)):
    """Streaming twin of :func:`percent_rank`."""

    period: int = length(100)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = 0.0
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        self._state, output = _percent_rank_step(self._window.values, i, self._count, self._state, self.period)
        return output
