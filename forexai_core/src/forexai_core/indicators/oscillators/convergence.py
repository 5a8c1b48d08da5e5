"""Moving average convergence and divergence (MACD).

Gerald Appel, The Moving Average Convergence-Divergence Method, 1979. Start as in TA-Lib's MACD: both averages
begin on the row that completes the slow one, the fast one from the simple average of the last ``fast`` values
there.
"""

from __future__ import annotations

import math
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import ConfigError
from forexai_core.indicators.averages.exponential_average import ema_step
from forexai_core.indicators.inputs import Floats, Records, check_series, check_whole_number
from forexai_core.indicators.streaming import OneInput

__all__ = ["Macd", "MacdLines", "macd", "macd_step"]

Line = TypeVar("Line")


class MacdLines(NamedTuple, Generic[Line]):
    """The three lines of a MACD: arrays from the batch form, floats from the streaming form."""

    macd: Line
    """Fast less slow average."""
    signal: Line
    """Exponential average of the MACD."""
    histogram: Line
    """MACD less signal."""


MACD_STATE = np.dtype(
    [
        ("fast_period", np.int64),
        ("slow_period", np.int64),
        ("signal_period", np.int64),
        ("seen", np.int64),
        ("fast", np.float64),
        ("slow", np.float64),
        ("signal", np.float64),
    ]
)
"""State of a MACD."""


@kernel(forceinline=True)
def macd_step(
    value: float,
    seen: int,
    fast: float,
    slow: float,
    signal: float,
    fast_period: int,
    slow_period: int,
    signal_period: int,
) -> tuple[float, float, float, float, float]:
    """Advance a MACD by one value.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    fast, slow, signal : float
        The averages so far; 0 at the start.
    fast_period, slow_period, signal_period : int
        Lengths of the averages.

    Returns
    -------
    fast, slow, signal, macd_line, signal_line : float
        The new averages, and the two lines, NaN during warm-up.
    """
    slow, _ = ema_step(value, seen, slow, slow_period, 2.0 / (slow_period + 1.0))
    fast_seen = seen - (slow_period - fast_period)
    if fast_seen >= 0:
        fast, _ = ema_step(value, fast_seen, fast, fast_period, 2.0 / (fast_period + 1.0))
    if seen < slow_period - 1:
        return fast, slow, signal, math.nan, math.nan
    line = fast - slow
    signal, output = ema_step(line, seen - (slow_period - 1), signal, signal_period, 2.0 / (signal_period + 1.0))
    if seen < slow_period + signal_period - 2:
        line = math.nan
    return fast, slow, signal, line, output


@kernel
def _macd(values: Floats, fast_period: int, slow_period: int, signal_period: int, out: Floats) -> None:
    fast, slow, signal = 0.0, 0.0, 0.0
    lines, signals, histogram = out[0], out[1], out[2]
    rows = values.shape[0]
    start = slow_period + signal_period
    for i in range(min(start, rows)):
        fast, slow, signal, line, average = macd_step(
            values[i], i, fast, slow, signal, fast_period, slow_period, signal_period
        )
        lines[i], signals[i], histogram[i] = line, average, line - average
    for i in range(start, rows):
        fast, slow, signal, line, average = macd_step(
            values[i], i, fast, slow, signal, fast_period, slow_period, signal_period
        )
        lines[i], signals[i], histogram[i] = line, average, line - average


@kernel
def _macd_update(state: Records, value: float) -> tuple[float, float, float]:
    s = state[0]
    fast, slow, signal, line, average = macd_step(
        value,
        s["seen"],
        s["fast"],
        s["slow"],
        s["signal"],
        s["fast_period"],
        s["slow_period"],
        s["signal_period"],
    )
    s["seen"] += 1
    s["fast"] = fast
    s["slow"] = slow
    s["signal"] = signal
    return line, average, line - average


def _check_periods(fast: int, slow: int, signal: int) -> tuple[int, int, int]:
    fast = check_whole_number("macd", "fast", fast)
    slow = check_whole_number("macd", "slow", slow)
    signal = check_whole_number("macd", "signal", signal)
    if fast >= slow:
        msg = f"macd: fast must be below slow, got fast={fast} and slow={slow}; swap them."
        raise ConfigError(msg)
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
    column = check_series("macd", "values", values)
    out = np.empty((3, column.shape[0]))
    _macd(column, fast, slow, signal, out)
    return MacdLines(out[0], out[1], out[2])


class Macd(OneInput[MacdLines[float]]):
    """Streaming twin of :func:`macd`.

    Parameters
    ----------
    fast, slow, signal : int
        Lengths of the three averages, at least 1; ``fast`` below ``slow``.
    """

    name: ClassVar[str] = "macd"

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        self.fast, self.slow, self.signal = _check_periods(fast, slow, signal)
        super().__init__(warmup=self.slow + self.signal - 2)

    def _start(self) -> None:
        self._state = np.zeros(1, MACD_STATE)
        self._state["fast_period"] = self.fast
        self._state["slow_period"] = self.slow
        self._state["signal_period"] = self.signal

    def _nothing(self) -> MacdLines[float]:
        return MacdLines(math.nan, math.nan, math.nan)

    def _advance(self, value: float) -> MacdLines[float]:
        return MacdLines(*_macd_update(self._state, value))
