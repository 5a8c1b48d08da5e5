"""Parabolic stop and reverse (SAR).

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start as in TA-Lib's SAR: short if the second bar
moved down more than up, else long.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor

__all__ = ["Sar", "sar"]


Parabola: TypeAlias = tuple[bool, float, float, float, float, float]
"""Whether long; the stop of the next bar; its extreme point; its acceleration; the last high and low."""

NO_PARABOLA: Parabola = (True, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _long_step(high: float, low: float, state: Parabola, acceleration: float, maximum: float) -> tuple[Parabola, float]:
    _, stop, extreme, pace, last_high, last_low = state
    if low <= stop:
        stop = max(extreme, last_high, high)
        following = max(stop + acceleration * (low - stop), last_high, high)
        return (False, following, low, acceleration, high, low), stop
    if high > extreme:
        extreme = high
        pace = min(pace + acceleration, maximum)
    following = min(stop + pace * (extreme - stop), last_low, low)
    return (True, following, extreme, pace, high, low), stop


@kernel(forceinline=True)
def _short_step(
    high: float, low: float, state: Parabola, acceleration: float, maximum: float
) -> tuple[Parabola, float]:
    _, stop, extreme, pace, last_high, last_low = state
    if high >= stop:
        stop = min(extreme, last_low, low)
        following = min(stop + acceleration * (high - stop), last_low, low)
        return (True, following, high, acceleration, high, low), stop
    if low < extreme:
        extreme = low
        pace = min(pace + acceleration, maximum)
    following = max(stop + pace * (extreme - stop), last_high, high)
    return (False, following, extreme, pace, high, low), stop


@kernel(forceinline=True)
def _sar_step(
    high: float, low: float, seen: int, state: Parabola, acceleration: float, maximum: float
) -> tuple[Parabola, float]:
    if seen == 0:
        return (True, 0.0, 0.0, 0.0, high, low), math.nan
    pace = min(acceleration, maximum)
    if seen == 1:
        last_high, last_low = state[4], state[5]
        down = last_low - low
        if down > 0.0 and high - last_high < down:
            state = (False, last_high, low, pace, high, low)
        else:
            state = (True, last_low, high, pace, high, low)
    if state[0]:
        return _long_step(high, low, state, pace, maximum)
    return _short_step(high, low, state, pace, maximum)


@kernel
def _sar(high: Floats, low: Floats, acceleration: float, maximum: float, out: Floats) -> None:
    state = NO_PARABOLA
    start = min(1 + 1, high.shape[0])
    for i in range(start):
        state, out[i] = _sar_step(high[i], low[i], i, state, acceleration, maximum)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms = high[start:], low[start:]
    out = out[start:]
    for k in range(tops.shape[0]):
        state, out[k] = _sar_step(tops[k], bottoms[k], 1 + 1, state, acceleration, maximum)


def sar(high: ArrayLike, low: ArrayLike, acceleration: float = 0.02, maximum: float = 0.2) -> Floats:
    """Follow the price with a stop that runs after it ever faster, and turns when it is hit.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    acceleration : float
        Step of the acceleration, above 0.
    maximum : float
        Largest acceleration, above 0.

    Returns
    -------
    (rows,) float64
        Price of the stop in every bar; NaN in the first row.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    acceleration, maximum = Sar.checked(acceleration, maximum)
    return one_line("sar", _sar, acceleration, maximum, high=high, low=low)


class Sar(
    HighLow[float], of=sar, title="Parabolic stop and reverse", overlay=True, aliases=("isar", "psar", "parabolic_sar")
):
    """Streaming twin of :func:`sar`."""

    acceleration: float = factor(0.02, "Acceleration")
    maximum: float = factor(0.2, "Largest acceleration")

    def _rows_of_warmup(self) -> int:
        return 1

    def _start(self) -> None:
        self._state = NO_PARABOLA

    def _advance(self, high: float, low: float) -> float:
        self._state, output = _sar_step(high, low, self._count, self._state, self.acceleration, self.maximum)
        return output
