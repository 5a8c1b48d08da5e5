"""Aroon: how many bars ago the last extremes were.

Tushar Chande, Stocks & Commodities, September 1995; as TA-Lib's AROON and AROONOSC: the window holds ``period + 1``
bars, and of equal extremes the latest counts.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told, several_lines_told
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.levels.ages_of_extremes import BLOCK, LONG, room_for_ages, write_ages
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Windows

__all__ = ["Aroon", "AroonLines", "AroonOscillator", "aroon", "aroon_oscillator"]

Line = TypeVar("Line")

Places: TypeAlias = tuple[int, int]
"""Bars since the highest high and since the lowest low."""

NOWHERE: Places = (1_000_000_000, 1_000_000_000)
"""The state of before the first bar: long out of any window."""


@kernel(forceinline=True)
def _find_highest(values: Floats, i: int, place: int, period: int) -> int:
    if place < i - period:
        place = i - period
        for k in range(i - period + 1, i + 1):
            if values[k] >= values[place]:
                place = k
        return place
    return i if values[i] >= values[place] else place


@kernel(forceinline=True)
def _find_lowest(values: Floats, i: int, place: int, period: int) -> int:
    if place < i - period:
        place = i - period
        for k in range(i - period + 1, i + 1):
            if values[k] <= values[place]:
                place = k
        return place
    return i if values[i] <= values[place] else place


@kernel(forceinline=True)
def _aroon_step(
    high: Floats, low: Floats, i: int, seen: int, state: Places, period: int
) -> tuple[Places, float, float]:
    if seen < period:
        return state, math.nan, math.nan
    # Ages, because positions in a stream's window begin again.
    top = _find_highest(high, i, i - 1 - state[0], period)
    bottom = _find_lowest(low, i, i - 1 - state[1], period)
    state = (i - top, i - bottom)
    return state, 100.0 * (period - state[1]) / period, 100.0 * (period - state[0]) / period


@kernel(forceinline=True)
def _aroon_oscillator_step(
    high: Floats, low: Floats, i: int, seen: int, state: Places, period: int
) -> tuple[Places, float]:
    state, _, _ = _aroon_step(high, low, i, seen, state, period)
    return state, 100.0 * (state[1] - state[0]) / period if seen >= period else math.nan


class AroonLines(NamedTuple, Generic[Line]):
    """Aroon: arrays from the batch form, floats from the streaming form."""

    down: Line
    """100 when the lowest low is the newest, 0 when it is the oldest."""
    up: Line
    """The same of the highest high."""


@kernel
def _aroon(high: Floats, low: Floats, period: int, rooms: Floats, out: Floats) -> bool:
    down, up = out[0], out[1]
    if period >= LONG:
        state = NOWHERE
        for i in range(high.shape[0]):
            state, down[i], up[i] = _aroon_step(high, low, i, i, state, period)
        return False  # not looked at
    rows = high.shape[0]
    out[:, : min(period, rows)] = math.nan
    finite = rows > period
    for start in range(period, rows, BLOCK):
        stop = min(start + BLOCK, rows)
        finite &= write_ages(high[start - period : stop], period + 1, 1.0, rooms, up[start:stop])
        finite &= write_ages(low[start - period : stop], period + 1, -1.0, rooms, down[start:stop])
        _to_percent(period, up[start:stop])
        _to_percent(period, down[start:stop])
    return finite


@kernel
def _to_percent(period: int, ages: Floats) -> None:
    for k in range(ages.shape[0]):
        ages[k] = 100.0 * (period - ages[k]) / period


def aroon(high: ArrayLike, low: ArrayLike, period: int = 14) -> AroonLines[Floats]:
    """Say how recent the highest high and the lowest low of the window are.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Bars looked back, at least 1.

    Returns
    -------
    AroonLines
        Two (rows,) float64, 0 to 100; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Aroon.checked(period)
    return several_lines_told(
        AroonLines[Floats], "aroon", _aroon, period, room_for_ages(period + 1), high=high, low=low
    )


class Aroon(HighLow[AroonLines[float]], of=aroon, title="Aroon", main="up"):
    """Streaming twin of :func:`aroon`."""

    lines = AroonLines
    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NOWHERE
        self._windows = Windows(2, self.period + 1)

    def _advance(self, high: float, low: float) -> AroonLines[float]:
        i = self._windows.push(high, low)
        self._state, down, up = _aroon_step(*self._windows.pair, i, self._count, self._state, self.period)
        return AroonLines(down, up)


@kernel
def _aroon_oscillator(high: Floats, low: Floats, period: int, rooms: Floats, lows: Floats, out: Floats) -> bool:
    if period >= LONG:
        state = NOWHERE
        for i in range(high.shape[0]):
            state, out[i] = _aroon_oscillator_step(high, low, i, i, state, period)
        return False  # not looked at
    rows = high.shape[0]
    out[: min(period, rows)] = math.nan
    finite = rows > period
    for start in range(period, rows, BLOCK):
        stop = min(start + BLOCK, rows)
        part, ages = out[start:stop], lows[: stop - start]
        finite &= write_ages(high[start - period : stop], period + 1, 1.0, rooms, part)
        finite &= write_ages(low[start - period : stop], period + 1, -1.0, rooms, ages)
        for k in range(part.shape[0]):
            part[k] = 100.0 * (ages[k] - part[k]) / period
    return finite


def aroon_oscillator(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Subtract Aroon down from Aroon up.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Bars looked back, at least 1.

    Returns
    -------
    (rows,) float64
        -100 to 100; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = AroonOscillator.checked(period)
    return one_line_told(
        "aroon_oscillator", _aroon_oscillator, period, room_for_ages(period + 1), np.empty(BLOCK), high=high, low=low
    )


class AroonOscillator(HighLow[float], of=aroon_oscillator, title="Aroon oscillator", aliases=("aroonosc",)):
    """Streaming twin of :func:`aroon_oscillator`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NOWHERE
        self._windows = Windows(2, self.period + 1)

    def _advance(self, high: float, low: float) -> float:
        i = self._windows.push(high, low)
        self._state, output = _aroon_oscillator_step(*self._windows.pair, i, self._count, self._state, self.period)
        return output
