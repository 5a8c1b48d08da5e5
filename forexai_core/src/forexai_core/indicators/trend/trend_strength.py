"""Strength of a trend: the directional index DX, its average ADX, and the rating ADXR.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start and zero rules as in TA-Lib's DX, ADX and ADXR:
a bar in which nothing can be compared leaves each as it was.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line, several_lines
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, check_bars
from forexai_core.indicators.parameters import length
from forexai_core.indicators.trend.directional_movement import (
    CHUNK,
    NO_MOVEMENT,
    indicator_of_movement,
    movement_step,
    write_movements,
)
from forexai_core.indicators.windows import Window

__all__ = ["Adx", "AdxLines", "Adxr", "Dx", "adx", "adxr", "dx"]

Line = TypeVar("Line")


class AdxLines(NamedTuple, Generic[Line]):
    """Strength and direction of a trend: arrays from the batch form, floats from the streaming form."""

    adx: Line
    """Strength, 0 to 100, whatever the direction."""
    plus_di: Line
    """Upward movement, percent of the true range."""
    minus_di: Line
    """Downward movement, percent of the true range."""


@kernel(forceinline=True)
def index_step(plus: float, minus: float, ranges: float) -> tuple[float, float, float]:
    """Give +DI, -DI and their relative difference DX.

    Parameters
    ----------
    plus, minus, ranges : float
        Sums of movement and of true range.

    Returns
    -------
    plus_di, minus_di, index : float
        Percent; an index below 0 says that there is nothing to compare.
    """
    plus_di, minus_di = indicator_of_movement(plus, ranges), indicator_of_movement(minus, ranges)
    both = plus_di + minus_di
    index = -1.0 if both < NEGLIGIBLE else 100.0 * (abs(plus_di - minus_di) / both)
    return plus_di, minus_di, index


@kernel(forceinline=True)
def strength_step(index: float, seen: int, state: Smoothing, period: int) -> tuple[Smoothing, float]:
    """Advance an ADX by one index.

    Parameters
    ----------
    index : float
        The newest, below 0 for none.
    seen : int
        Indices seen before this one.
    state : Smoothing
        The state; ``NO_SMOOTHING`` at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    state : Smoothing
        The new state.
    adx : float
        NaN during warm-up.
    """
    if index < 0.0:
        index = state[1] if seen >= period else 0.0
    return ema_step(index, seen, state, period, 1.0 / period)


@kernel
def _write_indices(
    plus: Floats, minus: Floats, ranges: Floats, plus_di: Floats, minus_di: Floats, indices: Floats
) -> bool:
    complete = True
    for k in range(plus_di.shape[0]):
        plus_di[k], minus_di[k], index = index_step(plus[k], minus[k], ranges[k])
        complete &= index >= 0.0
        indices[k] = index
    return complete


@kernel
def _write_strengths(
    indices: Floats, complete: bool, seen: int, state: Smoothing, period: int, out: Floats
) -> Smoothing:
    if seen >= period and complete:
        for k in range(out.shape[0]):
            state, out[k] = ema_step(indices[k], period, state, period, 1.0 / period)
    else:
        for k in range(out.shape[0]):
            if seen + k >= 0:
                state, out[k] = strength_step(indices[k], seen + k, state, period)
    return state


@kernel
def _adx(high: Floats, low: Floats, close: Floats, period: int, scratch: Floats, out: Floats) -> None:
    movement, smoothing = NO_MOVEMENT, NO_SMOOTHING
    strengths, plus_di, minus_di = out[0], out[1], out[2]
    plus, minus, ranges, indices = scratch[0], scratch[1], scratch[2], scratch[3]
    rows = high.shape[0]
    for start in range(0, rows, CHUNK):
        stop = min(start + CHUNK, rows)
        movement = write_movements(
            high[start:stop], low[start:stop], close[start:stop], start, movement, period, plus, minus, ranges
        )
        complete = _write_indices(plus, minus, ranges, plus_di[start:stop], minus_di[start:stop], indices)
        smoothing = _write_strengths(indices, complete, start - period, smoothing, period, strengths[start:stop])
    out[:, : min(2 * period - 1, rows)] = math.nan


@kernel
def _dx(high: Floats, low: Floats, close: Floats, period: int, scratch: Floats, out: Floats) -> None:
    movement = NO_MOVEMENT
    plus, minus, ranges, plus_di, minus_di = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    rows = high.shape[0]
    index = 0.0
    for start in range(0, rows, CHUNK):
        stop = min(start + CHUNK, rows)
        indices = out[start:stop]
        movement = write_movements(
            high[start:stop], low[start:stop], close[start:stop], start, movement, period, plus, minus, ranges
        )
        if not _write_indices(plus, minus, ranges, plus_di[: stop - start], minus_di[: stop - start], indices):
            for k in range(indices.shape[0]):
                index = hold_step(indices[k], start + k, index, period)
                indices[k] = index
        index = indices[indices.shape[0] - 1]
    out[: min(period, rows)] = math.nan


@kernel(forceinline=True)
def hold_step(index: float, seen: int, last: float, period: int) -> float:
    """Keep the last index where there is none.

    Parameters
    ----------
    index : float
        The newest, below 0 for none.
    seen : int
        Bars seen before this one.
    last : float
        The index before.
    period : int
        Bars that the first index takes; before it there is none to keep.

    Returns
    -------
    float
        The index.
    """
    if index >= 0.0:
        return index
    return last if seen > period else 0.0


def adx(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> AdxLines[Floats]:
    """Measure how strong a trend is, and which way it goes.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    AdxLines
        Three (rows,) float64; NaN in the first ``2 * period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Adx.checked(period)
    return several_lines(AdxLines[Floats], "adx", _adx, period, np.empty((4, CHUNK)), high=high, low=low, close=close)


