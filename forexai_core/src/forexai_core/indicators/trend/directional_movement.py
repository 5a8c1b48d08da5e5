"""Directional movement and directional indicators: +DM, -DM, +DI, -DI.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; without his rounding, start and zero rules as in
TA-Lib's PLUS_DM, MINUS_DM, PLUS_DI and MINUS_DI: the sums of movement start from ``period - 1`` bars.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import HighLow, HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, check_whole_number
from forexai_core.indicators.parameters import length
from forexai_core.indicators.volatility.ranges import true_range_step

__all__ = [
    "CHUNK",
    "NO_MOVEMENT",
    "MinusDi",
    "MinusDm",
    "Movement",
    "PlusDi",
    "PlusDm",
    "indicator_of_movement",
    "minus_di",
    "minus_dm",
    "movement_step",
    "plus_di",
    "plus_dm",
    "write_movements",
]

WilderSum: TypeAlias = tuple[float, float, float]
"""The sum two bars ago (0 at first), the last one, and what was last added."""

Movement: TypeAlias = tuple[tuple[float, float, float], WilderSum, WilderSum, WilderSum]
"""Last high, low and close; Wilder's sums of movement up and down and of true range."""

NO_MOVEMENT: Movement = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
"""The state of before the first bar."""

CHUNK = 512
"""Rows that a batch does at once."""


@kernel(forceinline=True)
def _sum_step(value: float, seen: int, state: WilderSum, period: int) -> WilderSum:
    before, total, added = state
    if seen >= period:
        # Two rows back, as in an exponential average, so that a processor works on two rows at once.
        keep = 1.0 - 1.0 / period
        return total, before * (keep * keep) + (added * keep + value), value
    total += value
    return 0.0, total, total


@kernel(forceinline=True)
def movement_step(
    high: float, low: float, close: float, seen: int, state: Movement, period: int
) -> tuple[Movement, float, float, float]:
    """Advance the sums of directional movement by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    state : Movement
        The state; ``NO_MOVEMENT`` at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    state : Movement
        The new state.
    plus, minus, ranges : float
        Sums of movement up, of movement down and of true range.
    """
    last, plus, minus, ranges = state
    if seen == 0:
        return ((high, low, close), plus, minus, ranges), 0.0, 0.0, 0.0
    last_high, last_low, last_close = last
    up, down = high - last_high, last_low - low
    plus = _sum_step(up if (up > 0.0) & (up > down) else 0.0, seen, plus, period)
    minus = _sum_step(down if (down > 0.0) & (down > up) else 0.0, seen, minus, period)
    ranges = _sum_step(true_range_step(high, low, last_close), seen, ranges, period)
    return ((high, low, close), plus, minus, ranges), plus[1], minus[1], ranges[1]


@kernel(forceinline=True)
def indicator_of_movement(movement: float, ranges: float) -> float:
    """Express a sum of movement as a percentage of the true range; 0 where nothing moved.

    Parameters
    ----------
    movement, ranges : float
        Sums as :func:`movement_step` gives them.

    Returns
    -------
    float
        Percent.
    """
    return 0.0 if ranges < NEGLIGIBLE else 100.0 * (movement / ranges)


@kernel
def write_movements(
    high: Floats,
    low: Floats,
    close: Floats,
    seen: int,
    state: Movement,
    period: int,
    plus: Floats,
    minus: Floats,
    ranges: Floats,
) -> Movement:
    """Write the sums of some bars.

    Parameters
    ----------
    high, low, close : (rows,) float64
        The bars.
    seen : int
        Bars seen before them.
    state : Movement
        The state there.
    period : int
        Length of Wilder's smoothing.
    plus, minus, ranges : (at least rows,) float64
        Overwritten.

    Returns
    -------
    Movement
        The new state.
    """
    start = min(max(period + 1 - seen, 0), high.shape[0])
    for k in range(start):
        state, plus[k], minus[k], ranges[k] = movement_step(high[k], low[k], close[k], seen + k, state, period)
    # Slices, because a position that might be negative costs time; and the warm-up is over: told so by a constant,
    # the compiler drops its branches.
    tops, bottoms, closes = high[start:], low[start:], close[start:]
    plus, minus, ranges = plus[start:], minus[start:], ranges[start:]
    for k in range(closes.shape[0]):
        state, plus[k], minus[k], ranges[k] = movement_step(tops[k], bottoms[k], closes[k], period + 1, state, period)
    return state


