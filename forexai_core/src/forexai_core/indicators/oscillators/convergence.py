"""Moving average convergence and divergence (MACD).

Gerald Appel, The Moving Average Convergence-Divergence Method, 1979. Start as in TA-Lib's MACD: both averages
begin on the row that completes the slow one, the fast one from the simple average of the last ``fast`` values
there.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import ConfigError
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step, ema_weight
from forexai_core.indicators.batches import several_lines_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = ["NO_MACD", "Macd", "MacdLines", "MacdState", "check_order", "macd", "macd_step", "write_macd"]

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
    value: float,
    seen: int,
    state: MacdState,
    fast_period: int,
    fast_weight: float,
    slow_period: int,
    slow_weight: float,
    signal_period: int,
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
    fast_weight, slow_weight : float
        Weights of the newest value in two of them.

    Returns
    -------
    state : MacdState
        The new state.
    macd, signal : float
        The two lines, NaN during warm-up.
    """
    fast, slow, signal = state
    slow, slow_line = ema_step(value, seen, slow, slow_period, slow_weight)
    fast_seen = seen - (slow_period - fast_period)
    if fast_seen < 0:
        return (fast, slow, signal), math.nan, math.nan
    fast, fast_line = ema_step(value, fast_seen, fast, fast_period, fast_weight)
    if seen < slow_period - 1:
        return (fast, slow, signal), math.nan, math.nan
    line = fast_line - slow_line
    signal, output = ema_step(line, seen - (slow_period - 1), signal, signal_period, 2.0 / (signal_period + 1.0))
    if seen < slow_period + signal_period - 2:
        line = math.nan
    return (fast, slow, signal), line, output


@kernel
def write_macd(
    values: Floats,
    fast_period: int,
    fast_weight: float,
    slow_period: int,
    slow_weight: float,
    signal_period: int,
    out: Floats,
) -> bool:
    """Write the three lines of a MACD.

    Parameters
    ----------
    values : (rows,) float64
        Prices or another quantity.
    fast_period, fast_weight, slow_period, slow_weight, signal_period
        As of :func:`macd_step`.
    out : (3, rows) float64
        Overwritten.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    state = NO_MACD
    lines, signals, histogram = out[0], out[1], out[2]
    start = min(slow_period + signal_period, values.shape[0])
    for i in range(start):
        state, line, average = macd_step(
            values[i], i, state, fast_period, fast_weight, slow_period, slow_weight, signal_period
        )
        lines[i], signals[i], histogram[i] = line, average, line - average
    newest, lines, signals, histogram = values[start:], lines[start:], signals[start:], histogram[start:]
    for k in range(newest.shape[0]):
        # The warm-up is over: told so by a constant, the compiler drops its branches.
        over = slow_period + signal_period
        state, line, average = macd_step(
            newest[k], over, state, fast_period, fast_weight, slow_period, slow_weight, signal_period
        )
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
    fast, slow, signal = Macd.checked(fast, slow, signal)
    return several_lines_told(
        MacdLines[Floats], "macd", write_macd, fast, ema_weight(fast), slow, ema_weight(slow), signal, values=values
    )


class Macd(OneInput[MacdLines[float]], of=macd, title="Moving average convergence and divergence"):
    """Streaming twin of :func:`macd`."""

    lines = MacdLines
    fast: int = length(12, "Fast average, bars")
    slow: int = length(26, "Slow average, bars")
    signal: int = length(9, "Signal average, bars")

    @classmethod
    def _compare(cls, fast: int, slow: int, _signal: int) -> None:
        check_order(cls.name, fast, slow)

    def _rows_of_warmup(self) -> int:
        return self.slow + self.signal - 2

    def _start(self) -> None:
        self._state = NO_MACD

    def _advance(self, value: float) -> MacdLines[float]:
        near, far = ema_weight(self.fast), ema_weight(self.slow)
        self._state, line, signal = macd_step(
            value, self._count, self._state, self.fast, near, self.slow, far, self.signal
        )
        return MacdLines(line, signal, line - signal)
