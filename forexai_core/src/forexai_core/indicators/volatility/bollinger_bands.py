"""Bollinger bands.

John Bollinger, Bollinger on Bollinger Bands, 2001: a simple average, and bands that many population standard
deviations away. As TA-Lib's BBANDS, with the more exact deviation of
:mod:`forexai_core.indicators.statistics.deviation`.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import sma_step
from forexai_core.indicators.inputs import Floats, Records, check_number, check_series, check_whole_number
from forexai_core.indicators.rolling_sums import mirrored_window, next_slot, push
from forexai_core.indicators.statistics.deviation import (
    DEVIATION_FIELDS,
    NO_MOMENTS,
    Moments,
    load_moments,
    store_moments,
    variance_step,
)
from forexai_core.indicators.streaming import OneInput

__all__ = ["Bands", "Bollinger", "bollinger", "bollinger_step"]

Line = TypeVar("Line")


class Bands(NamedTuple, Generic[Line]):
    """Three lines of a channel: arrays from the batch form, floats from the streaming form."""

    upper: Line
    middle: Line
    lower: Line


BOLLINGER_STATE = np.dtype(
    [
        ("period", np.int64),
        ("deviations", np.float64),
        ("slot", np.int64),
        ("seen", np.int64),
        ("sum", np.float64),  # sum of the window is sum + sum_error
        ("sum_error", np.float64),
        *DEVIATION_FIELDS,
    ]
)
"""State of Bollinger bands."""


@kernel(forceinline=True)
def bollinger_step(
    values: Floats,
    i: int,
    seen: int,
    window_sum: float,
    sum_error: float,
    moments: Moments,
    period: int,
    deviations: float,
) -> tuple[float, float, Moments, float, float, float]:
    """Advance Bollinger bands by the value at ``i``.

    Parameters
    ----------
    values : float64
        Holds the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest value.
    seen : int
        Values seen before this one.
    window_sum, sum_error : float
        Sum of the window, in two parts; 0 at the start.
    moments : Moments
        State of the variance; ``NO_MOMENTS`` at the start.
    period : int
        Length of the window.
    deviations : float
        Distance of the bands from the middle, standard deviations.

    Returns
    -------
    window_sum, sum_error, moments
        The new state.
    upper, middle, lower : float
        The lines, NaN during warm-up.
    """
    window_sum, sum_error, middle = sma_step(values, i, seen, window_sum, sum_error, period)
    moments, variance = variance_step(values, i, seen, moments, period)
    width = deviations * math.sqrt(variance)
    return window_sum, sum_error, moments, middle + width, middle, middle - width


@kernel
def _bollinger(values: Floats, period: int, deviations: float, out: Floats) -> None:
    window_sum, sum_error, moments = 0.0, 0.0, NO_MOMENTS
    upper, middle, lower = out[0], out[1], out[2]
    rows = values.shape[0]
    for i in range(min(period, rows)):
        window_sum, sum_error, moments, upper[i], middle[i], lower[i] = bollinger_step(
            values, i, i, window_sum, sum_error, moments, period, deviations
        )
    for i in range(period, rows):
        window_sum, sum_error, moments, upper[i], middle[i], lower[i] = bollinger_step(
            values, i, i, window_sum, sum_error, moments, period, deviations
        )


@kernel
def _bollinger_update(state: Records, window: Floats, value: float) -> tuple[float, float, float]:
    s = state[0]
    i = push(window, s["slot"], value)
    s["slot"] = next_slot(window, s["slot"])
    window_sum, sum_error, moments, upper, middle, lower = bollinger_step(
        window, i, s["seen"], s["sum"], s["sum_error"], load_moments(s), s["period"], s["deviations"]
    )
    s["seen"] += 1
    s["sum"] = window_sum
    s["sum_error"] = sum_error
    store_moments(s, moments)
    return upper, middle, lower


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
    length = check_whole_number("bollinger", "period", period)
    width = check_number("bollinger", "deviations", deviations)
    column = check_series("bollinger", "values", values)
    out = np.empty((3, column.shape[0]))
    _bollinger(column, length, width, out)
    return Bands(out[0], out[1], out[2])


class Bollinger(OneInput[Bands[float]]):
    """Streaming twin of :func:`bollinger`.

    Parameters
    ----------
    period : int
        Length of the window, at least 1.
    deviations : float
        Distance of the bands from the middle, standard deviations, above 0.
    """

    name: ClassVar[str] = "bollinger"

    def __init__(self, period: int = 20, deviations: float = 2.0) -> None:
        self.period = check_whole_number(self.name, "period", period)
        self.deviations = check_number(self.name, "deviations", deviations)
        super().__init__(warmup=self.period - 1)

    def _start(self) -> None:
        self._state = np.zeros(1, BOLLINGER_STATE)
        self._state["period"] = self.period
        self._state["deviations"] = self.deviations
        self._window = mirrored_window(self.period + 1)

    def _nothing(self) -> Bands[float]:
        return Bands(math.nan, math.nan, math.nan)

    def _advance(self, value: float) -> Bands[float]:
        return Bands(*_bollinger_update(self._state, self._window, value))
