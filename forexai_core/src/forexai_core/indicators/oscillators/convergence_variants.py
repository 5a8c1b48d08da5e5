"""MACD with fixed weights, and with averages of any kind: as TA-Lib's MACDFIX and MACDEXT."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from forexai_core.errors import ConfigError
from forexai_core.indicators.averages.adaptive_averages import Kama
from forexai_core.indicators.averages.exponential_average import Ema, ema_weight
from forexai_core.indicators.averages.repeated_averages import Dema, Tema, Trima
from forexai_core.indicators.averages.simple_average import Sma
from forexai_core.indicators.averages.tillson_average import T3
from forexai_core.indicators.averages.weighted_average import Wma
from forexai_core.indicators.batches import several_lines_told
from forexai_core.indicators.cycles.dominant_cycle import Mama
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats, check_series
from forexai_core.indicators.oscillators.convergence import (
    NO_MACD,
    MacdLines,
    check_order,
    macd_step,
    write_macd,
)
from forexai_core.indicators.oscillators.simple_convergence import write_simple_macd
from forexai_core.indicators.parameters import choice, length
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = ["MacdExtended", "MacdFixed", "macd_extended", "macd_fixed"]

FIXED = (12, 0.15, 26, 0.075)
"""Lengths and weights of the averages that Appel tabulated; the weights are rounded from ``2 / (length + 1)``."""

_AVERAGES: tuple[type[StreamingIndicator[Any]], ...] = (Sma, Ema, Wma, Dema, Tema, Trima, Kama, Mama, T3)
"""By TA-Lib's number of their kind."""

SIMPLE, EXPONENTIAL = 0, 1


def macd_fixed(values: ArrayLike, signal: int = 9) -> MacdLines[Floats]:
    """Compare an average of 12 bars with one of 26, with the weights 0.15 and 0.075.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    signal : int
        Length of the signal's average, at least 1.

    Returns
    -------
    MacdLines
        Three (rows,) float64; NaN in the first ``signal + 24`` rows.

    Raises
    ------
    ConfigError
        If ``signal`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (signal,) = MacdFixed.checked(signal)
    return several_lines_told(MacdLines[Floats], "macd_fixed", write_macd, *FIXED, signal, values=values)


class MacdFixed(OneInput[MacdLines[float]], of=macd_fixed, title="MACD, 12 and 26 bars fixed", aliases=("macdfix",)):
    """Streaming twin of :func:`macd_fixed`."""

    lines = MacdLines
    signal: int = length(9, "Signal average, bars")

    def _rows_of_warmup(self) -> int:
        return FIXED[2] + self.signal - 2

    def _start(self) -> None:
        self._state = NO_MACD

    def _advance(self, value: float) -> MacdLines[float]:
        self._state, line, signal = macd_step(value, self._count, self._state, *FIXED, self.signal)
        return MacdLines(line, signal, line - signal)


class _Average:
    """An average of one of TA-Lib's kinds; of one row it is the row itself, whatever the kind."""

    def __init__(self, kind: int, period: int) -> None:
        twin: Callable[..., Any] = _AVERAGES[0 if period == 1 else kind]
        self._stream: StreamingIndicator[Any] = twin() if twin is Mama else twin(period)
        self._settings = () if twin is Mama else (period,)
        self.warmup = self._stream.warmup

    def of(self, values: Floats) -> Floats:
        """Average a column; without the rows of its warm-up."""
        found = self._stream.batch(values, *self._settings)
        line: Floats = found if self._stream.lines is None else found[0]
        return line[self.warmup :]

    def push(self, value: float) -> float:
        """Average a stream."""
        update: Callable[[float], Any] = getattr(self._stream, "update")  # noqa: B009  (its class knows it)
        found = update(value)
        return float(found if self._stream.lines is None else found[0])


