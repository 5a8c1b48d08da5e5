"""Fisher transform.

John Ehlers, Using the Fisher Transform, Stocks & Commodities, November 2002: the place of the median price in its
range, smoothed, and stretched so that extremes stand out.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.elementary import logarithm
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, extremes_of
from forexai_core.indicators.parameters import length

__all__ = ["Fisher", "FisherLines", "fisher"]

Line = TypeVar("Line")


Stretch: TypeAlias = tuple[float, float]
"""The smoothed place, -1 to 1, and the transform."""

NO_STRETCH: Stretch = (0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _median_step(high: float, low: float) -> float:
    return (high + low) / 2.0


@kernel(forceinline=True)
def _fisher_step(median: float, highest: float, lowest: float, state: Stretch) -> tuple[Stretch, float, float]:
    width = highest - lowest
    place = 0.0 if width == 0.0 else (median - lowest) / width - 0.5
    smooth = 0.66 * place + 0.67 * state[0]
    smooth = min(max(smooth, -0.999), 0.999)
    fisher = 0.5 * logarithm((1.0 + smooth) / (1.0 - smooth)) + 0.5 * state[1]
    return (smooth, fisher), fisher, state[1]


@kernel
def _write_medians(high: Floats, low: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _median_step(high[i], low[i])


@kernel
def _write_fisher(medians: Floats, highs: Floats, lows: Floats, first: int, out: Floats) -> None:
    state = NO_STRETCH
    fisher, trigger = out[0], out[1]
    for i in range(first, medians.shape[0]):
        state, fisher[i], trigger[i] = _fisher_step(medians[i], highs[i], lows[i], state)


def _fisher(high: Floats, low: Floats, period: int, out: Floats) -> None:
    medians = np.empty(high.shape[0])
    _write_medians(high, low, medians)
    first = min(period - 1, high.shape[0])
    out[:, :first] = math.nan
    _write_fisher(medians, extremes_of(medians, period, 1.0), extremes_of(medians, period, -1.0), first, out)


class FisherLines(NamedTuple, Generic[Line]):
    """Fisher transform: arrays from the batch form, floats from the streaming form."""

    fisher: Line
    """The transform."""
    trigger: Line
    """What it was in the row before; 0 at first."""


def fisher(high: ArrayLike, low: ArrayLike, period: int = 9) -> FisherLines[Floats]:
    """Stretch the place of the median price in its range, so that turning points stand out.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    FisherLines
        Two (rows,) float64; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Fisher.checked(period)
    return several_lines(FisherLines[Floats], "fisher", _fisher, period, high=high, low=low)


class Fisher(HighLow[FisherLines[float]], of=fisher, title="Fisher transform", aliases=("fisher_transform",)):
    """Streaming twin of :func:`fisher`."""

    lines = FisherLines
    period: int = length(9)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_STRETCH
        self._highest, self._lowest = RunningExtreme(self.period, 1.0), RunningExtreme(self.period, -1.0)

    def _advance(self, high: float, low: float) -> FisherLines[float]:
        median = _median_step(high, low)
        highest, lowest = self._highest.push(median, self._count), self._lowest.push(median, self._count)
        if self._count < self._warmup:
            return self._nothing()
        self._state, fisher, trigger = _fisher_step(median, highest, lowest, self._state)
        return FisherLines(fisher, trigger)
