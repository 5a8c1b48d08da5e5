"""How two columns move together: correlation and beta.

Pearson's correlation of two prices and the beta of two returns; definitions and zero rules as in TA-Lib's CORREL and
BETA. Sums are taken of distances from a recent mean, and afresh when that mean has gone stale, so that they keep their
digits.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import FirstSecond
from forexai_core.indicators.inputs import Floats, check_bars
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import FRESH_AFTER, fresh_sum
from forexai_core.indicators.windows import Windows

__all__ = ["NO_CO_MOMENTS", "Beta", "CoMoments", "Correlation", "beta", "co_moment_step", "correlation"]


LOST_DIGITS = 1e4
"""The sums are taken afresh when their mean was so many times what they measure."""

CoMoments: TypeAlias = tuple[int, float, float, float, float, float, float, float]
"""Steps until the sums are taken afresh; both centres; sums above them, of both squares, and of the products."""

NO_CO_MOMENTS: CoMoments = (0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The state of before the first row."""


@kernel
def _fresh_co_moments(x: Floats, y: Floats, i: int, period: int) -> CoMoments:
    x_centre, x_total = fresh_sum(x, i, period)
    y_centre, y_total = fresh_sum(y, i, period)
    xx, yy, xy = 0.0, 0.0, 0.0
    for k in range(i - period + 1, i + 1):
        dx, dy = x[k] - x_centre, y[k] - y_centre
        xx += dx * dx
        yy += dy * dy
        xy += dx * dy
    return max(period, FRESH_AFTER), x_centre, y_centre, x_total, y_total, xx, yy, xy


@kernel(forceinline=True)
def _slide_co_moments(x: float, y: float, old_x: float, old_y: float, state: CoMoments) -> CoMoments:
    remaining, x_centre, y_centre, x_total, y_total, xx, yy, xy = state
    dx, dy, gone_x, gone_y = x - x_centre, y - y_centre, old_x - x_centre, old_y - y_centre
    return (
        remaining,
        x_centre,
        y_centre,
        x_total + (x - old_x),
        y_total + (y - old_y),
        xx + (dx * dx - gone_x * gone_x),
        yy + (dy * dy - gone_y * gone_y),
        xy + (dx * dy - gone_x * gone_y),
    )


@kernel(forceinline=True)
def _spreads(state: CoMoments, period: int) -> tuple[float, float, float, bool]:
    share = 1.0 / period
    x_mean, y_mean = state[3] * share, state[4] * share
    xx, yy = state[5] * share - x_mean * x_mean, state[6] * share - y_mean * y_mean
    lost = (x_mean * x_mean > LOST_DIGITS * xx) | (y_mean * y_mean > LOST_DIGITS * yy)
    return xx, yy, state[7] * share - x_mean * y_mean, lost


@kernel(forceinline=True)
def co_moment_step(
    x: Floats, y: Floats, i: int, seen: int, state: CoMoments, period: int
) -> tuple[CoMoments, float, float, float]:
    """Advance the variances and the covariance of two columns by the row at ``i``.

    Parameters
    ----------
    x, y : float64
        Hold the last ``period + 1`` values, ending at ``i``, in order.
    i : int
        Position of the newest row.
    seen : int
        Rows seen before this one.
    state : CoMoments
        The state; ``NO_CO_MOMENTS`` at the start.
    period : int
        Length of the window.

    Returns
    -------
    state : CoMoments
        The new state.
    xx, yy, xy : float
        Variances and covariance; NaN during warm-up.
    """
    if seen < period - 1:
        return state, math.nan, math.nan, math.nan
    fresh = state[0] == 0
    if not fresh:
        state = _slide_co_moments(x[i], y[i], x[i - period], y[i - period], state)
    xx, yy, xy, lost = _spreads(state, period)
    if fresh or lost:
        remaining = state[0]
        state = _fresh_co_moments(x, y, i, period)
        if not fresh:  # the turn of the next regular one stays
            state = (remaining, state[1], state[2], state[3], state[4], state[5], state[6], state[7])
        xx, yy, xy, _ = _spreads(state, period)
    state = (state[0] - 1, state[1], state[2], state[3], state[4], state[5], state[6], state[7])
    return state, xx, yy, xy


