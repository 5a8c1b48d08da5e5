"""Momentum and rate of change: the newest value against one some rows before.

As TA-Lib's MOM and ROC.
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

__all__ = ["Momentum", "Roc", "momentum", "momentum_step", "roc", "roc_step"]

CHANGE_STATE = np.dtype([("period", np.int64), ("slot", np.int64), ("seen", np.int64)])
"""State of a momentum or rate of change."""


@kernel(forceinline=True)
def momentum_step(values: Floats, i: int, seen: int, period: int) -> float:
    """Subtract the value ``period`` rows before.

    Parameters
    ----------
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    period : int
        Distance in rows.

    Returns
    -------
    float
        The difference, NaN during warm-up.
    """
    return values[i] - values[i - period] if seen >= period else math.nan


@kernel(forceinline=True)
def roc_step(values: Floats, i: int, seen: int, period: int) -> float:
    """Relate to the value ``period`` rows before.

    Parameters
    ----------
    values, i, seen, period
        As of :func:`momentum_step`.

    Returns
    -------
    float
        Percent, NaN during warm-up; 0 where the value before is 0, as TA-Lib has it.
    """
    if seen < period:
        return math.nan
    before = values[i - period]
    return (values[i] / before - 1.0) * 100.0 if before != 0.0 else 0.0


@kernel
def _momentum(values: Floats, period: int, out: Floats) -> None:
    for i in range(values.shape[0]):
        out[i] = momentum_step(values, i, i, period)


@kernel
def _roc(values: Floats, period: int, out: Floats) -> None:
    for i in range(values.shape[0]):
        out[i] = roc_step(values, i, i, period)


@kernel
def _momentum_update(state: Records, window: Floats, value: float) -> float:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    s["seen"] += 1
    return momentum_step(window, i, s["seen"] - 1, s["period"])


@kernel
def _roc_update(state: Records, window: Floats, value: float) -> float:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    s["seen"] += 1
    return roc_step(window, i, s["seen"] - 1, s["period"])


def momentum(values: ArrayLike, period: int = 10) -> Floats:
    """Subtract from every value the one ``period`` rows before.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Distance in rows, at least 1.

    Returns
    -------
    (rows,) float64
        In the unit of ``values``; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("momentum", "period", period)
    column = check_series("momentum", "values", values)
    out = np.empty(column.shape[0])
    _momentum(column, length, out)
    return out


def roc(values: ArrayLike, period: int = 10) -> Floats:
    """Relate every value to the one ``period`` rows before.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Distance in rows, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``period`` rows; 0 where the value before is 0.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("roc", "period", period)
    column = check_series("roc", "values", values)
    out = np.empty(column.shape[0])
    _roc(column, length, out)
    return out


class Momentum(OneOutput, OneInput[float]):
    """Streaming twin of :func:`momentum`.

    Parameters
    ----------
    period : int
        Distance in rows, at least 1.
    """

    name: ClassVar[str] = "momentum"

    def __init__(self, period: int = 10) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = np.zeros(1, CHANGE_STATE)
        self._state["period"] = self.period
        self._window = mirrored_window(self.period + 1)

    def _advance(self, value: float) -> float:
        return _momentum_update(self._state, self._window, value)


class Roc(Momentum):
    """Streaming twin of :func:`roc`.

    Parameters
    ----------
    period : int
        Distance in rows, at least 1.
    """

    name: ClassVar[str] = "roc"

    def _advance(self, value: float) -> float:
        return _roc_update(self._state, self._window, value)
