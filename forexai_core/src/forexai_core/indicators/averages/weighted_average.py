"""Linearly weighted moving average.

The definition is TA-Lib's WMA.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import (
    FRESH_AFTER,
    NO_WEIGHTED_SUM,
    WeightedSum,
    fresh_weighted_sum,
    slide_weighted_sum,
    weighted_sum_step,
)
from forexai_core.indicators.windows import Window

__all__ = ["Wma", "wma", "wma_of_sums", "wma_step"]


@kernel(forceinline=True)
def wma_of_sums(centre: float, weighted: float, period: int) -> float:
    """Give the average that a weighted sum makes.

    Parameters
    ----------
    centre, weighted : float
        As :func:`~forexai_core.indicators.rolling_sums.fresh_weighted_sum` gives them.
    period : int
        Length of the average.

    Returns
    -------
    float
        Linearly weighted average.
    """
    return centre + weighted * (2.0 / (period * (period + 1.0)))


@kernel(forceinline=True)
def wma_step(
    entering: float, leaving: float, values: Floats, i: int, seen: int, state: WeightedSum, period: int
) -> tuple[WeightedSum, float]:
    """Advance a linearly weighted average by the value at ``i``.

    Parameters
    ----------
    entering, leaving, values, i, seen, state, period
        As of :func:`~forexai_core.indicators.rolling_sums.weighted_sum_step`.

    Returns
    -------
    state : WeightedSum
        The new state.
    average : float
        NaN during warm-up.
    """
    state = weighted_sum_step(entering, leaving, values, i, seen, state, period)
    return state, math.nan if seen < period - 1 else wma_of_sums(state[1], state[3], period)


@kernel
def _wma(values: Floats, period: int, out: Floats) -> None:
    rows = values.shape[0]
    out[: min(period - 1, rows)] = math.nan
    # The same steps in the same order as in a stream, in blocks that each begin with fresh sums.
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        centre, total, weighted = fresh_weighted_sum(values, start, period)
        out[start] = wma_of_sums(centre, weighted, period)
        stop = min(start + max(period, FRESH_AFTER), rows)
        entering, leaving = values[start + 1 : stop], values[start + 1 - period : stop - period]
        averages = out[start + 1 : stop]
        for k in range(averages.shape[0]):
            total, weighted = slide_weighted_sum(entering[k], leaving[k], centre, total, weighted, period)
            averages[k] = wma_of_sums(centre, weighted, period)


def wma(values: ArrayLike, period: int = 20) -> Floats:
    """Average with weights that fall linearly from ``period`` (newest) to 1 (oldest).

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
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Wma.checked(period)
    return one_line("wma", _wma, period, values=values)


class Wma(OneInput[float], of=wma, title="Linearly weighted moving average", overlay=True, aliases=("lwma",)):
    """Streaming twin of :func:`wma`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_WEIGHTED_SUM
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i = self._window.push(value)
        values = self._window.values
        self._state, average = wma_step(
            value, values[i - self.period], values, i, self._count, self._state, self.period
        )
        return average
