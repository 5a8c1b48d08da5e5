"""Relative strength index (RSI).

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start and zero rule as in TA-Lib's RSI.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length

__all__ = ["NO_STRENGTH", "Rsi", "Strength", "rsi", "rsi_of_strength", "strength_step"]

CHUNK = 512
"""Rows that a batch does at once."""

Strength: TypeAlias = tuple[float, Smoothing, Smoothing]
"""The last value, and Wilder's averages of rises and of falls, both positive."""

NO_STRENGTH: Strength = (0.0, NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first value."""


@kernel(forceinline=True)
def strength_step(value: float, seen: int, state: Strength, period: int) -> tuple[Strength, float, float]:
    """Advance the averages of rises and falls by one value.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    state : Strength
        The state; ``NO_STRENGTH`` at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    state : Strength
        The new state.
    gain, loss : float
        Average rise and fall, NaN during warm-up.
    """
    previous, gains, losses = state
    if seen == 0:
        return (value, gains, losses), math.nan, math.nan
    change = value - previous
    weight = 1.0 / period
    gains, gain = ema_step(max(0.0, change), seen - 1, gains, period, weight)
    losses, loss = ema_step(-change if change < 0.0 else 0.0, seen - 1, losses, period, weight)
    return (value, gains, losses), gain, loss


@kernel(forceinline=True)
def rsi_of_strength(gain: float, loss: float) -> float:
    """Give the RSI that average rises and falls make.

    Parameters
    ----------
    gain, loss : float
        Both positive, or NaN.

    Returns
    -------
    float
        0 to 100; 0 where nothing moved, as TA-Lib has it; NaN of NaN.
    """
    moved = gain + loss
    return 0.0 if moved < NEGLIGIBLE else 100.0 * (gain / moved)


@kernel
def _relate(gains: Floats, losses: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = rsi_of_strength(gains[k], losses[k])


@kernel
def _rsi(values: Floats, period: int, scratch: Floats, out: Floats) -> bool:
    state = NO_STRENGTH
    warm = min(period + 1, values.shape[0])
    taint = 0.0  # becomes NaN with the first value that is not finite, and stays so
    for i in range(warm):
        state, gain, loss = strength_step(values[i], i, state, period)
        out[i] = rsi_of_strength(gain, loss)
        taint += values[i] * 0.0
    gains, losses = scratch[0], scratch[1]
    # In chunks, so that the divisions, which do not wait for the row before, are done for several rows at once.
    for start in range(warm, values.shape[0], CHUNK):
        newest, outputs = values[start : start + CHUNK], out[start : start + CHUNK]
        for k in range(newest.shape[0]):
            value = newest[k]
            # The warm-up is over: told so by a constant, the compiler drops its branches.
            state, gains[k], losses[k] = strength_step(value, period + 1, state, period)
            taint += value * 0.0
        _relate(gains, losses, outputs)
    return taint == 0.0


def rsi(values: ArrayLike, period: int = 14) -> Floats:
    """Measure the share of rises in the recent movement, 0 to 100.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        ``100 * gain / (gain + loss)``; NaN in the first ``period`` rows; 0 where nothing moved, as TA-Lib has it.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Rsi.checked(period)
    return one_line_told("rsi", _rsi, period, np.empty((2, CHUNK)), values=values)


class Rsi(OneInput[float], of=rsi, title="Relative strength index"):
    """Streaming twin of :func:`rsi`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_STRENGTH

    def _advance(self, value: float) -> float:
        self._state, gain, loss = strength_step(value, self._count, self._state, self.period)
        return rsi_of_strength(gain, loss)
