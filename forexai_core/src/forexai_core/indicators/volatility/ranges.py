"""True range, and its averages ATR and NATR.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; start as in TA-Lib's TRANGE, ATR and NATR.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = [
    "NO_RANGE",
    "Atr",
    "Natr",
    "RangeState",
    "TrueRange",
    "atr",
    "atr_step",
    "natr",
    "percent_step",
    "true_range",
    "true_range_step",
    "write_true_ranges",
]

CHUNK = 512
"""Rows that a batch does at once where it takes several loops."""

RangeState: TypeAlias = tuple[float, Smoothing]
"""The last close, and Wilder's average of true ranges."""

NO_RANGE: RangeState = (0.0, NO_SMOOTHING)
"""The state of before the first bar."""


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
    high: float, low: float, close: float, seen: int, state: RangeState, period: int
) -> tuple[RangeState, float]:
    """Advance an ATR by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    state : RangeState
        The state; ``NO_RANGE`` at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    state : RangeState
        The new state.
    atr : float
        NaN during warm-up.
    """
    previous_close, smoothing = state
    if seen == 0:
        return (close, (0.0, 0.0, 0.0)), math.nan
    smoothing, output = ema_step(true_range_step(high, low, previous_close), seen - 1, smoothing, period, 1.0 / period)
    return (close, smoothing), output


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
    # Of a part that is not known yet NaN in any case.
    return part * 0.0 if whole == 0.0 else part / whole * 100.0


@kernel
def write_true_ranges(high: Floats, low: Floats, close: Floats, out: Floats) -> bool:
    """Write the true range of every bar.

    Parameters
    ----------
    high, low, close : (rows,) float64
        Prices of bars.
    out : (rows,) float64
        Overwritten; NaN in the first row.

    Returns
    -------
    bool
        False where a price may not be finite.
    """
    rows = high.shape[0]
    if rows == 0:
        return True
    ends = high[0] - low[0] + close[rows - 1]
    finite = ends - ends == 0.0
    out[0] = math.nan
    tops, bottoms, previous, ranges = high[1:], low[1:], close[: rows - 1], out[1:]
    for k in range(ranges.shape[0]):
        probe = tops[k] - bottoms[k] + previous[k]
        finite &= probe - probe == 0.0
        ranges[k] = true_range_step(tops[k], bottoms[k], previous[k])
    return finite


@kernel
def _write_averages(
    high: Floats, low: Floats, close: Floats, seen: int, state: RangeState, period: int, out: Floats
) -> tuple[RangeState, float]:
    # Becomes NaN with the first high or low that is not finite, and stays so; a close that is not stays in the average.
    taint = 0.0
    start = min(max(period + 1 - seen, 0), out.shape[0])
    for k in range(start):
        state, out[k] = atr_step(high[k], low[k], close[k], seen + k, state, period)
        taint += high[k] * low[k] * 0.0
    # Slices, because a position that might be negative costs time; and the warm-up is over: told so by a constant,
    # the compiler drops its branches.
    tops, bottoms, closes, averages = high[start:], low[start:], close[start:], out[start:]
    for k in range(averages.shape[0]):
        top, bottom, last = tops[k], bottoms[k], closes[k]
        state, averages[k] = atr_step(top, bottom, last, period + 1, state, period)
        taint += top * bottom * 0.0
    return state, taint


@kernel
def _atr(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> bool:
    state, taint = _write_averages(high, low, close, 0, NO_RANGE, period, out)
    return math.isfinite(taint + state[0] + state[1][0] + state[1][1])


@kernel
def _to_percent(parts: Floats, wholes: Floats) -> None:
    for k in range(parts.shape[0]):
        parts[k] = percent_step(parts[k], wholes[k])


@kernel
def _natr(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> bool:
    state = NO_RANGE
    finite = True
    for start in range(0, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        part = out[start:stop]
        state, taint = _write_averages(high[start:stop], low[start:stop], close[start:stop], start, state, period, part)
        finite &= math.isfinite(taint)
        _to_percent(part, close[start:stop])
    return finite and math.isfinite(state[0] + state[1][0] + state[1][1])


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
    return one_line_told("true_range", write_true_ranges, high=high, low=low, close=close)


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
    (period,) = Atr.checked(period)
    return one_line_told("atr", _atr, period, high=high, low=low, close=close)


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
    (period,) = Natr.checked(period)
    return one_line_told("natr", _natr, period, high=high, low=low, close=close)


class TrueRange(HighLowClose[float], of=true_range, title="True range", aliases=("trange", "tr")):
    """Streaming twin of :func:`true_range`."""

    def _rows_of_warmup(self) -> int:
        return 1

    def _start(self) -> None:
        self._close = math.nan

    def _advance(self, high: float, low: float, close: float) -> float:
        previous, self._close = self._close, close
        return math.nan if math.isnan(previous) else true_range_step(high, low, previous)


class Atr(HighLowClose[float], of=atr, title="Average true range"):
    """Streaming twin of :func:`atr`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_RANGE

    def _advance(self, high: float, low: float, close: float) -> float:
        self._state, average = atr_step(high, low, close, self._count, self._state, self.period)
        return average


class Natr(Atr, of=natr, title="Average true range, percent of the close"):
    """Streaming twin of :func:`natr`."""

    def _advance(self, high: float, low: float, close: float) -> float:
        return percent_step(super()._advance(high, low, close), close)
