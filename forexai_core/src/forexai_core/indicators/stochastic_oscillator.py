"""Stochastic oscillator, slow and fast.

George Lane's %K and %D; as TA-Lib's STOCH and STOCHF with simple averages. Where high and low of the window
are equal, %K is 0, as TA-Lib has it. The fast form is the slow one without slowing.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.extremes import highest_step, lowest_step
from forexai_core.indicators.inputs import Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.moving_averages import sma_step
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


STOCHASTIC_STATE = np.dtype(
    [
        ("slowing", np.int64),
        ("d_period", np.int64),
        ("count", np.int64),
        ("place", np.int64),  # in the block of the extremes
        ("highest", np.float64),
        ("lowest", np.float64),
        ("raw_slot", np.int64),  # of the window of raw %K
        ("raw_total", np.float64),
        ("raw_error", np.float64),
        ("k_slot", np.int64),  # of the window of averaged %K
        ("k_total", np.float64),
        ("k_error", np.float64),
    ]
)
"""State of a stochastic oscillator."""


@kernel
def stochastic_step(
    high: float,
    low: float,
    close: float,
    state: Records,
    highs: Floats,
    lows: Floats,
    raw_window: Floats,
    k_window: Floats,
) -> tuple[float, float]:
    """Advance a stochastic oscillator by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    state : (1,) record of ``STOCHASTIC_STATE``
        Changed in place.
    highs, lows : (k_period,) float64
        Blocks of the extremes. Changed in place.
    raw_window : (2 * (slowing + 1),) float64
        Mirrored window of raw %K. Changed in place.
    k_window : (2 * (d_period + 1),) float64
        Mirrored window of averaged %K. Changed in place.

    Returns
    -------
    k, d : float
        The lines, NaN during warm-up.
    """
    s = state[0]
    s["count"] += 1
    count = s["count"]
    _, top, highest = highest_step(high, count, s["place"], s["highest"], highs)
    place, bottom, lowest = lowest_step(low, count, s["place"], s["lowest"], lows)
    s["place"], s["highest"], s["lowest"] = place, top, bottom
    raw_count = count - highs.shape[0] + 1
    if raw_count < 1:
        return math.nan, math.nan
    width = highest - lowest
    raw = 100.0 * ((close - lowest) / width) if width != 0.0 else 0.0
    i = push(raw_window, s["raw_slot"], raw)
    s["raw_slot"] = next_slot(raw_window, s["raw_slot"])
    total, error, k = sma_step(raw_window, i, raw_count, s["raw_total"], s["raw_error"], s["slowing"])
    s["raw_total"], s["raw_error"] = total, error
    k_count = raw_count - s["slowing"] + 1
    if k_count < 1:
        return math.nan, math.nan
    i = push(k_window, s["k_slot"], k)
    s["k_slot"] = next_slot(k_window, s["k_slot"])
    total, error, d = sma_step(k_window, i, k_count, s["k_total"], s["k_error"], s["d_period"])
    s["k_total"], s["k_error"] = total, error
    return (k, d) if k_count >= s["d_period"] else (math.nan, math.nan)


@kernel
def _stochastic(
    high: Floats,
    low: Floats,
    close: Floats,
    state: Records,
    highs: Floats,
    lows: Floats,
    raw_window: Floats,
    k_window: Floats,
    out: Floats,
) -> None:
    k, d = out[0], out[1]
    for i in range(high.shape[0]):
        k[i], d[i] = stochastic_step(high[i], low[i], close[i], state, highs, lows, raw_window, k_window)


def _fresh_state(k_period: int, slowing: int, d_period: int) -> tuple[Records, Floats, Floats, Floats, Floats]:
    state = np.zeros(1, STOCHASTIC_STATE)
    state["slowing"], state["d_period"] = slowing, d_period
    windows = mirrored_window(slowing + 1), mirrored_window(d_period + 1)
    return state, np.zeros(k_period), np.zeros(k_period), *windows


def _check_periods(indicator: str, k_period: int, slowing: int, d_period: int) -> tuple[int, int, int]:
    return (
        check_whole_number(indicator, "k_period", k_period),
        check_whole_number(indicator, "slowing", slowing),
        check_whole_number(indicator, "d_period", d_period),
    )


def _lines(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, k_period: int, slowing: int, d_period: int
) -> StochasticLines[Floats]:
    lengths = _check_periods(indicator, k_period, slowing, d_period)
    highs, lows, closes = check_bars(indicator, high, low, close)
    out = np.full((2, highs.shape[0]), math.nan)
    if sum(lengths) - 2 <= highs.shape[0]:
        _stochastic(highs, lows, closes, *_fresh_state(*lengths), out)
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
        self._state = _fresh_state(self.k_period, self.slowing, self.d_period)

    def _nothing(self) -> StochasticLines[float]:
        return StochasticLines(math.nan, math.nan)

    def _advance(self, high: float, low: float, close: float) -> StochasticLines[float]:
        return StochasticLines(*stochastic_step(high, low, close, *self._state))


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