def macd_extended(
    values: ArrayLike,
    fast: int = 12,
    fast_kind: int = 0,
    slow: int = 26,
    slow_kind: int = 0,
    signal: int = 9,
    signal_kind: int = 0,
) -> MacdLines[Floats]:
    """Compare a fast with a slow average, each of a kind of its own.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    fast, slow, signal : int
        Lengths of the three averages, at least 1; ``fast`` below ``slow``.
    fast_kind, slow_kind, signal_kind : int
        Kinds by TA-Lib's numbers: 0 simple, 1 exponential, 2 weighted, 3 DEMA, 4 TEMA, 5 triangular, 6 KAMA, 7 MAMA
        (which has no length), 8 T3.

    Returns
    -------
    MacdLines
        Three (rows,) float64; NaN until all averages are warm.

    Raises
    ------
    ConfigError
        If a parameter is out of range, or ``fast`` is not below ``slow``.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    fast, fast_kind, slow, slow_kind, signal, signal_kind = MacdExtended.checked(
        fast, fast_kind, slow, slow_kind, signal, signal_kind
    )
    kinds = {fast_kind, slow_kind, signal_kind}
    if min(fast, signal) > 1 and kinds <= {SIMPLE}:
        return several_lines_told(
            MacdLines[Floats], "macd_extended", write_simple_macd, fast, slow, signal, values=values
        )
    if min(fast, signal) > 1 and kinds <= {EXPONENTIAL}:
        settings = fast, ema_weight(fast), slow, ema_weight(slow), signal
        return several_lines_told(MacdLines[Floats], "macd_extended", write_macd, *settings, values=values)
    column = check_series("macd_extended", "values", values)
    near, far, smoothed = _Average(fast_kind, fast), _Average(slow_kind, slow), _Average(signal_kind, signal)
    first = max(near.warmup, far.warmup)
    rows, start = column.shape[0], first + smoothed.warmup
    out = np.empty((3, rows))
    if rows > start:
        # As in TA-Lib both averages begin so that their first numbers meet.
        fast_line, slow_line = near.of(column[first - near.warmup :]), far.of(column[first - far.warmup :])
        np.subtract(fast_line, slow_line, out=out[0, first:])
        out[1, start:] = smoothed.of(out[0, first:])
        np.subtract(out[0, start:], out[1, start:], out=out[2, start:])
    out[:, :start] = math.nan
    return MacdLines(*out)


class MacdExtended(
    OneInput[MacdLines[float]], of=macd_extended, title="MACD of averages of any kind", aliases=("macdext",)
):
    """Streaming twin of :func:`macd_extended`."""

    lines = MacdLines
    fast: int = length(12, "Fast average, bars")
    fast_kind: int = choice(0, "Kind of the fast average", maximum=len(_AVERAGES) - 1)
    slow: int = length(26, "Slow average, bars")
    slow_kind: int = choice(0, "Kind of the slow average", maximum=len(_AVERAGES) - 1)
    signal: int = length(9, "Signal average, bars")
    signal_kind: int = choice(0, "Kind of the signal's average", maximum=len(_AVERAGES) - 1)

    @classmethod
    def _compare(cls, fast: int, fast_kind: int, slow: int, slow_kind: int, _signal: int, signal_kind: int) -> None:
        check_order(cls.name, fast, slow)
        if max(fast_kind, slow_kind, signal_kind) >= len(_AVERAGES):
            msg = f"{cls.name}: kinds of averages go from 0 to {len(_AVERAGES) - 1}, got {fast_kind}, {slow_kind}, "
            raise ConfigError(f"{msg}{signal_kind}; pass 0 for simple averages, 1 for exponential ones.")

    def _rows_of_warmup(self) -> int:
        averages = _Average(self.fast_kind, self.fast), _Average(self.slow_kind, self.slow)
        return max(each.warmup for each in averages) + _Average(self.signal_kind, self.signal).warmup

    def _start(self) -> None:
        self._fast, self._slow = _Average(self.fast_kind, self.fast), _Average(self.slow_kind, self.slow)
        self._signal = _Average(self.signal_kind, self.signal)
        self._first = max(self._fast.warmup, self._slow.warmup)

    def _advance(self, value: float) -> MacdLines[float]:
        near = far = math.nan
        if self._count >= self._first - self._fast.warmup:
            near = self._fast.push(value)
        if self._count >= self._first - self._slow.warmup:
            far = self._slow.push(value)
        if self._count < self._first:
            return self._nothing()
        line = near - far
        signal = self._signal.push(line)
        return MacdLines(line, signal, line - signal) if self._count >= self._warmup else self._nothing()
