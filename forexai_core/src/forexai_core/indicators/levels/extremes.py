"""Highest and lowest value of a moving window: the same numbers as TA-Lib's MAX and MIN."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core.indicators.inputs import Floats, check_whole_number, refuse_infinite, take_series
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, room_for_extremes, write_extremes
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["Highest", "Lowest", "highest", "lowest"]


def highest(values: ArrayLike, period: int = 20) -> Floats:
    """Find the highest of the last ``period`` values, the row's own included.

    Parameters
    ----------
    values : (rows,) array_like
        Highs, usually, or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows. A breakout above it compares with the row before.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("highest", "period", period)
    column = take_series("highest", "values", values)
    out = np.empty(column.shape[0])
    if not write_extremes(column, length, 1.0, room_for_extremes(length), out):
        refuse_infinite("highest", values=column)
    return out


def lowest(values: ArrayLike, period: int = 20) -> Floats:
    """Find the lowest of the last ``period`` values, the row's own included.

    Parameters
    ----------
    values : (rows,) array_like
        Lows, usually, or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows. A breakout below it compares with the row before.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length = check_whole_number("lowest", "period", period)
    column = take_series("lowest", "values", values)
    out = np.empty(column.shape[0])
    if not write_extremes(column, length, -1.0, room_for_extremes(length), out):
        refuse_infinite("lowest", values=column)
    return out


class Highest(OneOutput, OneInput[float]):
    """Streaming twin of :func:`highest`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "highest"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._extreme = RunningExtreme(self.period, 1.0)

    def _advance(self, value: float) -> float:
        return self._extreme.push(value, self._count)


class Lowest(OneOutput, OneInput[float]):
    """Streaming twin of :func:`lowest`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "lowest"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._extreme = RunningExtreme(self.period, -1.0)

    def _advance(self, value: float) -> float:
        return self._extreme.push(value, self._count)
