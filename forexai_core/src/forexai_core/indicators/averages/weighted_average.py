"""Linearly weighted moving average.

The definition is TA-Lib's WMA.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, Records, check_series, check_whole_number
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["Wma", "wma", "wma_step"]

WMA_STATE = np.dtype(
    [
        ("period", np.int64),
        ("slot", np.int64),
        ("seen", np.int64),
        ("age", np.int64),  # steps since the sums were taken afresh
        ("total", np.float64),  # plain sum of the window
        ("weighted", np.float64),  # sum with weights 1 (oldest) to period (newest)
    ]
)
"""State of a weighted average."""


@kernel(forceinline=True)
def wma_step(
    values: Floats, i: int, seen: int, age: int, total: float, weighted: float, period: int
) -> tuple[int, float, float, float]:
    """Advance a linearly weighted average by the value at ``i``.

    Parameters
    ----------
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    age : int
        Steps since the sums were taken afresh; 0 at the start.
    total, weighted : float
        Plain and weighted sum so far; 0 at the start.
    period : int
        Length of the average.

    Returns
    -------
    age, total, weighted, average : int, float, float, float
        The new state, and the average, NaN during warm-up.
    """
    if seen < period - 1:
        return 0, 0.0, 0.0, math.nan
    if age == 0:
        # Once a period both sums are taken afresh, so that their rounding errors never grow older than that.
        total, weighted = 0.0, 0.0
        for k in range(1, period + 1):
            value = values[i - period + k]
            total += value
            weighted += k * value
    else:
        weighted += period * values[i] - total
        total += values[i] - values[i - period]
    age = 0 if age + 1 == period else age + 1
    return age, total, weighted, weighted / (0.5 * period * (period + 1))


@kernel
def _wma(values: Floats, period: int, out: Floats) -> None:
    age, total, weighted = 0, 0.0, 0.0
    rows = values.shape[0]
    for i in range(min(period, rows)):
        age, total, weighted, out[i] = wma_step(values, i, i, age, total, weighted, period)
    for i in range(period, rows):
        age, total, weighted, out[i] = wma_step(values, i, i, age, total, weighted, period)


@kernel
def _wma_update(state: Records, window: Floats, value: float) -> float:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    age, total, weighted, average = wma_step(window, i, s["seen"], s["age"], s["total"], s["weighted"], s["period"])
    s["seen"] += 1
    s["age"] = age
    s["total"] = total
    s["weighted"] = weighted
    return average


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
    length = check_whole_number("wma", "period", period)
    column = check_series("wma", "values", values)
    out = np.empty(column.shape[0])
    _wma(column, length, out)
    return out


class Wma(OneOutput, OneInput[float]):
    """Streaming twin of :func:`wma`.

    Parameters
    ----------
    period : int
        Length of the average, at least 1.
    """

    name: ClassVar[str] = "wma"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, WMA_STATE)
        self._state["period"] = self.period
        self._window = mirrored_window(self.period + 1)

    def _advance(self, value: float) -> float:
        return _wma_update(self._state, self._window, value)
