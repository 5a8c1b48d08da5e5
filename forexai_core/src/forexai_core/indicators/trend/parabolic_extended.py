"""Parabolic stop and reverse with settings of its own for each side.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; as in TA-Lib's SAREXT, where the stops of short
positions are below 0, too.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor

__all__ = ["SarExtended", "sar_extended"]

Side: TypeAlias = tuple[float, float, float]
"""First acceleration of a side, what every new extreme adds, and the largest."""

Run: TypeAlias = tuple[bool, float, float, float, float, float]
"""Whether long; the stop of the next bar; its extreme point; its acceleration; the last high and low."""

NO_RUN: Run = (True, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _begin(high: float, low: float, last_high: float, last_low: float, start: float, paces: tuple[Side, Side]) -> Run:
    down = last_low - low
    long = start > 0.0 or (start == 0.0 and not (down > 0.0 and high - last_high < down))
    stop = last_low if long else last_high
    if start != 0.0:
        stop = abs(start)
    return (long, stop, high if long else low, paces[0][0] if long else paces[1][0], high, low)


@kernel(forceinline=True)
def _long_step(high: float, low: float, state: Run, offset: float, own: Side, other: Side) -> tuple[Run, float]:
    _, stop, extreme, pace, last_high, last_low = state
    if low <= stop:
        stop = max(extreme, last_high, high)
        stop += stop * offset
        following = max(stop + other[0] * (low - stop), last_high, high)
        return (False, following, low, other[0], high, low), -stop
    if high > extreme:
        extreme = high
        pace = min(pace + own[1], own[2])
    following = min(stop + pace * (extreme - stop), last_low, low)
    return (True, following, extreme, pace, high, low), stop


@kernel(forceinline=True)
def _short_step(high: float, low: float, state: Run, offset: float, own: Side, other: Side) -> tuple[Run, float]:
    _, stop, extreme, pace, last_high, last_low = state
    if high >= stop:
        stop = min(extreme, last_low, low)
        stop -= stop * offset
        following = min(stop + other[0] * (high - stop), last_low, low)
        return (True, following, high, other[0], high, low), stop
    if low < extreme:
        extreme = low
        pace = min(pace + own[1], own[2])
    following = max(stop + pace * (extreme - stop), last_high, high)
    return (False, following, extreme, pace, high, low), -stop


@kernel(forceinline=True)
def _extended_step(
    high: float, low: float, seen: int, state: Run, start: float, offset: float, paces: tuple[Side, Side]
) -> tuple[Run, float]:
    if seen == 0:
        return (True, 0.0, 0.0, 0.0, high, low), math.nan
    if seen == 1:
        state = _begin(high, low, state[4], state[5], start, paces)
    if state[0]:
        return _long_step(high, low, state, offset, paces[0], paces[1])
    return _short_step(high, low, state, offset, paces[1], paces[0])


@kernel
def _extended(high: Floats, low: Floats, start: float, offset: float, paces: tuple[Side, Side], out: Floats) -> None:
    state = NO_RUN
    for i in range(min(2, high.shape[0])):
        state, out[i] = _extended_step(high[i], low[i], i, state, start, offset, paces)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, stops = high[2:], low[2:], out[2:]
    for k in range(tops.shape[0]):
        state, stops[k] = _extended_step(tops[k], bottoms[k], 2, state, start, offset, paces)


def _side(first: float, more: float, most: float) -> Side:
    return min(first, most), min(more, most), most


def sar_extended(
    high: ArrayLike,
    low: ArrayLike,
    start: float = 0.0,
    offset: float = 0.0,
    first_long: float = 0.02,
    acceleration_long: float = 0.02,
    maximum_long: float = 0.2,
    first_short: float = 0.02,
    acceleration_short: float = 0.02,
    maximum_short: float = 0.2,
) -> Floats:
    """Follow the price with a stop that runs after it ever faster, long and short each at its own pace.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    start : float
        First stop of a long position, or, below 0, of a short one; 0 to choose by the second bar.
    offset : float
        Share of the price that a stop is set off when it turns, at least 0.
    first_long, first_short : float
        Acceleration of a new position, above 0.
    acceleration_long, acceleration_short : float
        Step of the acceleration, above 0.
    maximum_long, maximum_short : float
        Largest acceleration, above 0.

    Returns
    -------
    (rows,) float64
        Price of the stop in every bar, below 0 where it is that of a short position; NaN in the first row.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    start, offset, *paces = SarExtended.checked(
        start,
        offset,
        first_long,
        acceleration_long,
        maximum_long,
        first_short,
        acceleration_short,
        maximum_short,
    )
    sides = _side(*paces[:3]), _side(*paces[3:])
    return one_line("sar_extended", _extended, start, offset, sides, high=high, low=low)


class SarExtended(
    HighLow[float],
    of=sar_extended,
    title="Parabolic stop and reverse, extended",
    aliases=("sarext",),
    summary="Stops of long positions above 0, of short ones below.",
):
    """Streaming twin of :func:`sar_extended`."""

    start: float = factor(0.0, "First stop", minimum=-1e9, maximum=1e9)
    offset: float = factor(0.0, "Offset at a turn, share of the price", minimum=0.0)
    first_long: float = factor(0.02, "First acceleration, long")
    acceleration_long: float = factor(0.02, "Acceleration, long")
    maximum_long: float = factor(0.2, "Largest acceleration, long")
    first_short: float = factor(0.02, "First acceleration, short")
    acceleration_short: float = factor(0.02, "Acceleration, short")
    maximum_short: float = factor(0.2, "Largest acceleration, short")

    def _rows_of_warmup(self) -> int:
        return 1

    def _start(self) -> None:
        self._state = NO_RUN
        self._paces = (
            _side(self.first_long, self.acceleration_long, self.maximum_long),
            _side(self.first_short, self.acceleration_short, self.maximum_short),
        )

    def _advance(self, high: float, low: float) -> float:
        self._state, output = _extended_step(high, low, self._count, self._state, self.start, self.offset, self._paces)
        return output
