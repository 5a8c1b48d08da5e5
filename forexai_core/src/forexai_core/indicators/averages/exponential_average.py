"""Exponential moving average.

Definition and start are TA-Lib's EMA: the first value is the simple average of the first ``period`` values.
The step is ``average * (1 - weight) + value * weight``; no fused multiply-add is used, so that every machine
gives the same bytes.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, Records, check_series, check_whole_number
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["Ema", "ema", "ema_step", "ema_weight"]

EMA_STATE = np.dtype([("period", np.int64), ("weight", np.float64), ("seen", np.int64), ("average", np.float64)])
"""State of an exponential average; during warm-up ``average`` holds the sum so far."""


def ema_weight(period: int) -> float:
    """Weight of the newest value in an exponential average.

    Parameters
    ----------
    period : int
        Length of the average.

    Returns
    -------
    float
        ``2 / (period + 1)``.
    """
    return 2.0 / (period + 1.0)


@kernel(forceinline=True)
def ema_step(value: float, seen: int, average: float, period: int, weight: float) -> tuple[float, float]:
    """Advance an exponential average by one value; Wilder's smoothing is the same with weight ``1 / period``.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    average : float
        The average so far; during warm-up the sum so far; 0 at the start.
    period : int
        Values whose simple average starts it.
    weight : float
        Weight of the newest value, above 0, at most 1.

    Returns
    -------
    average, output : float
        The new state, and the same or NaN during warm-up.
    """
    if seen >= period:
        decay = 1.0 - weight
        # 1 - decay instead of weight: the two then add up to exactly 1.
        average = average * decay + value * (1.0 - decay)
        return average, average
    average += value
    if seen < period - 1:
        return average, math.nan
    average /= period
    return average, average


@kernel
def _ema(values: Floats, period: int, weight: float, out: Floats) -> None:
    average = 0.0
    rows = values.shape[0]
    for i in range(min(period, rows)):
        average, out[i] = ema_step(values[i], i, average, period, weight)
    for i in range(period, rows):
        average, out[i] = ema_step(values[i], i, average, period, weight)


@kernel
def _ema_update(state: Records, value: float) -> float:
    s = state[0]
    average, output = ema_step(value, s["seen"], s["average"], s["period"], s["weight"])
    s["seen"] += 1
    s["average"] = average
    return output


def ema(values: ArrayLike, period: int = 20) -> Floats:
    """Average exponentially, the newest value weighing ``2 / (period + 1)``.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows; row ``period - 1`` is the simple average of the rows so far.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("ema", "period", period)
    column = check_series("ema", "values", values)
    out = np.empty(column.shape[0])
    _ema(column, length, ema_weight(length), out)
    return out


class Ema(OneOutput, OneInput[float]):
    """Streaming twin of :func:`ema`.

    Parameters
    ----------
    period : int
        Length of the average, at least 1.
    """

    name: ClassVar[str] = "ema"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, EMA_STATE)
        self._state["period"] = self.period
        self._state["weight"] = ema_weight(self.period)

    def _advance(self, value: float) -> float:
        return _ema_update(self._state, value)
