"""Average directional index (ADX) with its directional indicators +DI and -DI.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978; without his rounding, start and zero rules
as in TA-Lib's ADX, PLUS_DI and MINUS_DI: the sums of movement start from ``period - 1`` bars, and a bar in
which nothing can be compared leaves the ADX as it was.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.streaming import HighLowClose
from forexai_core.indicators.volatility.ranges import true_range_step

__all__ = ["NO_MOVEMENT", "Adx", "AdxLines", "Movement", "adx", "adx_step"]

Line = TypeVar("Line")


class AdxLines(NamedTuple, Generic[Line]):
    """Strength and direction of a trend: arrays from the batch form, floats from the streaming form."""

    adx: Line
    """Strength, 0 to 100, whatever the direction."""
    plus_di: Line
    """Upward movement, percent of the true range."""
    minus_di: Line
    """Downward movement, percent of the true range."""


Movement: TypeAlias = tuple[float, float, float, float, float, float, float]
"""Last high, low and close; Wilder's sums of movement up and down and of true range; the ADX, its sum at first."""

NO_MOVEMENT: Movement = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""

ADX_STATE = np.dtype(
    [
        ("period", np.int64),
        ("seen", np.int64),
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("plus", np.float64),
        ("minus", np.float64),
        ("ranges", np.float64),
        ("adx", np.float64),
    ]
)
"""State of an ADX; the fields of ``Movement`` in its order."""


@kernel(forceinline=True)
def _directional_index(plus: float, minus: float, ranges: float) -> tuple[float, float, float]:
    """Give +DI, -DI and their relative difference DX; a DX below 0 says that there is nothing to compare."""
    if ranges < NEGLIGIBLE:
        return 0.0, 0.0, -1.0
    plus_di = 100.0 * (plus / ranges)
    minus_di = 100.0 * (minus / ranges)
    both = plus_di + minus_di
    if both < NEGLIGIBLE:
        return plus_di, minus_di, -1.0
    return plus_di, minus_di, 100.0 * (abs(plus_di - minus_di) / both)


@kernel(forceinline=True)
def adx_step(
    high: float, low: float, close: float, seen: int, movement: Movement, period: int
) -> tuple[Movement, float, float, float]:
    """Advance an ADX by one bar.

    Parameters
    ----------
    high, low, close : float
        The newest bar.
    seen : int
        Bars seen before this one.
    movement : Movement
        The state; ``NO_MOVEMENT`` at the start.
    period : int
        Length of Wilder's smoothing.

    Returns
    -------
    movement : Movement
        The new state.
    adx, plus_di, minus_di : float
        The lines, NaN during warm-up.
    """
    last_high, last_low, last_close, plus, minus, ranges, average = movement
    if seen == 0:
        return (high, low, close, 0.0, 0.0, 0.0, 0.0), math.nan, math.nan, math.nan
    if seen >= period:
        keep = 1.0 - 1.0 / period
        plus, minus, ranges = plus * keep, minus * keep, ranges * keep
    up, down = high - last_high, last_low - low
    if down > 0.0 and up < down:
        minus += down
    elif up > 0.0 and up > down:
        plus += up
    ranges += true_range_step(high, low, last_close)
    plus_di, minus_di = math.nan, math.nan
    output = math.nan
    if seen >= period:
        plus_di, minus_di, index = _directional_index(plus, minus, ranges)
        if seen >= 2 * period:
            if index >= 0.0:
                average += (index - average) / period
        else:
            if index >= 0.0:
                average += index
            if seen == 2 * period - 1:
                average /= period
        if seen >= 2 * period - 1:
            output = average
        else:
            plus_di, minus_di = math.nan, math.nan
    return (high, low, close, plus, minus, ranges, average), output, plus_di, minus_di


@kernel
def _adx(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    movement = NO_MOVEMENT
    strength, plus_di, minus_di = out[0], out[1], out[2]
    rows = high.shape[0]
    for i in range(min(2 * period, rows)):
        movement, strength[i], plus_di[i], minus_di[i] = adx_step(high[i], low[i], close[i], i, movement, period)
    for i in range(2 * period, rows):
        movement, strength[i], plus_di[i], minus_di[i] = adx_step(high[i], low[i], close[i], i, movement, period)


@kernel
def _adx_update(state: Records, high: float, low: float, close: float) -> tuple[float, float, float]:
    s = state[0]
    movement = (s["high"], s["low"], s["close"], s["plus"], s["minus"], s["ranges"], s["adx"])
    movement, strength, plus_di, minus_di = adx_step(high, low, close, s["seen"], movement, s["period"])
    s["seen"] += 1
    s["high"], s["low"], s["close"] = movement[0], movement[1], movement[2]
    s["plus"], s["minus"], s["ranges"], s["adx"] = movement[3], movement[4], movement[5], movement[6]
    return strength, plus_di, minus_di


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
    length = check_whole_number("adx", "period", period)
    highs, lows, closes = check_bars("adx", high, low, close)
    out = np.empty((3, highs.shape[0]))
    _adx(highs, lows, closes, length, out)
    return AdxLines(out[0], out[1], out[2])


class Adx(HighLowClose[AdxLines[float]]):
    """Streaming twin of :func:`adx`.

    Parameters
    ----------
    period : int
        Length of Wilder's smoothing, at least 1.
    """

    name: ClassVar[str] = "adx"

    def __init__(self, period: int = 14) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=2 * self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, ADX_STATE)
        self._state["period"] = self.period

    def _nothing(self) -> AdxLines[float]:
        return AdxLines(math.nan, math.nan, math.nan)

    def _advance(self, high: float, low: float, close: float) -> AdxLines[float]:
        return AdxLines(*_adx_update(self._state, high, low, close))
