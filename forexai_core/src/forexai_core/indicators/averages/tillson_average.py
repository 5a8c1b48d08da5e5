"""Tillson's T3: six averages, each of the one before, whose lag is taken off in part.

Tim Tillson, Better Moving Averages, Stocks & Commodities, January 1998. Definition and start are TA-Lib's T3.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import chained_ema_step, smooth
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length

__all__ = ["T3", "t3"]

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
    third = front[2]
    fourth, fifth, sixth = back
    squared = volume_factor * volume_factor
    cubed = squared * volume_factor
    output = (
        -cubed * sixth
        + 3.0 * (squared + cubed) * fifth
        + (-6.0 * squared - 3.0 * (volume_factor + cubed)) * fourth
        + (1.0 + 3.0 * volume_factor + cubed + 3.0 * squared) * third
    )
    return (front, back), output


@kernel
def _t3(values: Floats, period: int, volume_factor: float, out: Floats) -> None:
    state = NO_SEXTUPLE
    start = min(6 * (period - 1) + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _t3_step(values[i], i, state, period, volume_factor)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _t3_step(newest[k], 6 * (period - 1) + 1, state, period, volume_factor)


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
    return one_line("t3", _t3, period, volume_factor, values=values)


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
