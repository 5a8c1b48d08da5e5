"""Highest and lowest value of a moving window.

The same numbers as TA-Lib's MAX and MIN, by the van Herk and Gil-Werman method: rows fall into blocks of
``period``; a window is the end of one block and the beginning of the next, so it needs the running extreme of
the block so far and, for every place of the block before, the extreme from there to its end. Three
comparisons a row, whatever the period or prices.

(M. van Herk, A fast algorithm for local minimum and maximum filters, 1992; J. Gil, M. Werman, Computing 2-D
min, median, and max filters, 1993.)
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, Records, check_series, check_whole_number
from forexai_core.indicators.streaming import OneInput, OneOutput

__all__ = ["EXTREME_FIELDS", "Highest", "Lowest", "highest", "highest_step", "lowest", "lowest_step"]

EXTREME_FIELDS: list[tuple[str, type]] = [
    ("place", np.int64),  # of the next value in its block
    ("running", np.float64),  # extreme of the block so far
]
"""Fields of a state that one of the two steps advances."""

EXTREME_STATE = np.dtype([("seen", np.int64), *EXTREME_FIELDS])
"""State of a highest or lowest value."""


@kernel(forceinline=True)
def highest_step(value: float, seen: int, place: int, running: float, block: Floats) -> tuple[int, float, float]:
    """Advance the highest value of a window.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    place : int
        Place of the value in its block; 0 at the start.
    running : float
        Highest value of the block so far.
    block : (period,) float64
        Before ``place`` the values of this block, from there on what the block before leaves. Changed in place.

    Returns
    -------
    place, running, output : int, float, float
        The new state and the highest value, NaN during warm-up.
    """
    period = block.shape[0]
    running = value if place == 0 or value > running else running
    block[place] = value
    place += 1
    if place < period:
        output = max(running, block[place])
        return place, running, output if seen >= period - 1 else math.nan
    for k in range(period - 2, -1, -1):
        block[k] = max(block[k], block[k + 1])
    return 0, running, running


@kernel(forceinline=True)
def lowest_step(value: float, seen: int, place: int, running: float, block: Floats) -> tuple[int, float, float]:
    """Advance the lowest value of a window; parameters and results as of :func:`highest_step`.

    Parameters
    ----------
    value, seen, place, running, block
        As of :func:`highest_step`.

    Returns
    -------
    place, running, output : int, float, float
        The new state and the lowest value, NaN during warm-up.
    """
    period = block.shape[0]
    running = value if place == 0 or value < running else running
    block[place] = value
    place += 1
    if place < period:
        output = min(running, block[place])
        return place, running, output if seen >= period - 1 else math.nan
    for k in range(period - 2, -1, -1):
        block[k] = min(block[k], block[k + 1])
    return 0, running, running


@kernel
def _highest(values: Floats, block: Floats, out: Floats) -> None:
    place, running = 0, 0.0
    for i in range(values.shape[0]):
        place, running, out[i] = highest_step(values[i], i, place, running, block)


@kernel
def _lowest(values: Floats, block: Floats, out: Floats) -> None:
    place, running = 0, 0.0
    for i in range(values.shape[0]):
        place, running, out[i] = lowest_step(values[i], i, place, running, block)


@kernel
def _highest_update(state: Records, block: Floats, value: float) -> float:
    s = state[0]
    place, running, output = highest_step(value, s["seen"], s["place"], s["running"], block)
    s["seen"] += 1
    s["place"] = place
    s["running"] = running
    return output


@kernel
def _lowest_update(state: Records, block: Floats, value: float) -> float:
    s = state[0]
    place, running, output = lowest_step(value, s["seen"], s["place"], s["running"], block)
    s["seen"] += 1
    s["place"] = place
    s["running"] = running
    return output


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
    column = check_series("highest", "values", values)
    if length > column.shape[0]:
        return np.full(column.shape[0], math.nan)
    out = np.empty(column.shape[0])
    _highest(column, np.empty(length), out)
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
    column = check_series("lowest", "values", values)
    if length > column.shape[0]:
        return np.full(column.shape[0], math.nan)
    out = np.empty(column.shape[0])
    _lowest(column, np.empty(length), out)
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
        self._state = np.zeros(1, EXTREME_STATE)
        self._block = np.zeros(self.period)

    def _advance(self, value: float) -> float:
        return _highest_update(self._state, self._block, value)


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
        self._state = np.zeros(1, EXTREME_STATE)
        self._block = np.zeros(self.period)

    def _advance(self, value: float) -> float:
        return _lowest_update(self._state, self._block, value)
