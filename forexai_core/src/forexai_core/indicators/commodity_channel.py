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
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats, Records, check_bars, check_whole_number
from forexai_core.indicators.moving_averages import sma_step
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.streaming import HighLowClose, OneOutput

__all__ = ["Cci", "cci", "cci_step"]

CCI_STATE = np.dtype(
    [
        ("period", np.int64),
        ("slot", np.int64),
        ("count", np.int64),
        ("run", np.int64),  # how many of the last typical prices are equal
        ("total", np.float64),
        ("error", np.float64),
    ]
)
"""State of a CCI."""


@kernel
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


@kernel
def cci_step(state: Records, window: Floats, high: float, low: float, close: float) -> float:
    """Advance a CCI by one bar.

    Parameters
    ----------
    state : (1,) record of ``CCI_STATE``
        Changed in place.
    window : (2 * (period + 1),) float64
        Mirrored window of typical prices. Changed in place.
    high, low, close : float
        The newest bar.

    Returns
    -------
    float
        The index, NaN during warm-up.
    """
    s = state[0]
    s["count"] += 1
    count, period = s["count"], s["period"]
    typical = (high + low + close) / 3.0
    i = push(window, s["slot"], typical)
    s["slot"] = next_slot(window, s["slot"])
    s["run"] = s["run"] + 1 if count > 1 and typical == window[i - 1] else 1
    total, error, mean = sma_step(window, i, count, s["total"], s["error"], period)
    s["total"], s["error"] = total, error
    if count < period:
        return math.nan
    offset = typical - mean
    deviation = _mean_deviation(window, i, period, mean)
    if s["run"] >= period or abs(offset) < NEGLIGIBLE or deviation * period < NEGLIGIBLE:
        return 0.0
    return offset / (0.015 * deviation)


@kernel
def _cci(high: Floats, low: Floats, close: Floats, state: Records, window: Floats, out: Floats) -> None:
    for i in range(high.shape[0]):
        out[i] = cci_step(state, window, high[i], low[i], close[i])


def _fresh_state(period: int) -> tuple[Records, Floats]:
    state = np.zeros(1, CCI_STATE)
    state["period"] = period
    return state, mirrored_window(period + 1)


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
    out = np.full(highs.shape[0], math.nan)
    if length <= highs.shape[0]:
        _cci(highs, lows, closes, *_fresh_state(length), out)
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
        self._state = _fresh_state(self.period)

    def _advance(self, high: float, low: float, close: float) -> float:
        return cci_step(*self._state, high, low, close)
