"""Oscillators of single bars: the balance of power, and Elder's bull and bear power.

Igor Livshin, Stocks & Commodities, August 2001, as TA-Lib's BOP; Alexander Elder, Trading for a Living, 1993, as
MetaTrader's Bulls Power and Bears Power.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line_told, several_lines
from forexai_core.indicators.feeds import HighLowClose, OpenHighLowClose
from forexai_core.indicators.inputs import (
    NEGLIGIBLE,
    Floats,
)
from forexai_core.indicators.parameters import length

__all__ = ["Bop", "ElderLines", "ElderRay", "bop", "elder_ray"]

Line = TypeVar("Line")


@kernel(forceinline=True)
def _balance_step(opened: float, high: float, low: float, close: float) -> float:
    width = high - low
    return 0.0 if width < NEGLIGIBLE else (close - opened) / width


@kernel
def _bop(opens: Floats, high: Floats, low: Floats, close: Floats, out: Floats) -> bool:
    finite = True
    for i in range(out.shape[0]):
        probe = (high[i] - low[i]) + (close[i] - opens[i])
        finite &= probe - probe == 0.0
        out[i] = _balance_step(opens[i], high[i], low[i], close[i])
    return finite


@kernel(forceinline=True)
def _elder_step(
    high: float, low: float, close: float, seen: int, state: Smoothing, period: int
) -> tuple[Smoothing, float, float]:
    state, average = ema_step(close, seen, state, period, 2.0 / (period + 1.0))
    return state, high - average, low - average


def bop(open: ArrayLike, high: ArrayLike, low: ArrayLike, close: ArrayLike) -> Floats:  # noqa: A002  (the column's name)
    """Relate the body of every bar to its range.

    Parameters
    ----------
    open, high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    (rows,) float64
        -1 to 1; 0 where the range is empty.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return one_line_told("bop", _bop, open=open, high=high, low=low, close=close)


class Bop(OpenHighLowClose[float], of=bop, title="Balance of power", aliases=("balance_of_power",)):
    """Streaming twin of :func:`bop`."""

    def _advance(self, opened: float, high: float, low: float, close: float) -> float:
        return _balance_step(opened, high, low, close)


class ElderLines(NamedTuple, Generic[Line]):
    """Elder ray: bull and bear power: arrays from the batch form, floats from the streaming form."""

    bull_power: Line
    """High less average."""
    bear_power: Line
    """Low less average."""


@kernel
def _elder_ray(high: Floats, low: Floats, close: Floats, period: int, out: Floats) -> None:
    state = NO_SMOOTHING
    bull_power, bear_power = out[0], out[1]
    start = min(period - 1 + 1, high.shape[0])
    for i in range(start):
        state, bull_power[i], bear_power[i] = _elder_step(high[i], low[i], close[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, closes = high[start:], low[start:], close[start:]
    bull_power, bear_power = bull_power[start:], bear_power[start:]
    for k in range(tops.shape[0]):
        state, bull_power[k], bear_power[k] = _elder_step(tops[k], bottoms[k], closes[k], period - 1 + 1, state, period)


def elder_ray(high: ArrayLike, low: ArrayLike, close: ArrayLike, period: int = 13) -> ElderLines[Floats]:
    """Measure how far a bar reaches above and below an exponential average of closes.

    Parameters
    ----------
    high, low, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the exponential average, at least 1.

    Returns
    -------
    ElderLines
        Two (rows,) float64; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = ElderRay.checked(period)
    return several_lines(ElderLines[Floats], "elder_ray", _elder_ray, period, high=high, low=low, close=close)


class ElderRay(
    HighLowClose[ElderLines[float]],
    of=elder_ray,
    title="Elder ray: bull and bear power",
    aliases=("bulls_power", "bears_power", "ibullspower", "ibearspower"),
):
    """Streaming twin of :func:`elder_ray`."""

    lines = ElderLines
    period: int = length(13)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_SMOOTHING

    def _advance(self, high: float, low: float, close: float) -> ElderLines[float]:
        self._state, bull_power, bear_power = _elder_step(high, low, close, self._count, self._state, self.period)
        return ElderLines(bull_power, bear_power)