def dx(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Relate the difference of the directional indicators to their sum.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Dx.checked(period)
    return one_line("dx", _dx, period, np.empty((5, CHUNK)), high=high, low=low, close=close)


def adxr(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Average the ADX with what it was ``period - 1`` bars before.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in the first ``3 * period - 2`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Adxr.checked(period)
    highs, lows, closes = check_bars("adxr", high=high, low=low, close=close)
    lines = np.empty((3, highs.shape[0]))
    _adx(highs, lows, closes, period, np.empty((4, CHUNK)), lines)
    out = np.empty(highs.shape[0])
    _adxr(lines[0], period, out)
    return out


@kernel(forceinline=True)
def rating_step(strength: float, earlier: float) -> float:
    """Average two ADX.

    Parameters
    ----------
    strength, earlier : float
        The newest and an earlier one.

    Returns
    -------
    float
        The rating.
    """
    return (strength + earlier) / 2.0


@kernel
def _adxr(strengths: Floats, period: int, out: Floats) -> None:
    distance = min(period - 1, out.shape[0])
    out[:distance] = math.nan
    newest, ratings = strengths[distance:], out[distance:]
    for k in range(ratings.shape[0]):
        ratings[k] = rating_step(newest[k], strengths[k])


class Adx(HighLowClose[AdxLines[float]], of=adx, title="Average directional index"):
    """Streaming twin of :func:`adx`."""

    lines = AdxLines
    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return 2 * self.period - 1

    def _start(self) -> None:
        self._movement, self._smoothing = NO_MOVEMENT, NO_SMOOTHING

    def _advance(self, high: float, low: float, close: float) -> AdxLines[float]:
        seen, period = self._count, self.period
        self._movement, plus, minus, ranges = movement_step(high, low, close, seen, self._movement, period)
        if seen < period:
            return self._nothing()
        plus_di, minus_di, index = index_step(plus, minus, ranges)
        self._smoothing, strength = strength_step(index, seen - period, self._smoothing, period)
        return self._nothing() if seen < self._warmup else AdxLines(strength, plus_di, minus_di)


class Dx(HighLowClose[float], of=dx, title="Directional index"):
    """Streaming twin of :func:`dx`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._movement, self._index = NO_MOVEMENT, 0.0

    def _advance(self, high: float, low: float, close: float) -> float:
        seen, period = self._count, self.period
        self._movement, plus, minus, ranges = movement_step(high, low, close, seen, self._movement, period)
        if seen < period:
            return math.nan
        self._index = hold_step(index_step(plus, minus, ranges)[2], seen, self._index, period)
        return self._index


class Adxr(HighLowClose[float], of=adxr, title="Average directional index rating"):
    """Streaming twin of :func:`adxr`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return 3 * self.period - 2

    def _start(self) -> None:
        self._adx = Adx(self.period)
        self._window = Window(self.period)

    def _advance(self, high: float, low: float, close: float) -> float:
        strength = self._adx.update(high, low, close).adx
        i = self._window.push(strength)
        return rating_step(strength, self._window.values[i - self.period + 1])
