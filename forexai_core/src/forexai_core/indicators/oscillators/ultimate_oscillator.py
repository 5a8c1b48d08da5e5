"""Ultimate oscillator.

Larry Williams, Stocks & Commodities, April 1985; as in TA-Lib's ULTOSC: buying pressure over true range, in three
windows that weigh 4, 2 and 1, the shortest most.
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, check_bars, check_whole_number
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.streaming import HighLowClose, OneOutput
from forexai_core.indicators.volatility.ranges import true_range_step
from forexai_core.indicators.windows import Windows

__all__ = ["Ultimate", "ultimate"]


Pressure: TypeAlias = tuple[float, float, float, float]
"""Sums of buying pressure and of true range, in two parts each."""

Pressures: TypeAlias = tuple[Pressure, Pressure, Pressure]
"""Those of the short, the middle and the long window."""

NO_PRESSURES: Pressures = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))
"""The state of before the first bar."""


@kernel(forceinline=True)
def _bar_step(high: float, low: float, close: float, last_close: float) -> tuple[float, float]:
    bottom = min(last_close, low)
    return close - bottom, true_range_step(high, low, last_close)


@kernel(forceinline=True)
def _share_step(
    pressures: Floats, ranges: Floats, i: int, seen: int, state: Pressure, period: int
) -> tuple[Pressure, float]:
    bought, bought_error, ranged, ranged_error = state
    old_bought, old_ranged = (pressures[i - period], ranges[i - period]) if seen >= period else (0.0, 0.0)
    bought, bought_error = rolling_sum_step(bought, bought_error, pressures[i], old_bought)
    ranged, ranged_error = rolling_sum_step(ranged, ranged_error, ranges[i], old_ranged)
    whole = ranged + ranged_error
    share = 0.0 if whole < NEGLIGIBLE else (bought + bought_error) / whole
    return (bought, bought_error, ranged, ranged_error), share


@kernel(forceinline=True)
def _ultimate_step(
    pressures: Floats, ranges: Floats, i: int, seen: int, state: Pressures, short: int, middle: int, long: int
) -> tuple[Pressures, float]:
    one, first = _share_step(pressures, ranges, i, seen, state[0], short)
    two, second = _share_step(pressures, ranges, i, seen, state[1], middle)
    three, third = _share_step(pressures, ranges, i, seen, state[2], long)
    output = 100.0 * ((4.0 * first + 2.0 * second + third) / 7.0)
    return (one, two, three), math.nan if seen < max(short, middle, long) - 1 else output


@kernel
def _write_bars(high: Floats, low: Floats, close: Floats, pressures: Floats, ranges: Floats) -> None:
    tops, bottoms, closes = high[1:], low[1:], close[1:]
    for k in range(ranges.shape[0]):
        pressures[k], ranges[k] = _bar_step(tops[k], bottoms[k], closes[k], close[k])


@kernel
def _write_ultimate(pressures: Floats, ranges: Floats, short: int, middle: int, long: int, out: Floats) -> None:
    state = NO_PRESSURES
    for i in range(out.shape[0]):
        state, out[i] = _ultimate_step(pressures, ranges, i, i, state, short, middle, long)


def _ultimate(high: Floats, low: Floats, close: Floats, short: int, middle: int, long: int, out: Floats) -> None:
    out[:1] = math.nan
    pressures, ranges = np.empty((2, max(out.shape[0] - 1, 0)))
    _write_bars(high, low, close, pressures, ranges)
    _write_ultimate(pressures, ranges, short, middle, long, out[1:])


def ultimate(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, short: int = 7, middle: int = 14, long: int = 28
) -> Floats:
    """Weigh buying pressure over true range in three windows.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    short : int
        Length of the window that weighs 4, at least 1.
    middle : int
        Length of the window that weighs 2, at least 1.
    long : int
        Length of the window that weighs 1, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in as many rows as the longest window has.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    short = check_whole_number("ultimate", "short", short)
    middle = check_whole_number("ultimate", "middle", middle)
    long = check_whole_number("ultimate", "long", long)
    highs, lows, closes = check_bars("ultimate", high=high, low=low, close=close)
    out = np.empty(highs.shape[0])
    _ultimate(highs, lows, closes, short, middle, long, out)
    return out


class Ultimate(OneOutput, HighLowClose[float]):
    """Streaming twin of :func:`ultimate`.

    Parameters
    ----------
    short : int
        Length of the window that weighs 4, at least 1.
    middle : int
        Length of the window that weighs 2, at least 1.
    long : int
        Length of the window that weighs 1, at least 1.
    """

    name: ClassVar[str] = "ultimate"

    def __init__(self, short: int = 7, middle: int = 14, long: int = 28) -> None:
        self.short = check_whole_number(self.name, "short", short)
        self.middle = check_whole_number(self.name, "middle", middle)
        self.long = check_whole_number(self.name, "long", long)
        super().__init__(warmup=max(self.short, self.middle, self.long))

    def _start(self) -> None:
        self._state, self._close = NO_PRESSURES, 0.0
        self._windows = Windows(2, self._warmup + 1)

    def _advance(self, high: float, low: float, close: float) -> float:
        last, self._close = self._close, close
        if self._count == 0:
            return math.nan
        i = self._windows.push(*_bar_step(high, low, close, last))
        periods = self.short, self.middle, self.long
        self._state, output = _ultimate_step(*self._windows.pair, i, self._count - 1, self._state, *periods)
        return output
