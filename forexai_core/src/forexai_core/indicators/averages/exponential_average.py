"""Exponential moving average.

Definition and start are TA-Lib's EMA: the first value is the simple average of the first ``period`` values, and then
``average * (1 - weight) + value * weight``. The step reaches back two rows instead of one, which is the same written
out twice: ``average[i]`` comes from ``average[i - 2]``, so that a processor works on two rows at once. No fused
multiply-add is used, so that every machine gives the same bytes.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = [
    "NO_SMOOTHING",
    "Ema",
    "Smoothing",
    "chained_ema_step",
    "ema",
    "ema_step",
    "ema_weight",
    "settled_ema_step",
    "smooth",
]

Smoothing: TypeAlias = tuple[float, float, float]
"""The average two rows ago (0 at first); the last one, during warm-up the sum; the last value times its weight."""

NO_SMOOTHING: Smoothing = (0.0, 0.0, 0.0)
"""The state of before the first value."""


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
def settled_ema_step(value: float, state: Smoothing, weight: float) -> tuple[Smoothing, float]:
    """Advance an exponential average whose warm-up is over.

    Parameters
    ----------
    value, state, weight
        As of :func:`ema_step`.

    Returns
    -------
    state : Smoothing
        The new state.
    average : float
        The average.
    """
    before, average, fed = state
    decay = 1.0 - weight
    # 1 - decay instead of weight: the two then add up to exactly 1.
    share = value * (1.0 - decay)
    newest = before * (decay * decay) + (fed * decay + share)
    return (average, newest, share), newest


@kernel(forceinline=True)
def ema_step(value: float, seen: int, state: Smoothing, period: int, weight: float) -> tuple[Smoothing, float]:
    """Advance an exponential average by one value; Wilder's smoothing is the same with weight ``1 / period``.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    state : Smoothing
        The state; ``NO_SMOOTHING`` at the start.
    period : int
        Values whose simple average starts it.
    weight : float
        Weight of the newest value, above 0, at most 1.

    Returns
    -------
    state : Smoothing
        The new state.
    average : float
        NaN during warm-up.
    """
    if seen >= period:
        return settled_ema_step(value, state, weight)
    average = state[1] + value
    if seen < period - 1:
        return (0.0, average, 0.0), math.nan
    average /= period
    # As if the average had just been fed whole, and nothing before it.
    return (0.0, average, average), average


@kernel(forceinline=True)
def smooth(value: float, average: float, weight: float) -> float:
    """Move an exponential average on by one value; for averages that feed each other.

    The same average as :func:`ema_step`'s but for the last bits: it reaches back one row, because several averages
    keep a processor busy without reaching further.

    Parameters
    ----------
    value, average : float
        The newest value, and the average before it.
    weight : float
        Weight of the newest value.

    Returns
    -------
    float
        The new average.
    """
    decay = 1.0 - weight
    return average * decay + value * (1.0 - decay)


@kernel(forceinline=True)
def chained_ema_step(value: float, seen: int, average: float, period: int, weight: float) -> tuple[float, float]:
    """Advance one of several exponential averages that feed each other.

    Parameters
    ----------
    value, seen, period, weight
        As of :func:`ema_step`.
    average : float
        The average so far; during warm-up the sum; 0 at the start.

    Returns
    -------
    average, output : float
        The new state, and the same or NaN during warm-up.
    """
    if seen >= period:
        average = smooth(value, average, weight)
        return average, average
    average += value
    if seen < period - 1:
        return average, math.nan
    average /= period
    return average, average


@kernel
def _ema(values: Floats, period: int, weight: float, out: Floats) -> bool:
    state = NO_SMOOTHING
    rows = values.shape[0]
    for i in range(min(period, rows)):
        state, out[i] = ema_step(values[i], i, state, period, weight)
    for i in range(period, rows):
        state, out[i] = ema_step(values[i], i, state, period, weight)
    return math.isfinite(state[0] + state[1])  # an average never forgets a value that is not finite


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
    (period,) = Ema.checked(period)
    return one_line_told("ema", _ema, period, ema_weight(period), values=values)


class Ema(OneInput[float], of=ema, title="Exponential moving average", overlay=True):
    """Streaming twin of :func:`ema`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_SMOOTHING

    def _advance(self, value: float) -> float:
        weight = ema_weight(self.period)
        self._state, average = ema_step(value, self._count, self._state, self.period, weight)
        return average
