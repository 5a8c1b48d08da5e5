"""Bollinger bands.

John Bollinger, Bollinger on Bollinger Bands, 2001: a simple average, and bands that many population standard
deviations away. As TA-Lib's BBANDS, with the more exact deviation of
:mod:`forexai_core.indicators.statistics.deviation`.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import write_block_of_means
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import factor, length
from forexai_core.indicators.rolling_sums import FRESH_AFTER, NO_SUM_YET, centred_sum_step
from forexai_core.indicators.statistics.deviation import NO_MOMENTS, scratch_of, variance_step, write_block_of_variances
from forexai_core.indicators.volatility.bands import Bands
from forexai_core.indicators.windows import Window

__all__ = ["Bollinger", "bollinger"]


@kernel(forceinline=True)
def band_step(middle: float, variance: float, deviations: float) -> tuple[float, float]:
    """Draw the two bands of one row.

    Parameters
    ----------
    middle, variance : float
        Mean and variance of the window.
    deviations : float
        Distance of the bands from the middle, standard deviations.

    Returns
    -------
    upper, lower : float
        The bands.
    """
    width = deviations * math.sqrt(variance)
    return middle + width, middle - width


@kernel
def _bollinger(values: Floats, period: int, deviations: float, scratch: Floats, out: Floats) -> None:
    uppers, middles, lowers = out[0], out[1], out[2]
    rows = values.shape[0]
    out[:, : min(period - 1, rows)] = math.nan
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        stop = min(start + max(period, FRESH_AFTER), rows)
        upper, middle, lower = uppers[start:stop], middles[start:stop], lowers[start:stop]
        write_block_of_means(values, start, stop, period, middle)
        write_block_of_variances(values, start, stop, period, scratch, lower)
        for k in range(upper.shape[0]):
            upper[k], lower[k] = band_step(middle[k], lower[k], deviations)


def bollinger(values: ArrayLike, period: int = 20, deviations: float = 2.0) -> Bands[Floats]:
    """Draw a band around a simple average, a number of standard deviations wide.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.
    deviations : float
        Distance of the bands from the middle, standard deviations, above 0.

    Returns
    -------
    Bands
        Three (rows,) float64; NaN in the first ``period - 1`` rows. The middle equals :func:`sma`.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1, or ``deviations`` no finite number above 0.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    length, width = Bollinger.checked(period, deviations)
    return several_lines(Bands[Floats], "bollinger", _bollinger, length, width, scratch_of(length), values=values)


class Bollinger(
    OneInput[Bands[float]],
    of=bollinger,
    title="Bollinger bands",
    main="middle",
    overlay=True,
    aliases=("bbands", "bollinger_bands"),
):
    """Streaming twin of :func:`bollinger`."""

    lines = Bands
    period: int = length(20)
    deviations: float = factor(2.0, "Width, standard deviations")

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._mean, self._moments = NO_SUM_YET, NO_MOMENTS
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> Bands[float]:
        i, period, seen = self._window.push(value), self.period, self._count
        values = self._window.values
        leaving = values[i - period]
        self._mean, middle = centred_sum_step(value, leaving, values, i, seen, self._mean, period)
        self._moments, variance = variance_step(value, leaving, values, i, seen, self._moments, period)
        upper, lower = band_step(middle, variance, self.deviations)
        return Bands(upper, middle, lower)
