"""Know sure thing (KST), and the detrended price oscillator.

Martin Pring, Stocks & Commodities, September 1992: four smoothed rates of change that weigh 1, 2, 3 and 4.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.simple_average import MeanOfWindow, write_means
from forexai_core.indicators.batches import one_line, several_lines
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.oscillators.rates_of_change import Roc, roc
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Window

__all__ = ["Dpo", "Kst", "KstLines", "dpo", "kst"]

Line = TypeVar("Line")


@kernel(forceinline=True)
def _sum_step(one: float, two: float, three: float, four: float) -> float:
    return one + 2.0 * two + 3.0 * three + 4.0 * four


@kernel
def _write_sums(one: Floats, two: Floats, three: Floats, four: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _sum_step(one[i], two[i], three[i], four[i])


def _smoothed_rate(values: Floats, distance: int, smoothing: int) -> Floats:
    out = np.full(values.shape[0], math.nan)
    write_means(roc(values, distance)[distance:], smoothing, out[distance:])
    return out


def _kst(
    values: Floats,
    first: int,
    second: int,
    third: int,
    fourth: int,
    smoothing: int,
    last_smoothing: int,
    signal: int,
    out: Floats,
) -> None:
    one, two, three = (_smoothed_rate(values, distance, smoothing) for distance in (first, second, third))
    _write_sums(one, two, three, _smoothed_rate(values, fourth, last_smoothing), out[0])
    start = min(_first_sum(first, second, third, fourth, smoothing, last_smoothing), values.shape[0])
    out[1, :start] = math.nan
    write_means(out[0, start:], signal, out[1, start:])
    out[0, : min(start + signal - 1, values.shape[0])] = math.nan


def _first_sum(first: int, second: int, third: int, fourth: int, smoothing: int, last_smoothing: int) -> int:
    return max(max(first, second, third) + smoothing, fourth + last_smoothing) - 1


@kernel(forceinline=True)
def _detrend_step(values: Floats, i: int, mean: float, period: int) -> float:
    return values[i - (period // 2 + 1)] - mean


@kernel
def _detrend(values: Floats, period: int, out: Floats) -> None:
    first = min(max(period - 1, period // 2 + 1), out.shape[0])
    out[:first] = math.nan
    for i in range(first, out.shape[0]):
        out[i] = _detrend_step(values, i, out[i], period)


def _dpo(values: Floats, period: int, out: Floats) -> None:
    write_means(values, period, out)
    _detrend(values, period, out)


class KstLines(NamedTuple, Generic[Line]):
    """Know sure thing: arrays from the batch form, floats from the streaming form."""

    kst: Line
    """Weighted sum of the rates, percent."""
    signal: Line
    """Its simple average."""


def kst(
    values: ArrayLike,
    first: int = 10,
    second: int = 15,
    third: int = 20,
    fourth: int = 30,
    smoothing: int = 10,
    last_smoothing: int = 15,
    signal: int = 9,
) -> KstLines[Floats]:
    """Add up four smoothed rates of change, the slower the heavier.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    first : int
        Distance of the first rate of change, at least 1.
    second : int
        Distance of the second, at least 1.
    third : int
        Distance of the third, at least 1.
    fourth : int
        Distance of the fourth, at least 1.
    smoothing : int
        Length of the averages of the first three rates, at least 1.
    last_smoothing : int
        Length of the average of the fourth, at least 1.
    signal : int
        Length of the signal average, at least 1.

    Returns
    -------
    KstLines
        Two (rows,) float64; NaN until the signal has its first value.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    first, second, third, fourth, smoothing, last_smoothing, signal = Kst.checked(
        first, second, third, fourth, smoothing, last_smoothing, signal
    )
    return several_lines(
        KstLines[Floats], "kst", _kst, first, second, third, fourth, smoothing, last_smoothing, signal, values=values
    )


class Kst(OneInput[KstLines[float]], of=kst, title="Know sure thing"):
    """Streaming twin of :func:`kst`."""

    lines = KstLines
    first: int = length(10, "First rate, bars")
    second: int = length(15, "Second rate, bars")
    third: int = length(20, "Third rate, bars")
    fourth: int = length(30, "Fourth rate, bars")
    smoothing: int = length(10, "Their averages, bars")
    last_smoothing: int = length(15, "Average of the fourth, bars")
    signal: int = length(9, "Signal average, bars")

    def _rows_of_warmup(self) -> int:
        longest = max(self.first, self.second, self.third) + self.smoothing
        return max(longest, self.fourth + self.last_smoothing) + self.signal - 2

    def _start(self) -> None:
        distances = self.first, self.second, self.third, self.fourth
        lengths = *(self.smoothing,) * 3, self.last_smoothing
        self._rates = [(Roc(distance), MeanOfWindow(n)) for distance, n in zip(distances, lengths, strict=True)]
        self._mean = MeanOfWindow(self.signal)
        self._first = _first_sum(*distances, self.smoothing, self.last_smoothing)

    def _advance(self, value: float) -> KstLines[float]:
        rates = []
        for rate, mean in self._rates:
            change = rate.update(value)
            rates.append(mean.push(change, self._count - rate.period) if rate.ready else math.nan)
        if self._count < self._first:
            return self._nothing()
        line = _sum_step(rates[0], rates[1], rates[2], rates[3])
        signal = self._mean.push(line, self._count - self._first)
        return KstLines(line, signal) if self._count >= self._warmup else self._nothing()


def dpo(values: ArrayLike, period: int = 20) -> Floats:
    """Subtract the average from the value half a window before, which the average is centred on.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``max(period - 1, period // 2 + 1)`` rows. Nothing looks ahead: the line is not shifted back.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Dpo.checked(period)
    return one_line("dpo", _dpo, period, values=values)


class Dpo(OneInput[float], of=dpo, title="Detrended price oscillator", aliases=("detrended",)):
    """Streaming twin of :func:`dpo`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return max(self.period - 1, self.period // 2 + 1)

    def _start(self) -> None:
        self._mean = MeanOfWindow(self.period)
        self._window = Window(self.period // 2 + 2)

    def _advance(self, value: float) -> float:
        i, mean = self._window.push(value), self._mean.push(value, self._count)
        return math.nan if self._count < self._warmup else _detrend_step(self._window.values, i, mean, self.period)
