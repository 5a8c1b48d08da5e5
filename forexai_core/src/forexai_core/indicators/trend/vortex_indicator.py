"""Vortex indicator.

Etienne Botes and Douglas Siepman, Stocks & Commodities, January 2010.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.volatility.ranges import true_range_step
from forexai_core.indicators.windows import Windows

__all__ = ["Vortex", "VortexLines", "vortex"]

Line = TypeVar("Line")


Vortices: TypeAlias = tuple[float, float, float, float, float, float]
"""Sums of movement up, of movement down and of true range, in two parts each."""

NO_VORTICES: Vortices = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _moves(high: Floats, low: Floats, close: Floats, i: int) -> tuple[float, float, float]:
    return (
        abs(high[i] - low[i - 1]),
        abs(low[i] - high[i - 1]),
        true_range_step(high[i], low[i], close[i - 1]),
    )


@kernel(forceinline=True)
def _vortex_step(
    high: Floats, low: Floats, close: Floats, i: int, seen: int, state: Vortices, period: int
) -> tuple[Vortices, float, float]:
    up, up_error, down, down_error, ranges, ranges_error = state
    if seen == 0:
        return state, math.nan, math.nan
    plus, minus, reach = _moves(high, low, close, i)
    old_plus, old_minus, old_reach = 0.0, 0.0, 0.0
    if seen > period:
        old_plus, old_minus, old_reach = _moves(high, low, close, i - period)
    up, up_error = rolling_sum_step(up, up_error, plus, old_plus)
    down, down_error = rolling_sum_step(down, down_error, minus, old_minus)
    ranges, ranges_error = rolling_sum_step(ranges, ranges_error, reach, old_reach)
    state = (up, up_error, down, down_error, ranges, ranges_error)
    if seen < period:
        return state, math.nan, math.nan
    whole = ranges + ranges_error
    if whole < NEGLIGIBLE:
        return state, 0.0, 0.0
    return state, (up + up_error) / whole, (down + down_error) / whole


class VortexLines(NamedTuple, Generic[Line]):
    """Vortex indicator: arrays from the batch form, floats from the streaming form."""

    plus: Line
    """VI+: movement up."""
    minus: Line
    """VI-: movement down."""


@kernel
def _vortex(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    state = NO_VORTICES
    plus, minus = out[0], out[1]
    for i in range(high.shape[0]):
        state, plus[i], minus[i] = _vortex_step(high, low, close, i, i, state, period)


def vortex(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 14) -> VortexLines[Floats]:
    """Relate movement from low to next high, and from high to next low, to the true range.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    VortexLines
        Two (rows,) float64; NaN in the first ``period`` rows; 0 where nothing moved.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Vortex.checked(period)
    return several_lines(VortexLines[Floats], "vortex", _vortex, period, high=high, low=low, close=close)


class Vortex(HighLowClose[VortexLines[float]], of=vortex, title="Vortex indicator"):
    """Streaming twin of :func:`vortex`."""

    lines = VortexLines
    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_VORTICES
        self._windows = Windows(3, self.period + 2)

    def _advance(self, high: float, low: float, close: float) -> VortexLines[float]:
        i = self._windows.push(high, low, close)
        self._state, plus, minus = _vortex_step(*self._windows.triple, i, self._count, self._state, self.period)
        return VortexLines(plus, minus)
