"""Tillson's T3: six averages, each of the one before, whose lag is taken off in part.

Tim Tillson, Better Moving Averages, Stocks & Commodities, January 1998. Definition and start are TA-Lib's T3.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import chained_ema_step, smooth
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length

__all__ = ["T3", "t3"]

CHUNK = 64
"""Rows that a batch does at once."""

Chain: TypeAlias = tuple[float, float, float]
"""Three averages, each of the one before, that reach back one row."""

Sextuple: TypeAlias = tuple[Chain, Chain]
"""Six averages, each of the one before."""

NO_SEXTUPLE: Sextuple = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
"""The state of before the first value."""


@kernel(forceinline=True)
def _settled_chain_step(value: float, state: Chain, weight: float) -> Chain:
    once = smooth(value, state[0], weight)
    twice = smooth(once, state[1], weight)
    return once, twice, smooth(twice, state[2], weight)


@kernel(forceinline=True)
def _chain_step(value: float, seen: int, state: Chain, period: int, weight: float) -> Chain:
    first, once = chained_ema_step(value, seen, state[0], period, weight)
    if seen < period - 1:
        return first, state[1], state[2]
    second, twice = chained_ema_step(once, seen - (period - 1), state[1], period, weight)
    if seen < 2 * (period - 1):
        return first, second, state[2]
    return first, second, chained_ema_step(twice, seen - 2 * (period - 1), state[2], period, weight)[0]


@kernel(forceinline=True)
def _blend(third: float, fourth: float, fifth: float, sixth: float, volume_factor: float) -> float:
    squared = volume_factor * volume_factor
    cubed = squared * volume_factor
    return (
        -cubed * sixth
        + 3.0 * (squared + cubed) * fifth
        + (-6.0 * squared - 3.0 * (volume_factor + cubed)) * fourth
        + (1.0 + 3.0 * volume_factor + cubed + 3.0 * squared) * third
    )


@kernel(forceinline=True)
def _t3_step(value: float, seen: int, state: Sextuple, period: int, volume_factor: float) -> tuple[Sextuple, float]:
    weight = 2.0 / (period + 1.0)
    front, back = state
    if seen > 6 * (period - 1):
        front = _settled_chain_step(value, front, weight)
        back = _settled_chain_step(front[2], back, weight)
    else:
        front = _chain_step(value, seen, front, period, weight)
        if seen < 3 * (period - 1):
            return (front, back), math.nan
        back = _chain_step(front[2], seen - 3 * (period - 1), back, period, weight)
        if seen < 6 * (period - 1):
            return (front, back), math.nan
    return (front, back), _blend(front[2], back[0], back[1], back[2], volume_factor)


@kernel
def _blend_all(averages: Floats, volume_factor: float, out: Floats) -> None:
    third, fourth, fifth, sixth = averages[0], averages[1], averages[2], averages[3]
    for k in range(out.shape[0]):
        out[k] = _blend(third[k], fourth[k], fifth[k], sixth[k], volume_factor)


@kernel
def _t3(values: Floats, period: int, volume_factor: float, averages: Floats, out: Floats) -> bool:
    state = NO_SEXTUPLE
    rows, start = values.shape[0], 6 * (period - 1) + 1
    for i in range(min(start, rows)):
        state, out[i] = _t3_step(values[i], i, state, period, volume_factor)
    front, back = state
    weight = 2.0 / (period + 1.0)
    third, fourth, fifth, sixth = averages[0], averages[1], averages[2], averages[3]
    # In chunks, so that the blending, which does not wait for the row before, is done for several rows at once.
    for first in range(start, rows, CHUNK):
        newest = values[first : first + CHUNK]
        for k in range(newest.shape[0]):
            front = _settled_chain_step(newest[k], front, weight)
            back = _settled_chain_step(front[2], back, weight)
            third[k], fourth[k], fifth[k], sixth[k] = front[2], back[0], back[1], back[2]
        _blend_all(averages, volume_factor, out[first : first + CHUNK])
    # The last average has seen them all, and never forgets a value that is not finite.
    return rows > start and math.isfinite(back[2])


def t3(values: ArrayLike, period: int = 5, volume_factor: float = 0.7) -> Floats:
    """Smooth by six averages whose lag is taken off in part.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.
    volume_factor : float
        How much of the lag is taken off, above 0; 1 makes a triple TEMA.

    Returns
    -------
    (rows,) float64
        NaN in the first ``6 * (period - 1)`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period, volume_factor = T3.checked(period, volume_factor)
    return one_line_told("t3", _t3, period, volume_factor, np.empty((4, CHUNK)), values=values)


class T3(OneInput[float], of=t3, title="Tillson's T3", overlay=True, aliases=("tillson",)):
    """Streaming twin of :func:`t3`."""

    period: int = length(5)
    volume_factor: float = factor(0.7, "Volume factor")

    def _rows_of_warmup(self) -> int:
        return 6 * (self.period - 1)

    def _start(self) -> None:
        self._state = NO_SEXTUPLE

    def _advance(self, value: float) -> float:
        self._state, output = _t3_step(value, self._count, self._state, self.period, self.volume_factor)
        return output
