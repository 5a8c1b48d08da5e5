"""Middles of the range of a window.

As TA-Lib's MIDPOINT, of one series, and MIDPRICE, of highs and lows.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, check_bars, check_series, check_whole_number
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, extremes_of
from forexai_core.indicators.streaming import HighLow, OneInput, OneOutput

__all__ = ["Midpoint", "Midprice", "midpoint", "midprice"]


@kernel(forceinline=True)
def _middle(highest: float, lowest: float) -> float:
    return (highest + lowest) / 2.0


@kernel
def _write_middles(highs: Floats, lows: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _middle(highs[i], lows[i])


def _midprice(high: Floats, low: Floats, period: int, out: Floats) -> None:
    _write_middles(extremes_of(high, period, 1.0), extremes_of(low, period, -1.0), out)


def _midpoint(values: Floats, period: int, out: Floats) -> None:
    _midprice(values, values, period, out)


def midpoint(values: ArrayLike, period: int = 14) -> Floats:
    """Halve the sum of the highest and the lowest value of the window.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    period = check_whole_number("midpoint", "period", period)
    column = check_series("midpoint", "values", values)
    out = np.empty(column.shape[0])
    _midpoint(column, period, out)
    return out


class Midpoint(OneOutput, OneInput[float]):
    """Streaming twin of :func:`midpoint`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "midpoint"

    def __init__(self, period: int = 14) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, value: float) -> float:
        return _middle(self._highest.push(value, self._count), self._lowest.push(value, self._count))


def midprice(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Halve the sum of the highest high and the lowest low of the window.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    period = check_whole_number("midprice", "period", period)
    highs, lows = check_bars("midprice", high=high, low=low)
    out = np.empty(highs.shape[0])
    _midprice(highs, lows, period, out)
    return out


class Midprice(OneOutput, HighLow[float]):
    """Streaming twin of :func:`midprice`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "midprice"

    def __init__(self, period: int = 14) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float) -> float:
        return _middle(self._highest.push(high, self._count), self._lowest.push(low, self._count))
