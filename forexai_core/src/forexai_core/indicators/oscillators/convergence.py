"""Moving average convergence and divergence (MACD).

Gerald Appel, The Moving Average Convergence-Divergence Method, 1979. Start as in TA-Lib's MACD: both averages
begin on the row that completes the slow one, the fast one from the simple average of the last ``fast`` values
there.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import ConfigError
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.inputs import Floats, check_whole_number, refuse_infinite, take_series
from forexai_core.indicators.streaming import OneInput, SeveralOutputs

__all__ = ["NO_MACD", "Macd", "MacdLines", "MacdState", "check_order", "macd", "macd_step"]

Line = TypeVar("Line")


class MacdLines(NamedTuple, Generic[Line]):
    """The three lines of a MACD: arrays from the batch form, floats from the streaming form."""

    macd: Line
    """Fast less slow average."""
    signal: Line
    """Exponential average of the MACD."""
    histogram: Line
    """MACD less signal."""


MacdState: TypeAlias = tuple[Smoothing, Smoothing, Smoothing]
"""The fast and the slow average, and that of their difference."""

NO_MACD: MacdState = (NO_SMOOTHING, NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first value."""


@kernel(forceinline=True)
def macd_step(
    value: float, seen: int, state: MacdState, fast_period: int, slow_period: int, signal_period: int
) -> tuple[MacdState, float, float]:
    """Advance a MACD by one value.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    state : MacdState
        The state; ``NO_MACD`` at the start.
    fast_period, slow_period, signal_period : int
        Lengths of the averages.

    Returns
    -------
    state : MacdState
        The new state.
    macd, signal : float
        The two lines, NaN during warm-up.
    """
    fast, slow, signal = state
    slow, slow_line = ema_step(value, seen, slow, slow_period, 2.0 / (slow_period + 1.0))
    fast_seen = seen - (slow_period - fast_period)
    if fast_seen < 0:
        return (fast, slow, signal), math.nan, math.nan
    fast, fast_line = ema_step(value, fast_seen, fast, fast_period, 2.0 / (fast_period + 1.0))
    if seen < slow_period - 1:
        return (fast, slow, signal), math.nan, math.nan
    line = fast_line - slow_line
    signal, output = ema_step(line, seen - (slow_period - 1), signal, signal_period, 2.0 / (signal_period + 1.0))
    if seen < slow_period + signal_period - 2:
        line = math.nan
    return (fast, slow, signal), line, output


@kernel
def _macd(values: Floats, fast_period: int, slow_period: int, signal_period: int, out: Floats) -> bool:
    state = NO_MACD
    lines, signals, histogram = out[0], out[1], out[2]
    start = min(slow_period + signal_period, values.shape[0])
    for i in range(start):
        state, line, average = macd_step(values[i], i, state, fast_period, slow_period, signal_period)
        lines[i], signals[i], histogram[i] = line, average, line - average
    newest, lines, signals, histogram = values[start:], lines[start:], signals[start:], histogram[start:]
    for k in range(newest.shape[0]):
        # The warm-up is over: told so by a constant, the compiler drops its branches.
        over = slow_period + signal_period
        state, line, average = macd_step(newest[k], over, state, fast_period, slow_period, signal_period)
        lines[k], signals[k], histogram[k] = line, average, line - average
    return math.isfinite(state[1][0] + state[1][1])  # an average never forgets a value that is not finite


def check_order(indicator: str, fast: int, slow: int) -> None:
    """Make sure that a fast average is faster than a slow one.

    Parameters
    ----------
    indicator : str
        Named in the message.
    fast, slow : int
        Their lengths.

    Raises
    ------
    ConfigError
        If ``fast`` is not below ``slow``.
    """
    if fast >= slow:
        msg = f"{indicator}: fast must be below slow, got fast={fast} and slow={slow}; swap them."
        raise ConfigError(msg)


def _check_periods(fast: int, slow: int, signal: int) -> tuple[int, int, int]:
    fast = check_whole_number("macd", "fast", fast)
    slow = check_whole_number("macd", "slow", slow)
    signal = check_whole_number("macd", "signal", signal)
    check_order("macd", fast, slow)
    return fast, slow, signal


def macd(values: ArrayLike, fast: int = 12, slow: int = 26, signal: int = 9) -> MacdLines[Floats]:
    """Compare a fast with a slow exponential average.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    fast, slow, signal : int
        Lengths of the three averages, at least 1; ``fast`` below ``slow``.

    Returns
    -------
    MacdLines
        Three (rows,) float64; NaN in the first ``slow + signal - 2`` rows.

    Raises
    ------
    ConfigError
        If a period is no whole number of at least 1, or ``fast`` is not below ``slow``.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    fast, slow, signal = _check_periods(fast, slow, signal)
    column = take_series("macd", "values", values)
    out = np.empty((3, column.shape[0]))
    if not _macd(column, fast, slow, signal, out):
        refuse_infinite("macd", values=column)
    return MacdLines(out[0], out[1], out[2])


class Macd(SeveralOutputs[MacdLines[float]], OneInput[MacdLines[float]]):
    """Streaming twin of :func:`macd`.

    Parameters
    ----------
    fast, slow, signal : int
        Lengths of the three averages, at least 1; ``fast`` below ``slow``.
    """

    name: ClassVar[str] = "macd"
    lines = MacdLines

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        self.fast, self.slow, self.signal = _check_periods(fast, slow, signal)
        super().__init__(warmup=self.slow + self.signal - 2)

    def _start(self) -> None:
        self._state = NO_MACD

    def _advance(self, value: float) -> MacdLines[float]:
        self._state, line, signal = macd_step(value, self._count, self._state, self.fast, self.slow, self.signal)
        return MacdLines(line, signal, line - signal)
