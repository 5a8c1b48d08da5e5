"""Chande momentum oscillator (CMO).

Tushar Chande, The New Technical Trader, 1994; with Wilder's smoothing, as in TA-Lib's CMO.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.oscillators.relative_strength import CHUNK, NO_STRENGTH, Strength, strength_step
from forexai_core.indicators.parameters import length

__all__ = ["Cmo", "cmo"]


@kernel(forceinline=True)
def _balance(gain: float, loss: float) -> float:
    moved = gain + loss
    return 0.0 if moved < NEGLIGIBLE else 100.0 * ((gain - loss) / moved)


@kernel(forceinline=True)
def _cmo_step(value: float, seen: int, state: Strength, period: int) -> tuple[Strength, float]:
    state, gain, loss = strength_step(value, seen, state, period)
    return state, _balance(gain, loss)


@kernel
def _balance_all(gains: Floats, losses: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = _balance(gains[k], losses[k])


@kernel
def _write_cmo(values: Floats, period: int, scratch: Floats, out: Floats) -> None:
    state = NO_STRENGTH
    warm = min(period + 1, values.shape[0])
    for i in range(warm):
        state, out[i] = _cmo_step(values[i], i, state, period)
    gains, losses = scratch[0], scratch[1]
    # In chunks, so that the divisions, which do not wait for the row before, are done for several rows at once.
    for start in range(warm, values.shape[0], CHUNK):
        newest, outputs = values[start : start + CHUNK], out[start : start + CHUNK]
        for k in range(newest.shape[0]):
            state, gains[k], losses[k] = strength_step(newest[k], period + 1, state, period)
        _balance_all(gains, losses, outputs)


def _cmo(values: Floats, period: int, out: Floats) -> None:
    _write_cmo(values, period, np.empty((2, CHUNK)), out)


def cmo(values: ArrayLike, period: int = 14) -> Floats:
    """Relate the rises less the falls of the recent movement to all of it.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        -100 to 100; NaN in the first ``period`` rows; 0 where nothing moved.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Cmo.checked(period)
    return one_line("cmo", _cmo, period, values=values)


class Cmo(OneInput[float], of=cmo, title="Chande momentum oscillator"):
    """Streaming twin of :func:`cmo`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_STRENGTH

    def _advance(self, value: float) -> float:
        self._state, output = _cmo_step(value, self._count, self._state, self.period)
        return output
