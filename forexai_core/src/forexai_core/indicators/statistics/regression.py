"""Straight lines through a moving window, by least squares.

The same numbers as TA-Lib's LINEARREG, LINEARREG_SLOPE, LINEARREG_INTERCEPT, LINEARREG_ANGLE and TSF, which sum every
window anew; here two rolling sums do.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.elementary import arctangent
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import (
    FRESH_AFTER,
    NO_WEIGHTED_SUM,
    fresh_weighted_sum,
    slide_weighted_sum,
    weighted_sum_step,
)
from forexai_core.indicators.windows import Window

__all__ = [
    "LinearRegression",
    "LinearRegressionAngle",
    "LinearRegressionIntercept",
    "LinearRegressionSlope",
    "TimeSeriesForecast",
    "linear_regression",
    "linear_regression_angle",
    "linear_regression_intercept",
    "linear_regression_slope",
    "time_series_forecast",
]


@kernel(forceinline=True)
def _on_line(centre: float, total: float, weighted: float, period: int, level: float, place: float) -> float:
    """Give the slope times ``place``, and ``level`` times the beginning of the line."""
    mean_place = 0.5 * (period - 1.0)
    # Places 0 to period - 1: the sum of their squared distances from their mean.
    spread = period * (period * period - 1.0) / 12.0
    slope = ((weighted - total) - mean_place * total) * (1.0 / spread)
    return level * (centre + total * (1.0 / period) - slope * mean_place) + slope * place


@kernel(forceinline=True)
def _degrees(slope: float) -> float:
    return arctangent(slope) * (180.0 / math.pi)


@kernel
def _regression(values: Floats, period: int, level: float, place: float, out: Floats) -> bool:
    rows = values.shape[0]
    finite = rows >= period
    out[: min(period - 1, rows)] = math.nan
    # The same steps in the same order as in a stream, in blocks that each begin with fresh sums.
    for start in range(period - 1, rows, max(period, FRESH_AFTER)):
        centre, total, weighted = fresh_weighted_sum(values, start, period)
        out[start] = _on_line(centre, total, weighted, period, level, place)
        finite &= out[start] - out[start] == 0.0
        stop = min(start + max(period, FRESH_AFTER), rows)
        entering, leaving = values[start + 1 : stop], values[start + 1 - period : stop - period]
        ends = out[start + 1 : stop]
        for k in range(ends.shape[0]):
            total, weighted = slide_weighted_sum(entering[k], leaving[k], centre, total, weighted, period)
            ends[k] = _on_line(centre, total, weighted, period, level, place)
        # Until the sums are taken afresh they remember what is not finite.
        finite &= total - total == 0.0
    return finite


@kernel
def _turn_to_degrees(slopes: Floats) -> None:
    for i in range(slopes.shape[0]):
        if not math.isnan(slopes[i]):
            slopes[i] = _degrees(slopes[i])


def _angles(values: Floats, period: int, out: Floats) -> bool:
    finite: bool = _regression(values, period, 0.0, 1.0, out)
    _turn_to_degrees(out)
    return finite


class _FittedLine(OneInput[float]):
    """The line through the last values of a stream: ``_level`` times its beginning, and the slope times a place."""

    period: int = length(14, minimum=2)
    _level: ClassVar[float] = 1.0

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_WEIGHTED_SUM
        self._window = Window(self.period + 1)

    @abstractmethod
    def _place(self) -> float: ...

    def _advance(self, value: float) -> float:
        i, values = self._window.push(value), self._window.values
        self._state = weighted_sum_step(
            value, values[i - self.period], values, i, self._count, self._state, self.period
        )
        if self._count < self._warmup:
            return math.nan
        _, centre, total, weighted = self._state
        return _on_line(centre, total, weighted, self.period, self._level, self._place())


def linear_regression(values: ArrayLike, period: int = 14) -> Floats:
    """Fit a straight line to the window, and give its end.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = LinearRegression.checked(period)
    return one_line_told("linear_regression", _regression, period, 1.0, period - 1.0, values=values)


class LinearRegression(
    _FittedLine, of=linear_regression, title="Linear regression", overlay=True, aliases=("linearreg", "lsma")
):
    """Streaming twin of :func:`linear_regression`."""

    def _place(self) -> float:
        return self.period - 1.0


def linear_regression_slope(values: ArrayLike, period: int = 14) -> Floats:
    """Fit a straight line to the window, and give its slope.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = LinearRegressionSlope.checked(period)
    return one_line_told("linear_regression_slope", _regression, period, 0.0, 1.0, values=values)


class LinearRegressionSlope(
    _FittedLine, of=linear_regression_slope, title="Linear regression slope", aliases=("linearreg_slope",)
):
    """Streaming twin of :func:`linear_regression_slope`."""

    _level: ClassVar[float] = 0.0

    def _place(self) -> float:
        return 1.0


def linear_regression_intercept(values: ArrayLike, period: int = 14) -> Floats:
    """Fit a straight line to the window, and give its beginning.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = LinearRegressionIntercept.checked(period)
    return one_line_told("linear_regression_intercept", _regression, period, 1.0, 0.0, values=values)


class LinearRegressionIntercept(
    _FittedLine,
    of=linear_regression_intercept,
    title="Linear regression intercept",
    overlay=True,
    aliases=("linearreg_intercept",),
):
    """Streaming twin of :func:`linear_regression_intercept`."""

    def _place(self) -> float:
        return 0.0


def time_series_forecast(values: ArrayLike, period: int = 14) -> Floats:
    """Fit a straight line to the window, and give it one row further on.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = TimeSeriesForecast.checked(period)
    return one_line_told("time_series_forecast", _regression, period, 1.0, 1.0 * period, values=values)


class TimeSeriesForecast(
    _FittedLine, of=time_series_forecast, title="Time series forecast", overlay=True, aliases=("tsf",)
):
    """Streaming twin of :func:`time_series_forecast`."""

    def _place(self) -> float:
        return 1.0 * self.period


def linear_regression_angle(values: ArrayLike, period: int = 14) -> Floats:
    """Fit a straight line to the window, and give the angle of its slope.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the window, at least 2.

    Returns
    -------
    (rows,) float64
        Degrees, of price units a row; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = LinearRegressionAngle.checked(period)
    return one_line_told("linear_regression_angle", _angles, period, values=values)


class LinearRegressionAngle(
    LinearRegressionSlope, of=linear_regression_angle, title="Linear regression angle", aliases=("linearreg_angle",)
):
    """Streaming twin of :func:`linear_regression_angle`."""

    def _advance(self, value: float) -> float:
        return _degrees(super()._advance(value))
