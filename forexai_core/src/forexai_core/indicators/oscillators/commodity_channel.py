"""Commodity channel index (CCI).

Donald Lambert, Commodities magazine, October 1980; as TA-Lib's CCI. The mean deviation needs every value of
the window, so a row costs time in proportion to the period. Where a window of prices stands still the index
is 0.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import sma_step
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.prices import combine_source
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.streaming import HighLowClose, OneOutput

__all__ = ["Cci", "cci", "cci_step"]

ROUNDING = 1e-15
"""Deviations below this share of the price are rounding errors of the typical price: the window stands still."""

CCI_STATE = np.dtype(
    [
        ("period", np.int64),
        ("slot", np.int64),
        ("seen", np.int64),
        ("total", np.float64),
        ("error", np.float64),
    ]
)
"""State of a CCI."""


@kernel(forceinline=True)
def _mean_deviation(values: Floats, i: int, period: int, mean: float) -> float:
    # Four sums at once, always the same four: the processor adds them side by side.
    start = i - period + 1
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    k = start
    while k + 3 <= i:
        a += abs(values[k] - mean)
        b += abs(values[k + 1] - mean)
        c += abs(values[k + 2] - mean)
        d += abs(values[k + 3] - mean)
        k += 4
    while k <= i:
        a += abs(values[k] - mean)
        k += 1
    return ((a + b) + (c + d)) / period


@kernel(forceinline=True)
def cci_step(typical: Floats, i: int, seen: int, total: float, error: float, period: int) -> tuple[float, float, float]:
    """Advance a CCI by the typical price at ``i``.

    Parameters
    ----------
    typical : float64
        Holds the last ``period + 1`` typical prices, ending at ``i``, in order.
    i : int
        Position of the newest.
    seen : int
        Bars seen before this one.
    total, error : float
        Sum of the window, in two parts; 0 at the start.
    period : int
        Length of the window.

    Returns
    -------
    total, error, output : float
        The new state and the index, NaN during warm-up.
    """
    total, error, mean = sma_step(typical, i, seen, total, error, period)
    if seen < period - 1:
        return total, error, math.nan
    offset = typical[i] - mean
    deviation = _mean_deviation(typical, i, period, mean)
    if abs(offset) < NEGLIGIBLE or deviation * period < NEGLIGIBLE or deviation < ROUNDING * abs(mean):
        return total, error, 0.0
    return total, error, offset / (0.015 * deviation)


@kernel
def _cci(typical: Floats, period: int, out: Floats) -> None:
    total, error = 0.0, 0.0
    for i in range(typical.shape[0]):
        total, error, out[i] = cci_step(typical, i, i, total, error, period)


@kernel
def _cci_update(state: Records, window: Floats, typical: float) -> float:
    s = state[0]
    i = push(window, s["slot"], typical)
    s["slot"] = next_slot(window, s["slot"])
    total, error, output = cci_step(window, i, s["seen"], s["total"], s["error"], s["period"])
    s["seen"] += 1
    s["total"], s["error"] = total, error
    return output


def cci(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 20) -> Floats:
    """Measure how far the typical price is from its average, in mean deviations.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        ``(typical - mean) / (0.015 * mean deviation)``, typical = (high + low + close) / 3; NaN in the first
        ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    length = check_whole_number("cci", "period", period)
    highs, lows, closes = check_bars("cci", high, low, close)
    out = np.empty(highs.shape[0])
    _cci(combine_source("typical", highs, lows, closes), length, out)
    return out


class Cci(OneOutput, HighLowClose[float]):
    """Streaming twin of :func:`cci`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    """

    name: ClassVar[str] = "cci"

    def __init__(self, period: int = 20) -> None:
        self.period = check_whole_number(self.name, "period", period)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, CCI_STATE)
        self._state["period"] = self.period
        self._window = mirrored_window(self.period + 1)

    def _advance(self, high: float, low: float, close: float) -> float:
        return _cci_update(self._state, self._window, combine_source("typical", high, low, close))
