"""Flows of money over a window: the money flow index, Chaikin money flow, and the force index.

Gene Quong and Avrum Soudack, Stocks & Commodities, March 1989, as TA-Lib's MFI; Marc Chaikin; Alexander Elder,
Trading for a Living, 1993.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import CloseVolume, HighLowCloseVolume
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.volume.balances import money_flow_volume
from forexai_core.indicators.windows import Windows

__all__ = ["Cmf", "ForceIndex", "Mfi", "cmf", "force_index", "mfi"]


LEAST_FLOW = 1.0
"""Flows of a window below this count as none: TA-Lib's rule."""

Flows: TypeAlias = tuple[float, float, float, float]
"""Two sums over the window, in two parts each."""

NO_FLOWS: Flows = (0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""

Force: TypeAlias = tuple[float, Smoothing]
"""The last close, and the average."""

NO_FORCE: Force = (0.0, NO_SMOOTHING)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _flow(typical: float, last: float, volume: float) -> tuple[float, float]:
    """Give the money that came in a rise and in a fall."""
    money = typical * volume
    return money if typical > last else 0.0, money if typical < last else 0.0


@kernel(forceinline=True)
def _two_sums_step(
    one: Floats, two: Floats, i: int, seen: int, state: Flows, period: int
) -> tuple[Flows, float, float]:
    first, first_error, second, second_error = state
    old_one, old_two = (one[i - period], two[i - period]) if seen >= period else (0.0, 0.0)
    first, first_error = rolling_sum_step(first, first_error, one[i], old_one)
    second, second_error = rolling_sum_step(second, second_error, two[i], old_two)
    return (first, first_error, second, second_error), first + first_error, second + second_error


@kernel(forceinline=True)
def _mfi_step(rises: Floats, falls: Floats, i: int, seen: int, state: Flows, period: int) -> tuple[Flows, float]:
    state, came, went = _two_sums_step(rises, falls, i, seen, state, period)
    if seen < period - 1:
        return state, math.nan
    whole = came + went
    return state, 0.0 if whole < LEAST_FLOW else 100.0 * (came / whole)


@kernel(forceinline=True)
def _typical_step(high: float, low: float, close: float) -> float:
    return (high + low + close) / 3.0


@kernel
def _write_flows(high: Floats, low: Floats, close: Floats, volume: Floats, rises: Floats, falls: Floats) -> None:
    last = _typical_step(high[0], low[0], close[0])
    for k in range(rises.shape[0]):
        typical = _typical_step(high[k + 1], low[k + 1], close[k + 1])
        rises[k], falls[k] = _flow(typical, last, volume[k + 1])
        last = typical


@kernel
def _write_mfi(rises: Floats, falls: Floats, period: int, out: Floats) -> None:
    state = NO_FLOWS
    for i in range(out.shape[0]):
        state, out[i] = _mfi_step(rises, falls, i, i, state, period)


def _mfi(high: Floats, low: Floats, close: Floats, volume: Floats, period: int, out: Floats) -> None:
    out[:1] = math.nan
    if out.shape[0] > 1:
        rises, falls = np.empty((2, out.shape[0] - 1))
        _write_flows(high, low, close, volume, rises, falls)
        _write_mfi(rises, falls, period, out[1:])


@kernel(forceinline=True)
def _cmf_step(weighed: Floats, volume: Floats, i: int, seen: int, state: Flows, period: int) -> tuple[Flows, float]:
    state, flow, whole = _two_sums_step(weighed, volume, i, seen, state, period)
    if seen < period - 1:
        return state, math.nan
    return state, 0.0 if whole == 0.0 else flow / whole


@kernel
def _write_cmf(
    high: Floats, low: Floats, close: Floats, volume: Floats, period: int, weighed: Floats, out: Floats
) -> None:
    state = NO_FLOWS
    for i in range(out.shape[0]):
        weighed[i] = money_flow_volume(high[i], low[i], close[i], volume[i])
        state, out[i] = _cmf_step(weighed, volume, i, i, state, period)


def _cmf(high: Floats, low: Floats, close: Floats, volume: Floats, period: int, out: Floats) -> None:
    _write_cmf(high, low, close, volume, period, np.empty(out.shape[0]), out)


@kernel(forceinline=True)
def _force_step(close: float, volume: float, seen: int, state: Force, period: int) -> tuple[Force, float]:
    last, smoothing = state
    if seen == 0:
        return (close, smoothing), math.nan
    smoothing, average = ema_step((close - last) * volume, seen - 1, smoothing, period, 2.0 / (period + 1.0))
    return (close, smoothing), average


def mfi(high: ArrayLike, low: ArrayLike, close: ArrayLike, volume: ArrayLike, period: int = 14) -> Floats:
    """Measure the share of money that came in rises of the typical price.

    Parameters
    ----------
    high, low, close, volume : (rows,) array_like
        Prices and volumes of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; NaN in the first ``period`` rows; 0 where less than 1 was moved.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Mfi.checked(period)
    return one_line("mfi", _mfi, period, high=high, low=low, close=close, volume=volume)


class Mfi(HighLowCloseVolume[float], of=mfi, title="Money flow index", aliases=("imfi",)):
    """Streaming twin of :func:`mfi`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state, self._last = NO_FLOWS, 0.0
        self._windows = Windows(2, self.period + 1)

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        last, self._last = self._last, _typical_step(high, low, close)
        if self._count == 0:
            return math.nan
        i = self._windows.push(*_flow(self._last, last, volume))
        self._state, output = _mfi_step(*self._windows.pair, i, self._count - 1, self._state, self.period)
        return output


def cmf(high: ArrayLike, low: ArrayLike, close: ArrayLike, volume: ArrayLike, period: int = 20) -> Floats:
    """Relate volumes, weighed by where their bars closed, to all volume of the window.

    Parameters
    ----------
    high, low, close, volume : (rows,) array_like
        Prices and volumes of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        -1 to 1; NaN in the first ``period - 1`` rows; 0 where nothing was traded.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = Cmf.checked(period)
    return one_line("cmf", _cmf, period, high=high, low=low, close=close, volume=volume)


class Cmf(HighLowCloseVolume[float], of=cmf, title="Chaikin money flow", aliases=("chaikin_money_flow",)):
    """Streaming twin of :func:`cmf`."""

    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_FLOWS
        self._windows = Windows(2, self.period + 1)

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        i = self._windows.push(money_flow_volume(high, low, close, volume), volume)
        self._state, output = _cmf_step(*self._windows.pair, i, self._count, self._state, self.period)
        return output


@kernel
def _force_index(close: Floats, volume: Floats, period: int, out: Floats) -> None:
    state = NO_FORCE
    start = min(period + 1, close.shape[0])
    for i in range(start):
        state, out[i] = _force_step(close[i], volume[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    closes, volumes = close[start:], volume[start:]
    out = out[start:]
    for k in range(closes.shape[0]):
        state, out[k] = _force_step(closes[k], volumes[k], period + 1, state, period)


def force_index(close: ArrayLike, volume: ArrayLike, period: int = 13) -> Floats:
    """Average the moves of closes times the volumes that made them.

    Parameters
    ----------
    close, volume : (rows,) array_like
        Closes and volumes of bars.
    period : int
        Length of the exponential average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = ForceIndex.checked(period)
    return one_line("force_index", _force_index, period, close=close, volume=volume)


class ForceIndex(CloseVolume[float], of=force_index, title="Force index", aliases=("force", "iforce")):
    """Streaming twin of :func:`force_index`."""

    period: int = length(13)

    def _rows_of_warmup(self) -> int:
        return self.period

    def _start(self) -> None:
        self._state = NO_FORCE

    def _advance(self, close: float, volume: float) -> float:
        self._state, output = _force_step(close, volume, self._count, self._state, self.period)
        return output
