"""Stochastic oscillator, slow and fast.

George Lane's %K and %D; as TA-Lib's STOCH and STOCHF with simple averages. Where high and low of the window
are equal, %K is 0, as TA-Lib has it. The fast form is the slow one without slowing.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import sma_step
from forexai_core.indicators.inputs import Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.levels.extremes import highest_step, lowest_step
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.streaming import HighLowClose

__all__ = ["Stochastic", "StochasticFast", "StochasticLines", "stochastic", "stochastic_fast", "stochastic_step"]

Line = TypeVar("Line")


class StochasticLines(NamedTuple, Generic[Line]):
    """The two lines, 0 to 100: arrays from the batch form, floats from the streaming form."""

    k: Line
    """Place of the close in the range of the window, averaged in the slow form."""
    d: Line
    """Simple average of ``k``."""


Place: TypeAlias = tuple[int, float, float, float, float, float, float]
"""Place in the blocks of the extremes; their extremes so far; the sums of raw and averaged %K, in two parts each."""

NO_PLACE: Place = (0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""

STOCHASTIC_STATE = np.dtype(
    [
        ("slowing", np.int64),
        ("d_period", np.int64),
        ("seen", np.int64),
        ("place", np.int64),
        ("highest", np.float64),
        ("lowest", np.float64),
        ("raw_total", np.float64),
        ("raw_error", np.float64),
        ("k_total", np.float64),
        ("k_error", np.float64),
        ("raw_slot", np.int64),  # of the mirrored window of raw %K
        ("k_slot", np.int64),  # of the mirrored window of averaged %K
    ]
)
"""State of a stochastic oscillator: the fields of ``Place`` in its order, settings and slots."""


@kernel(forceinline=True)
def stochastic_step(
    high: float,
    low: float,
    close: float,
    seen: int,
    state: Place,
    highs: Floats,
    lows: Floats,
    raw: Floats,
    raw_i: int,
    averaged: Floats,
    averaged_i: int,
    slowing: int,
    d_period: int,
) -> tuple[Place, float, float]:
    """Advance a stochastic oscillator by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    state : Place
        The state; ``NO_PLACE`` at the start.
    highs, lows : (k_period,) float64
        Blocks of the extremes. Changed in place.
    raw, averaged : float64
        Hold the last ``slowing`` raw and ``d_period`` averaged %K, ending before ``raw_i`` and ``averaged_i``; the new
        ones are written there.
    raw_i, averaged_i : int
        Positions of the newest.
    slowing, d_period : int
        Lengths of the two averages.

    Returns
    -------
    state : Place
        The new state.
    k, d : float
        The lines, NaN during warm-up.
    """
    place, top, bottom, raw_total, raw_error, total, error = state
    _, top, highest = highest_step(high, seen, place, top, highs)
    place, bottom, lowest = lowest_step(low, seen, place, bottom, lows)
    k, d = math.nan, math.nan
    raw_seen = seen - (highs.shape[0] - 1)
    if raw_seen >= 0:
        width = highest - lowest
        raw[raw_i] = 100.0 * ((close - lowest) / width) if width != 0.0 else 0.0
        raw_total, raw_error, k = sma_step(raw, raw_i, raw_seen, raw_total, raw_error, slowing)
        averaged[averaged_i] = k
        if raw_seen >= slowing - 1:
            total, error, d = sma_step(averaged, averaged_i, raw_seen - (slowing - 1), total, error, d_period)
        if raw_seen < slowing + d_period - 2:
            k = math.nan
    return (place, top, bottom, raw_total, raw_error, total, error), k, d


@kernel
def _stochastic(
    high: Floats,
    low: Floats,
    close: Floats,
    highs: Floats,
    lows: Floats,
    raw: Floats,
    averaged: Floats,
    slowing: int,
    d_period: int,
    out: Floats,
) -> None:
    rows = high.shape[0]
    k, d = out[0], out[1]
    state = NO_PLACE
    start = highs.shape[0] + slowing + d_period
    for i in range(min(start, rows)):
        state, k[i], d[i] = stochastic_step(
            high[i], low[i], close[i], i, state, highs, lows, raw, i, averaged, i, slowing, d_period
        )
    for i in range(start, rows):
        state, k[i], d[i] = stochastic_step(
            high[i], low[i], close[i], i, state, highs, lows, raw, i, averaged, i, slowing, d_period
        )


@kernel
def _stochastic_update(
    record: Records,
    highs: Floats,
    lows: Floats,
    raw: Floats,
    averaged: Floats,
    high: float,
    low: float,
    close: float,
) -> tuple[float, float]:
    s = record[0]
    state = (
        s["place"],
        s["highest"],
        s["lowest"],
        s["raw_total"],
        s["raw_error"],
        s["k_total"],
        s["k_error"],
    )
    raw_slot, slot = s["raw_slot"], s["k_slot"]
    raw_i, averaged_i = raw_slot + raw.shape[0] // 2, slot + averaged.shape[0] // 2
    state, k, d = stochastic_step(
        high,
        low,
        close,
        s["seen"],
        state,
        highs,
        lows,
        raw,
        raw_i,
        averaged,
        averaged_i,
        s["slowing"],
        s["d_period"],
    )
    push(raw, raw_slot, raw[raw_i])
    push(averaged, slot, averaged[averaged_i])
    s["raw_slot"], s["k_slot"] = next_slot(raw, raw_slot), next_slot(averaged, slot)
    s["seen"] += 1
    s["place"], s["highest"], s["lowest"] = state[0], state[1], state[2]
    s["raw_total"], s["raw_error"], s["k_total"], s["k_error"] = state[3], state[4], state[5], state[6]
    return k, d


def _check_periods(indicator: str, k_period: int, slowing: int, d_period: int) -> tuple[int, int, int]:
    return (
        check_whole_number(indicator, "k_period", k_period),
        check_whole_number(indicator, "slowing", slowing),
        check_whole_number(indicator, "d_period", d_period),
    )


def _lines(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int, slowing: int, d_period: int
) -> StochasticLines[Floats]:
    k_length, slow_length, d_length = _check_periods(indicator, k_period, slowing, d_period)
    highs, lows, closes = check_bars(indicator, high, low, close)
    rows = highs.shape[0]
    out = np.full((2, rows), math.nan)
    if k_length <= rows:
        blocks = np.empty((2, k_length))
        raw, averaged = np.empty(rows), np.empty(rows)
        _stochastic(highs, lows, closes, blocks[0], blocks[1], raw, averaged, slow_length, d_length, out)
    return StochasticLines(out[0], out[1])


def stochastic(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int = 14, slowing: int = 3, d_period: int = 3
) -> StochasticLines[Floats]:
    """Place the close in the range of the last ``k_period`` bars, averaged twice (slow stochastic).

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    k_period : int
        Length of the window of highs and lows, at least 1.
    slowing : int
        Length of the simple average that makes %K, at least 1.
    d_period : int
        Length of the simple average of %K that makes %D, at least 1.

    Returns
    -------
    StochasticLines
        Two (rows,) float64; NaN in the first ``k_period + slowing + d_period - 3`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return _lines("stochastic", high, low, close, k_period, slowing, d_period)


def stochastic_fast(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int = 14, d_period: int = 3
) -> StochasticLines[Floats]:
    """Place the close in the range of the last ``k_period`` bars (fast stochastic).

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    k_period : int
        Length of the window of highs and lows, at least 1.
    d_period : int
        Length of the simple average of %K that makes %D, at least 1.

    Returns
    -------
    StochasticLines
        Two (rows,) float64; NaN in the first ``k_period + d_period - 2`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return _lines("stochastic_fast", high, low, close, k_period, 1, d_period)


