"""Instantaneous trendline: an average over one dominant cycle, which leaves the trend.

John Ehlers, Rocket Science for Traders, 2001; as TA-Lib's HT_TRENDLINE.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.cycles.hilbert_transform import (
    LATE_START,
    LONGEST_CYCLE,
    cycle_step,
    fresh_cycle,
    fresh_delays,
)
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, Records
from forexai_core.indicators.windows import Window

__all__ = ["NO_TREND", "HtTrendline", "TrendLine", "ht_trendline", "trend_line_step"]


WARMUP = 63
"""Rows that TA-Lib lets the transform settle."""

TrendLine: TypeAlias = tuple[float, float, float]
"""Averages over one cycle in the three rows before."""

NO_TREND: TrendLine = (0.0, 0.0, 0.0)
"""The state of before the first value."""


@kernel(forceinline=True)
def trend_line_step(state: Records, prices: Floats, i: int, line: TrendLine) -> tuple[TrendLine, float]:
    """Advance the trendline.

    Parameters
    ----------
    state : (1,) record of ``CYCLE_STATE``
        After :func:`~forexai_core.indicators.cycles.hilbert_transform.cycle_step`.
    prices : float64
        Holds the last ``LONGEST_CYCLE`` values, ending at ``i``, in order.
    i : int
        Position of the newest.
    line : TrendLine
        The state; ``NO_TREND`` at the start.

    Returns
    -------
    line : TrendLine
        The new state.
    trend_line : float
        The line.
    """
    period = int(state[0]["smooth_period"] + 0.5)
    total = 0.0
    for k in range(period):
        total += prices[i - k]
    average = total / period if period > 0 else total
    return (average, line[0], line[1]), (4.0 * average + 3.0 * line[0] + 2.0 * line[1] + line[2]) / 10.0


@kernel
def _write_lines(values: Floats, state: Records, delays: Floats, padded: Floats, out: Floats) -> None:
    line = NO_TREND
    for i in range(out.shape[0]):
        cycle_step(values[i], i, state, delays, LATE_START)
        out[i] = math.nan
        if i >= LATE_START:
            line, trend_line = trend_line_step(state, padded, LONGEST_CYCLE + i, line)
            if i >= WARMUP:
                out[i] = trend_line


def _ht_trendline(values: Floats, out: Floats) -> None:
    padded = np.concatenate([np.zeros(LONGEST_CYCLE), values])
    _write_lines(values, fresh_cycle(), fresh_delays(), padded, out)


def ht_trendline(values: ArrayLike) -> Floats:
    """Average prices over one dominant cycle.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.

    Returns
    -------
    (rows,) float64
        In the unit of ``values``; NaN in the first 63 rows.

    Raises
    ------
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    return one_line("ht_trendline", _ht_trendline, values=values)


class HtTrendline(OneInput[float], of=ht_trendline, title="Hilbert transform: instantaneous trendline", overlay=True):
    """Streaming twin of :func:`ht_trendline`."""

    def _rows_of_warmup(self) -> int:
        return 63

    def _start(self) -> None:
        self._state, self._delays, self._line = fresh_cycle(), fresh_delays(), NO_TREND
        self._prices = Window(LONGEST_CYCLE + 1)

    def _advance(self, value: float) -> float:
        cycle_step(value, self._count, self._state, self._delays, LATE_START)
        i = self._prices.push(value)
        if self._count < LATE_START:
            return math.nan
        self._line, trend_line = trend_line_step(self._state, self._prices.values, i, self._line)
        return math.nan if self._count < WARMUP else trend_line
