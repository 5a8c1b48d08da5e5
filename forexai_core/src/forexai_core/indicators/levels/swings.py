"""Swing pivots: the last confirmed turning points of highs and lows.

A high is a swing high when it lies above the highs of the ``left`` bars before it, and no high of the
``right`` bars after it lies above it (of equal neighbours the first counts); it is known when the last of
those has closed, so nothing looks ahead. With ``left = right = 2`` this is Bill Williams's fractal (Trading
Chaos, 1995) but for ties. No TA-Lib counterpart.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats, Records, check_aligned, check_series
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Window

__all__ = ["SwingLevels", "SwingPivots", "swing_pivots", "swing_step"]

Line = TypeVar("Line")


class SwingLevels(NamedTuple, Generic[Line]):
    """Last confirmed swings: arrays from the batch form, floats from the streaming form."""

    swing_high: Line
    """Price of the last swing high; NaN until there is one."""
    swing_low: Line
    """Price of the last swing low; NaN until there is one."""
    high_age: Line
    """Bars since that high; equals ``right`` in the row that confirms it."""
    low_age: Line
    """Bars since that low."""


SWING_STATE = np.dtype(
    [
        ("left", np.int64),
        ("right", np.int64),
        ("count", np.int64),
        ("swing_high", np.float64),
        ("swing_low", np.float64),
        ("high_age", np.float64),
        ("low_age", np.float64),
    ]
)
"""State of swing pivots."""


@kernel(forceinline=True)
def _turns(values: Floats, i: int, left: int, right: int, sign: float) -> bool:
    peak = i - right
    price = sign * values[peak]
    for k in range(peak - left, peak):
        if sign * values[k] >= price:
            return False
    for k in range(peak + 1, i + 1):  # noqa: SIM110  (numba compiles no generator expression)
        if sign * values[k] > price:
            return False
    return True


@kernel(forceinline=True)
def swing_step(state: Records, highs: Floats, lows: Floats, i: int) -> tuple[float, float, float, float]:
    """Advance swing pivots by the bar at ``i``.

    Parameters
    ----------
    state : (1,) record of ``SWING_STATE``
        Changed in place.
    highs, lows : float64
        Hold the last ``left + right + 1`` bars, ending at ``i``, in order.
    i : int
        Position of the newest bar.

    Returns
    -------
    swing_high, swing_low, high_age, low_age : float
        The last confirmed swings, NaN before the first.
    """
    s = state[0]
    s["count"] += 1
    s["high_age"] += 1.0
    s["low_age"] += 1.0
    left, right = s["left"], s["right"]
    if s["count"] > left + right:
        if _turns(highs, i, left, right, 1.0):
            s["swing_high"], s["high_age"] = highs[i - right], right
        if _turns(lows, i, left, right, -1.0):
            s["swing_low"], s["low_age"] = lows[i - right], right
    return s["swing_high"], s["swing_low"], s["high_age"], s["low_age"]


@kernel
def _swing_pivots(state: Records, high: Floats, low: Floats, out: Floats) -> None:
    for i in range(high.shape[0]):
        out[0, i], out[1, i], out[2, i], out[3, i] = swing_step(state, high, low, i)


def _fresh_state(left: int, right: int) -> Records:
    state = np.zeros(1, SWING_STATE)
    state["left"], state["right"] = left, right
    for field in ("swing_high", "swing_low", "high_age", "low_age"):
        state[field] = math.nan
    return state


def swing_pivots(high: ArrayLike, low: ArrayLike, left: int = 2, right: int = 2) -> SwingLevels[Floats]:
    """Follow the last confirmed swing high and swing low.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    left, right : int
        Bars before and after a swing that it has to overtop, at least 1. The right ones delay its confirmation.

    Returns
    -------
    SwingLevels
        Four (rows,) float64; NaN until the first swing is confirmed, in row ``left + right`` at the earliest.

    Raises
    ------
    ConfigError
        If ``left`` or ``right`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    before, after = SwingPivots.checked(left, right)
    highs, lows = check_series("swing_pivots", "high", high), check_series("swing_pivots", "low", low)
    out = np.empty((4, check_aligned("swing_pivots", high=highs, low=lows)))
    _swing_pivots(_fresh_state(before, after), highs, lows, out)
    return SwingLevels(*out)


class SwingPivots(
    HighLow[SwingLevels[float]],
    of=swing_pivots,
    title="Last swing high and low",
    overlay=True,
    event_driven=True,
    aliases=("fractals",),
):
    """Streaming twin of :func:`swing_pivots`; its value may still be NaN when it is ready: no swing was seen yet."""

    lines = SwingLevels
    left: int = length(2, "Bars before a swing")
    right: int = length(2, "Bars after a swing")

    def _rows_of_warmup(self) -> int:
        return self.left + self.right

    def _start(self) -> None:
        self._state = _fresh_state(self.left, self.right)
        capacity = self.left + self.right + 1
        self._highs, self._lows = Window(capacity), Window(capacity)

    def _advance(self, high: float, low: float) -> SwingLevels[float]:
        self._highs.push(high)
        i = self._lows.push(low)
        return SwingLevels(*swing_step(self._state, self._highs.values, self._lows.values, i))
