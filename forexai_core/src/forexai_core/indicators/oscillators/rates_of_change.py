"""Momentum and rate of change: the newest value against one some rows before.

As TA-Lib's MOM, ROC, ROCP, ROCR and ROCR100.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, check_whole_number, refuse_infinite, take_series
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Window

__all__ = [
    "Momentum",
    "Roc",
    "Rocp",
    "Rocr",
    "Rocr100",
    "momentum",
    "momentum_step",
    "roc",
    "roc_step",
    "rocp",
    "rocp_step",
    "rocr",
    "rocr100",
    "rocr_step",
]


@kernel(forceinline=True)
def momentum_step(value: float, before: float) -> float:
    """Subtract an earlier value.

    Parameters
    ----------
    value, before : float
        The newest value and the earlier one.

    Returns
    -------
    float
        The difference.
    """
    return value - before


@kernel(forceinline=True)
def roc_step(value: float, before: float) -> float:
    """Relate to an earlier value.

    Parameters
    ----------
    value, before : float
        The newest value and the earlier one.

    Returns
    -------
    float
        Percent; 0 where the value before is 0, as TA-Lib has it.
    """
    return 0.0 if before == 0.0 else (value / before - 1.0) * 100.0


@kernel(forceinline=True)
def rocp_step(value: float, before: float) -> float:
    """Relate the difference from an earlier value to it; 0 where that is 0.

    Parameters
    ----------
    value, before : float
        The newest value and the earlier one.

    Returns
    -------
    float
        A fraction.
    """
    return 0.0 if before == 0.0 else (value - before) / before


@kernel(forceinline=True)
def rocr_step(value: float, before: float) -> float:
    """Divide by an earlier value; 0 where that is 0.

    Parameters
    ----------
    value, before : float
        The newest value and the earlier one.

    Returns
    -------
    float
        A ratio.
    """
    return 0.0 if before == 0.0 else value / before


@kernel
def _momentum(values: Floats, before: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        difference = momentum_step(values[k], before[k])
        finite &= difference - difference == 0.0
        out[k] = difference
    return finite


@kernel
def _roc(values: Floats, before: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        finite &= values[k] - values[k] == before[k] - before[k]
        out[k] = roc_step(values[k], before[k])
    return finite


@kernel
def _rocp(values: Floats, before: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        finite &= values[k] - values[k] == before[k] - before[k]
        out[k] = rocp_step(values[k], before[k])
    return finite


@kernel
def _rocr(values: Floats, before: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        finite &= values[k] - values[k] == before[k] - before[k]
        out[k] = rocr_step(values[k], before[k])
    return finite


@kernel(forceinline=True)
def _rocr100_step(value: float, before: float) -> float:
    return 0.0 if before == 0.0 else value / before * 100.0


@kernel
def _rocr100(values: Floats, before: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        finite &= values[k] - values[k] == before[k] - before[k]
        out[k] = _rocr100_step(values[k], before[k])
    return finite


def _compare(indicator: str, values: ArrayLike, period: int, kernel_of_rows: Callable[..., bool]) -> Floats:
    length = check_whole_number(indicator, "period", period)
    column = take_series(indicator, "values", values)
    rows = column.shape[0]
    out = np.empty(rows)
    out[:length] = math.nan
    # Every row is compared, as the newer or as the older one, when there are two periods of them.
    compared = rows >= 2 * length and kernel_of_rows(column[length:], column[: rows - length], out[length:])
    if not compared:
        refuse_infinite(indicator, values=column)
        kernel_of_rows(column[length:], column[: max(rows - length, 0)], out[length:])
    return out


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
    return _compare("momentum", values, period, _momentum)


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
    return _compare("roc", values, period, _roc)


def rocp(values: ArrayLike, period: int = 10) -> Floats:
    """Relate every difference from the value ``period`` rows before to that value.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Distance in rows, at least 1.

    Returns
    -------
    (rows,) float64
        A fraction; NaN in the first ``period`` rows; 0 where the value before is 0.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return _compare("rocp", values, period, _rocp)


def rocr(values: ArrayLike, period: int = 10) -> Floats:
    """Divide every value by the one ``period`` rows before.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Distance in rows, at least 1.

    Returns
    -------
    (rows,) float64
        A ratio; NaN in the first ``period`` rows; 0 where the value before is 0.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return _compare("rocr", values, period, _rocr)


def rocr100(values: ArrayLike, period: int = 10) -> Floats:
    """Divide every value by the one ``period`` rows before, in percent.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Distance in rows, at least 1.

    Returns
    -------
    (rows,) float64
        Percent, 100 where nothing changed; NaN in the first ``period`` rows; 0 where the value before is 0.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return _compare("rocr100", values, period, _rocr100)


class Momentum(OneInput[float], of=momentum, title="Momentum", aliases=("mom",)):
    """Streaming twin of :func:`momentum`."""

    period: int = length(10)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        before = self._window.values[self._window.push(value) - self.period]
        return math.nan if self._count < self.period else self._relate(value, before)

    def _relate(self, value: float, before: float) -> float:
        return momentum_step(value, before)


class Roc(Momentum, of=roc, title="Rate of change, percent", aliases=("rate_of_change",)):
    """Streaming twin of :func:`roc`."""

    def _relate(self, value: float, before: float) -> float:
        return roc_step(value, before)


class Rocp(Momentum, of=rocp, title="Rate of change, fraction"):
    """Streaming twin of :func:`rocp`."""

    def _relate(self, value: float, before: float) -> float:
        return rocp_step(value, before)


class Rocr(Momentum, of=rocr, title="Rate of change, ratio"):
    """Streaming twin of :func:`rocr`."""

    def _relate(self, value: float, before: float) -> float:
        return rocr_step(value, before)


class Rocr100(Momentum, of=rocr100, title="Rate of change, ratio in percent"):
    """Streaming twin of :func:`rocr100`."""

    def _relate(self, value: float, before: float) -> float:
        return _rocr100_step(value, before)