class Stochastic(HighLowClose[StochasticLines[float]]):
    """Streaming twin of :func:`stochastic`.

    Parameters
    ----------
    k_period, slowing, d_period : int
        Lengths of the window and of the two averages, at least 1.
    """

    name: ClassVar[str] = "stochastic"

    def __init__(self, k_period: int = 14, slowing: int = 3, d_period: int = 3) -> None:
        self.k_period, self.slowing, self.d_period = _check_periods(self.name, k_period, slowing, d_period)
        super().__init__(warmup=self.k_period + self.slowing + self.d_period - 3)

    def _start(self) -> None:
        self._state = np.zeros(1, STOCHASTIC_STATE)
        self._state["slowing"], self._state["d_period"] = self.slowing, self.d_period
        self._blocks = np.zeros(self.k_period), np.zeros(self.k_period)
        self._windows = mirrored_window(self.slowing + 1), mirrored_window(self.d_period + 1)

    def _nothing(self) -> StochasticLines[float]:
        return StochasticLines(math.nan, math.nan)

    def _advance(self, high: float, low: float, close: float) -> StochasticLines[float]:
        return StochasticLines(*_stochastic_update(self._state, *self._blocks, *self._windows, high, low, close))


class StochasticFast(Stochastic):
    """Streaming twin of :func:`stochastic_fast`.

    Parameters
    ----------
    k_period, d_period : int
        Lengths of the window and of the average, at least 1.
    """

    name: ClassVar[str] = "stochastic_fast"

    def __init__(self, k_period: int = 14, d_period: int = 3) -> None:
        super().__init__(k_period, 1, d_period)
