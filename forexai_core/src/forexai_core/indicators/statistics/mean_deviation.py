"""Mean deviation of a moving window: the average distance from its mean, as in TA-Lib's AVGDEV."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Window

__all__ = ["AverageDeviation", "average_deviation", "mean_deviation"]


@kernel(forceinline=True)
def mean_deviation(values: Floats, i: int, period: int, mean: float) -> float:
    """Average the distances of a window's values from a number.

    Parameters
    ----------
    values : float64
        Holds the last ``period`` values, ending at ``i``, in order.
    i : int
        Position of the newest.
    period : int
        Length of the window.
    mean : float
        What they are measured from.

    Returns
    -------
    float
        At least 0.
    """
    # Eight sums at once, always the same eight: the processor adds them side by side.
    window = values[i - period + 1 : i + 1]
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    whole = period - period % 8
    for k in range(0, whole, 8):
        a += abs(window[k] - mean)
        b += abs(window[k + 1] - mean)
        c += abs(window[k + 2] - mean)
        d += abs(window[k + 3] - mean)
        e += abs(window[k + 4] - mean)
        f += abs(window[k + 5] - mean)
        g += abs(window[k + 6] - mean)
        h += abs(window[k + 7] - mean)
    rest = 0.0
    for k in range(whole, period):
        rest += abs(window[k] - mean)
    return (((a + b) + (c + d)) + ((e + f) + (g + h)) + rest) / period


@kernel
def _average_deviation(values: Floats, period: int, out: Floats) -> bool:
    finite = write_means(values, period, out)
    for i in range(period - 1, out.shape[0]):
        out[i] = mean_deviation(values, i, period, out[i])
    return finite


def average_deviation(values: ArrayLike, period: int = 14) -> Floats:
    """Average the distances of the last values from their mean.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        In the unit of ``values``; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = AverageDeviation.checked(period)
    return one_line_told("average_deviation", _average_deviation, period, values=values)


class AverageDeviation(OneInput[float], of=average_deviation, title="Mean deviation", aliases=("avgdev",)):
    """Streaming twin of :func:`average_deviation`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._mean = MeanOfWindow(self.period)
        self._window = Window(self.period + 1)

    def _advance(self, value: float) -> float:
        i, mean = self._window.push(value), self._mean.push(value, self._count)
        return math.nan if math.isnan(mean) else mean_deviation(self._window.values, i, self.period, mean)