@kernel(forceinline=True)
def _correlation_step(
    high: Floats, low: Floats, i: int, seen: int, state: CoMoments, period: int
) -> tuple[CoMoments, float]:
    state, xx, yy, xy = co_moment_step(high, low, i, seen, state, period)
    if seen < period - 1:
        return state, math.nan
    both = xx * yy
    # Where a column stands still there is no correlation: 0, as TA-Lib has it.
    return state, 0.0 if (xx <= 0.0) | (yy <= 0.0) | (both <= 0.0) else xy / math.sqrt(both)


@kernel(forceinline=True)
def _return_step(value: float, before: float) -> float:
    return 0.0 if before == 0.0 else (value - before) / before


@kernel(forceinline=True)
def _beta_step(x: Floats, y: Floats, i: int, seen: int, state: CoMoments, period: int) -> tuple[CoMoments, float]:
    state, xx, _, xy = co_moment_step(x, y, i, seen, state, period)
    if seen < period - 1:
        return state, math.nan
    return state, 0.0 if xx <= 0.0 else xy / xx


@kernel
def _write_returns(values: Floats, out: Floats) -> None:
    newest, returns = values[1:], out[1:]
    for k in range(newest.shape[0]):
        returns[k] = _return_step(newest[k], values[k])


@kernel
def _beta(high: Floats, low: Floats, period: int, x: Floats, y: Floats, out: Floats) -> None:
    _write_returns(high, x)
    _write_returns(low, y)
    state = NO_CO_MOMENTS
    if out.shape[0] > 0:
        out[0] = math.nan
    for i in range(1, out.shape[0]):
        state, out[i] = _beta_step(x, y, i, i - 1, state, period)


@kernel
def _correlation(first: Floats, second: Floats, period: int, out: Floats) -> None:
    state = NO_CO_MOMENTS
    for i in range(first.shape[0]):
        state, out[i] = _correlation_step(first, second, i, i, state, period)


def correlation(first: ArrayLike, second: ArrayLike, period: int = 30) -> Floats:
    """Measure how closely two columns move together.

    Parameters
    ----------
    first, second : (rows,) array_like
        Two quantities of the same rows; the catalogue takes highs and lows.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        -1 to 1; NaN in the first ``period - 1`` rows; 0 where one of them stands still.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Correlation.checked(period)
    return one_line("correlation", _correlation, period, first=first, second=second)


class Correlation(FirstSecond[float], of=correlation, title="Correlation", aliases=("correl", "pearson")):
    """Streaming twin of :func:`correlation`."""

    period: int = length(30)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_CO_MOMENTS
        self._windows = Windows(2, self.period + 1)

    def _advance(self, first: float, second: float) -> float:
        i = self._windows.push(first, second)
        self._state, output = _correlation_step(*self._windows.pair, i, self._count, self._state, self.period)
        return output


def beta(first: ArrayLike, second: ArrayLike, period: int = 5) -> Floats:
    """Measure by how much the second column moves when the first moves by one part.

    Parameters
    ----------
    first, second : (rows,) array_like
        Two quantities of the same rows; the catalogue takes highs and lows.
    period : int
        Returns in the window, at least 1.

    Returns
    -------
    (rows,) float64
        Slope of the returns of the second over those of the first; NaN in the first ``period`` rows; 0 where the
        first stands still.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Beta.checked(period)
    firsts, seconds = check_bars("beta", first=first, second=second)
    out = np.empty(firsts.shape[0])
    rows = firsts.shape[0]
    _beta(firsts, seconds, period, np.empty(rows), np.empty(rows), out)
    return out


class Beta(FirstSecond[float], of=beta, title="Beta"):
    """Streaming twin of :func:`beta`."""

    period: int = length(5)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_CO_MOMENTS
        self._windows = Windows(2, self.period + 1)
        self._last = (0.0, 0.0)

    def _advance(self, first: float, second: float) -> float:
        before, self._last = self._last, (first, second)
        if self._count == 0:
            return math.nan
        i = self._windows.push(_return_step(first, before[0]), _return_step(second, before[1]))
        self._state, output = _beta_step(*self._windows.pair, i, self._count - 1, self._state, self.period)
        return output