@kernel
def _write_indicators(movements: Floats, ranges: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        out[k] = indicator_of_movement(movements[k], ranges[k])


@kernel
def _di(high: Floats, low: Floats, close: Floats, period: int, upward: bool, scratch: Floats, out: Floats) -> None:
    state = NO_MOVEMENT
    plus, minus, ranges = scratch[0], scratch[1], scratch[2]
    for start in range(0, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        state = write_movements(
            high[start:stop], low[start:stop], close[start:stop], start, state, period, plus, minus, ranges
        )
        _write_indicators(plus if upward else minus, ranges, out[start:stop])
    out[: min(period, out.shape[0])] = math.nan


@kernel
def _dm(high: Floats, low: Floats, period: int, upward: bool, scratch: Floats, out: Floats) -> None:
    state = NO_MOVEMENT
    other, ranges = scratch[0], scratch[1]
    for start in range(0, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        tops, bottoms, sums = high[start:stop], low[start:stop], out[start:stop]
        plus, minus = (sums, other) if upward else (other, sums)
        # The true range is not asked for: any price may stand for the close.
        state = write_movements(tops, bottoms, tops, start, state, period, plus, minus, ranges)
    out[: min(max(period - 1, 1), out.shape[0])] = math.nan


def _directional_indicator(
    indicator: str, high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int, *, upward: bool
) -> Floats:
    length = check_whole_number(indicator, "period", period)
    return one_line(indicator, _di, length, upward, np.empty((3, CHUNK)), high=high, low=low, close=close)


def _movement(indicator: str, high: ArrayLike, low: ArrayLike, period: int, *, upward: bool) -> Floats:
    length = check_whole_number(indicator, "period", period)
    return one_line(indicator, _dm, length, upward, np.empty((2, CHUNK)), high=high, low=low)


def plus_di(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Express upward movement as a percentage of the true range.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return _directional_indicator("plus_di", high, low, close, period, upward=True)


def minus_di(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:
    """Express downward movement as a percentage of the true range; the rest as of :func:`plus_di`.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1.

    Returns
    -------
    (rows,) float64
        Percent; NaN in the first ``period`` rows.
    """
    return _directional_indicator("minus_di", high, low, close, period, upward=False)


def plus_dm(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Sum upward movement: by how much highs rose, in bars that reached further up than down.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1; 1 for none.

    Returns
    -------
    (rows,) float64
        In price units; NaN in the first ``max(period - 1, 1)`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return _movement("plus_dm", high, low, period, upward=True)


def minus_dm(high: ArrayLike, low: ArrayLike, period: int = 14) -> Floats:
    """Sum downward movement: by how much lows fell, in bars that reached further down than up.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of Wilder's smoothing, at least 1; 1 for none.

    Returns
    -------
    (rows,) float64
        In price units; NaN in the first ``max(period - 1, 1)`` rows.
    """
    return _movement("minus_dm", high, low, period, upward=False)


class PlusDi(HighLowClose[float], of=plus_di, title="Positive directional indicator", aliases=("+di",)):
    """Streaming twin of :func:`plus_di`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_MOVEMENT

    def _advance(self, high: float, low: float, close: float) -> float:
        self._state, plus, minus, ranges = movement_step(high, low, close, self._count, self._state, self.period)
        if self._count < self.period:
            return math.nan
        return indicator_of_movement(self._chosen(plus, minus), ranges)

    def _chosen(self, plus: float, minus: float) -> float:  # noqa: ARG002  (the other one takes it)
        return plus


class MinusDi(PlusDi, of=minus_di, title="Negative directional indicator", aliases=("-di",)):
    """Streaming twin of :func:`minus_di`."""

    def _chosen(self, plus: float, minus: float) -> float:  # noqa: ARG002
        return minus


class PlusDm(HighLow[float], of=plus_dm, title="Positive directional movement", aliases=("+dm",)):
    """Streaming twin of :func:`plus_dm`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return max(self.period - 1, 1)

    def _start(self) -> None:
        self._state = NO_MOVEMENT

    def _advance(self, high: float, low: float) -> float:
        self._state, plus, minus, _ = movement_step(high, low, high, self._count, self._state, self.period)
        return math.nan if self._count < self._warmup else self._chosen(plus, minus)

    def _chosen(self, plus: float, minus: float) -> float:  # noqa: ARG002  (the other one takes it)
        return plus


class MinusDm(PlusDm, of=minus_dm, title="Negative directional movement", aliases=("-dm",)):
    """Streaming twin of :func:`minus_dm`."""

    def _chosen(self, plus: float, minus: float) -> float:  # noqa: ARG002
        return minus
