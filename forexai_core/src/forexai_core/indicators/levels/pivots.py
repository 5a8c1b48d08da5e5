"""Floor pivots: levels that traders take from the day before.

The classic formulas of floor traders; no TA-Lib counterpart. With the high H, low L and close C of the period
before: P = (H + L + C) / 3; R1 = 2P - L; S1 = 2P - H; R2 = P + (H - L); S2 = P - (H - L); R3 = H + 2(P - L);
S3 = L - 2(H - P).
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import DataShapeError
from forexai_core.indicators.inputs import (
    Floats,
    Integers,
    Records,
    check_aligned,
    check_bars,
    check_finite,
    check_integer_series,
)
from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = ["FloorPivots", "PivotLevels", "floor_pivots", "floor_pivots_step"]

Line = TypeVar("Line")


class PivotLevels(NamedTuple, Generic[Line]):
    """Pivot, resistances and supports: arrays from the batch form, floats from the streaming form."""

    pivot: Line
    r1: Line
    r2: Line
    r3: Line
    s1: Line
    s2: Line
    s3: Line


PIVOT_STATE = np.dtype(
    [
        ("count", np.int64),
        ("day", np.int64),  # the period that the next three belong to
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("known", np.bool_),  # whether a period before has ended
        ("last_high", np.float64),
        ("last_low", np.float64),
        ("last_close", np.float64),
    ]
)
"""State of floor pivots: the period that runs, and the one before."""


@kernel(forceinline=True)
def floor_pivots_step(
    state: Records, high: float, low: float, close: float, day: int
) -> tuple[float, float, float, float, float, float, float]:
    """Advance floor pivots by one bar.

    Parameters
    ----------
    state : (1,) record of ``PIVOT_STATE``
        Changed in place.
    high, low, close : float
        The newest bar.
    day : int
        Number of its period; a new number ends the period before.

    Returns
    -------
    pivot, r1, r2, r3, s1, s2, s3 : float
        Levels from the period before, NaN in the first period.
    """
    s = state[0]
    if s["count"] > 0 and day == s["day"]:
        s["high"] = max(s["high"], high)
        s["low"] = min(s["low"], low)
    else:
        if s["count"] > 0:
            s["known"] = True
            s["last_high"], s["last_low"], s["last_close"] = s["high"], s["low"], s["close"]
        s["day"], s["high"], s["low"] = day, high, low
    s["close"] = close
    s["count"] += 1
    if not s["known"]:
        return math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan
    top, bottom = s["last_high"], s["last_low"]
    pivot = (top + bottom + s["last_close"]) / 3.0
    width = top - bottom
    return (
        pivot,
        2.0 * pivot - bottom,
        pivot + width,
        top + 2.0 * (pivot - bottom),
        2.0 * pivot - top,
        pivot - width,
        bottom - 2.0 * (top - pivot),
    )


@kernel
def _floor_pivots(high: Floats, low: Floats, close: Floats, day: Integers, state: Records, out: Floats) -> None:
    for i in range(high.shape[0]):
        (out[0, i], out[1, i], out[2, i], out[3, i], out[4, i], out[5, i], out[6, i]) = floor_pivots_step(
            state, high[i], low[i], close[i], day[i]
        )


def floor_pivots(high: ArrayLike, low: ArrayLike, close: ArrayLike, day: ArrayLike) -> PivotLevels[Floats]:
    """Draw the levels that the period before gives.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    day : (rows,) array_like of int64
        Number of the trading day of every bar, on the clock that days are counted by; or of its week, or of any other
        period. Never falls. Every change starts a new period.

    Returns
    -------
    PivotLevels
        Seven (rows,) float64; NaN in the whole first period. The second period's levels come from what the data hold
        of the first, which may be only its end.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, lengths differ, or ``day`` falls.
    """
    highs, lows, closes = check_bars("floor_pivots", high=high, low=low, close=close)
    days = check_integer_series("floor_pivots", "day", day)
    rows = check_aligned("floor_pivots", high=highs, day=days)
    falls = np.flatnonzero(days[1:] < days[:-1])
    if falls.size:
        row = int(falls[0]) + 1
        msg = f"floor_pivots: day falls from {days[row - 1]} to {days[row]} in row {row}; sort the bars by time."
        raise DataShapeError(msg)
    out = np.empty((7, rows))
    _floor_pivots(highs, lows, closes, days, np.zeros(1, PIVOT_STATE), out)
    return PivotLevels(*out)


class FloorPivots(
    StreamingIndicator[PivotLevels[float]],
    of=floor_pivots,
    title="Floor pivots of the day before",
    overlay=True,
    event_driven=True,
    aliases=("pivots",),
):
    """Streaming twin of :func:`floor_pivots`; ready once the first period has ended."""

    lines = PivotLevels
    columns = (*BAR, "day")

    def _rows_of_warmup(self) -> int:
        return 1

    @property
    def ready(self) -> bool:
        """Whether a period has ended."""
        return bool(self._state["known"][0])

    def update(self, high: float, low: float, close: float, day: int) -> PivotLevels[float]:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close : float
            Prices of the bar, finite.
        day : int
            Number of its period, no less than the one before.

        Returns
        -------
        PivotLevels
            The levels; NaN in the first period.

        Raises
        ------
        DataShapeError
            If a price is not a finite number, or ``day`` is not whole or falls.
        """
        prices = [
            check_finite(self.name, argument, price)
            for argument, price in (("high", high), ("low", low), ("close", close))
        ]
        number = check_finite(self.name, "day", day)
        if number != math.floor(number) or (self._count and number < self._state["day"][0]):
            msg = f"floor_pivots: day must be a whole number that never falls, got {day!r}; feed bars in order of time."
            raise DataShapeError(msg)
        self._value = self._advance(prices[0], prices[1], prices[2], number)
        self._count += 1
        return self._value

    def _advance(self, high: float, low: float, close: float, day: float) -> PivotLevels[float]:
        return PivotLevels(*floor_pivots_step(self._state, high, low, close, int(day)))

    def _start(self) -> None:
        self._state = np.zeros(1, PIVOT_STATE)
