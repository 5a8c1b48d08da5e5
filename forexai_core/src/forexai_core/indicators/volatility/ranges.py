"""True range, and its averages ATR and NATR.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start as in TA-Lib's TRANGE, ATR and NATR.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import ema_step
from forexai_core.indicators.inputs import Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.streaming import HighLowClose, OneOutput

__all__ = ["Atr", "Natr", "TrueRange", "atr", "atr_step", "natr", "percent_step", "true_range", "true_range_step"]

ATR_STATE = np.dtype([("period", np.int64), ("seen", np.int64), ("close", np.float64), ("average", np.float64)])
"""State of an ATR: the last close, and Wilder's average (during warm-up the sum) of true ranges."""


@kernel(forceinline=True)
def true_range_step(high: float, low: float, previous_close: float) -> float:
    """Measure the movement of one bar, the gap from the close before included.

    Parameters
    ----------
    high, low : float
        Extremes of the bar.
    previous_close : float
        Close of the bar before.

    Returns
    -------
    float
        In price units.
    """
    above = max(previous_close, high)
    below = min(previous_close, low)
    return above - below


@kernel(forceinline=True)
def atr_step(
    high: float, low: float, close: float, seen: int, previous_close: float, average: float, period: int
) -> tuple[float, float, float]:
    """Advance an ATR by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    previous_close : float
        Close of the bar before.
    average : float
        Average so far; 0 at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    previous_close, average, output : float
        The new state and the ATR, NaN during warm-up.
    """
    if seen == 0:
        return close, 0.0, math.nan
    average, output = ema_step(true_range_step(high, low, previous_close), seen - 1, average, period, 1.0 / period)
    return close, average, output


@kernel
def _true_range(high: Floats, low: Floats, close: Floats, out: Floats) -> None:
    rows = high.shape[0]
    if rows > 0:
        out[0] = math.nan
    for i in range(1, rows):
        out[i] = true_range_step(high[i], low[i], close[i - 1])


@kernel
def _atr(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    previous, average = 0.0, 0.0
    rows = high.shape[0]
    for i in range(min(period + 1, rows)):
        previous, average, out[i] = atr_step(high[i], low[i], close[i], i, previous, average, period)
    for i in range(period + 1, rows):
        previous, average, out[i] = atr_step(high[i], low[i], close[i], i, previous, average, period)


@kernel
def _percent_of(part: Floats, whole: Floats) -> None:
    for i in range(part.shape[0]):
        part[i] = percent_step(part[i], whole[i])


@kernel(forceinline=True)
def percent_step(part: float, whole: float) -> float:
    """Express a part as a percentage; 0 of nothing, as TA-Lib has it.

    Parameters
    ----------
    part, whole : float
        In one unit.

    Returns
    -------
    float
        Percent.
    """
    if whole == 0.0:
        return part if math.isnan(part) else 0.0
    return part / whole * 100.0


@kernel
def _atr_update(state: Records, high: float, low: float, close: float) -> float:
    s = state[0]
    previous, average, output = atr_step(high, low, close, s["seen"], s["close"], s["average"], s["period"])
    s["seen"] += 1
    s["close"] = previous
    s["average"] = average
    return output


def true_range(high: ArrayLike, low: ArrayLike, close: ArrayLike) -> Floats:
    """Measure the movement of every bar, the gap from the close before included.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        In price units; NaN in the first row.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    highs, lows, closes = check_bars("true_range", high, low, close)
    out = np.empty(highs.shape[0])
    _true_range(highs, lows, closes, out)
    return out


def atr(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Average the true range by Wilder's smoothing.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        In price units; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    length = check_whole_number("atr", "period", period)
    highs, lows, closes = check_bars("atr", high, low, close)
    out = np.empty(highs.shape[0])
    _atr(highs, lows, closes, length, out)
    return out


def natr(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Express the ATR as a percentage of the close.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``period`` rows; 0 where the close is 0.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    length = check_whole_number("natr", "period", period)
    highs, lows, closes = check_bars("natr", high, low, close)
    out = np.empty(highs.shape[0])
    _atr(highs, lows, closes, length, out)
    _percent_of(out, closes)
    return out


class TrueRange(OneOutput, HighLowClose[float]):
    """Streaming twin of :func:`true_range`."""

    name: ClassVar[str] = "true_range"

    def __init__(self) -> None:
        super().__init__(warmup=1)

    def _start(self) -> None:
        self._close = math.nan

    def _advance(self, high: float, low: float, close: float) -> float:
        previous, self._close = self._close, close
        return math.nan if math.isnan(previous) else true_range_step(high, low, previous)


class Atr(OneOutput, HighLowClose[float]):
    """Streaming twin of :func:`atr`.

    Parameters
    ----------
    period : int
        Length of Wilder's smoothing, at least 1.
    """

    name: ClassVar[str] = "atr"

    def __init__(self, period: int = 14) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period)

    def _start(self) -> None:
        self._state = np.zeros(1, ATR_STATE)
        self._state["period"] = self.period

    def _advance(self, high: float, low: float, close: float) -> float:
        return _atr_update(self._state, high, low, close)


class Natr(Atr):
    """Streaming twin of :func:`natr`.

    Parameters
    ----------
    period : int
        Length of Wilder's smoothing, at least 1.
    """

    name: ClassVar[str] = "natr"

    def _advance(self, high: float, low: float, close: float) -> float:
        return percent_step(super()._advance(high, low, close), close)
