"""Acceleration bands: an average of closes between averages of bars stretched by their width.

Price Headley, Big Trends in Trading, 2002; as TA-Lib's ACCBANDS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLowClose
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.volatility.bands import Bands

__all__ = ["AccelerationBands", "acceleration_bands"]


@kernel(forceinline=True)
def _stretch_step(high: float, low: float) -> tuple[float, float]:
    whole = high + low
    if whole == 0.0:
        return high, low
    stretch = 4.0 * (high - low) / whole
    return high * (1.0 + stretch), low * (1.0 - stretch)


@kernel
def _stretch(high: Floats, low: Floats, out: Floats) -> None:
    for i in range(high.shape[0]):
        out[0, i], out[1, i] = _stretch_step(high[i], low[i])


def _acceleration_bands(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    stretched = np.empty((2, close.shape[0]))
    _stretch(high, low, stretched)
    write_means(stretched[0], period, out[0])
    write_means(close, period, out[1])
    write_means(stretched[1], period, out[2])


def acceleration_bands(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 20) -> Bands[Floats]:
    """Draw averages of highs and lows that are set off by four times the width of their bar.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the averages, at least 1.

    Returns
    -------
    Bands
        Three (rows,) float64; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = AccelerationBands.checked(period)
    return several_lines(
        Bands[Floats], "acceleration_bands", _acceleration_bands, period, high=high, low=low, close=close
    )


class AccelerationBands(
    HighLowClose[Bands[float]],
    of=acceleration_bands,
    title="Acceleration bands",
    main="middle",
    overlay=True,
    aliases=("accbands",),
):
    """Streaming twin of :func:`acceleration_bands`."""

    lines = Bands
    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._upper, self._middle, self._lower = (MeanOfWindow(self.period) for _ in range(3))

    def _advance(self, high: float, low: float, close: float) -> Bands[float]:
        top, bottom = _stretch_step(high, low)
        seen = self._count
        return Bands(self._upper.push(top, seen), self._middle.push(close, seen), self._lower.push(bottom, seen))
