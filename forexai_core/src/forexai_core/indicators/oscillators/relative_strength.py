"""Relative strength index (RSI).

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start and zero rule as in TA-Lib's RSI.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import ema_step
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, Records, check_series, check_whole_number
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["Rsi", "rsi", "rsi_step"]

RSI_STATE = np.dtype(
    [
        ("period", np.int64),
        ("seen", np.int64),
        ("previous", np.float64),  # last value
        ("gain", np.float64),  # Wilder's average rise; the sum of rises during warm-up
        ("loss", np.float64),  # Wilder's average fall, positive
    ]
)
"""State of an RSI."""


@kernel(forceinline=True)
def rsi_step(
    value: float, seen: int, previous: float, gain: float, loss: float, period: int
) -> tuple[float, float, float, float]:
    """Advance an RSI by one value.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    previous : float
        The value before.
    gain, loss : float
        Average rise and fall so far, both positive; 0 at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    previous, gain, loss, output : float
        The new state and the RSI, NaN during warm-up.
    """
    if seen == 0:
        return value, 0.0, 0.0, math.nan
    change = value - previous
    weight = 1.0 / period
    gain, _ = ema_step(max(0.0, change), seen - 1, gain, period, weight)
    loss, _ = ema_step(-change if change < 0.0 else 0.0, seen - 1, loss, period, weight)
    if seen < period:
        return value, gain, loss, math.nan
    moved = gain + loss
    return value, gain, loss, 100.0 * (gain / moved) if moved >= NEGLIGIBLE else 0.0


@kernel
def _rsi(values: Floats, period: int, out: Floats) -> None:
    previous, gain, loss = 0.0, 0.0, 0.0
    rows = values.shape[0]
    for i in range(min(period + 1, rows)):
        previous, gain, loss, out[i] = rsi_step(values[i], i, previous, gain, loss, period)
    for i in range(period + 1, rows):
        previous, gain, loss, out[i] = rsi_step(values[i], i, previous, gain, loss, period)


@kernel
def _rsi_update(state: Records, value: float) -> float:
    s = state[0]
    previous, gain, loss, output = rsi_step(value, s["seen"], s["previous"], s["gain"], s["loss"], s["period"])
    s["seen"] += 1
    s["previous"] = previous
    s["gain"] = gain
    s["loss"] = loss
    return output


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
    length = check_whole_number("rsi", "period", period)
    column = check_series("rsi", "values", values)
    out = np.empty(column.shape[0])
    _rsi(column, length, out)
    return out


class Rsi(OneOutput, OneInput[float]):
    """Streaming twin of :func:`rsi`.

    Parameters
    ----------
    period : int
        Length of Wilder's smoothing, at least 1.
    """

    name: ClassVar[str] = "rsi"

    def __init__(self, period: int = 14) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = np.zeros(1, RSI_STATE)
        self._state["period"] = self.period

    def _advance(self, value: float) -> float:
        return _rsi_update(self._state, value)
