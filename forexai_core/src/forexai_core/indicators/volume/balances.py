"""Running balances of volume: on-balance volume, and the accumulation/distribution line with its oscillator.

Joseph Granville, New Key to Stock Market Profits, 1963; Marc Chaikin. As TA-Lib's OBV, AD and ADOSC.
"""

from __future__ import annotations

import math
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats, check_bars, check_whole_number
from forexai_core.indicators.streaming import CloseVolume, HighLowCloseVolume, OneOutput

__all__ = ["Ad", "Adosc", "Obv", "ad", "adosc", "money_flow_volume", "obv"]


Balance: TypeAlias = tuple[float, float]
"""The balance, and the last close."""

NO_BALANCE: Balance = (0.0, 0.0)
"""The state of before the first bar."""

Oscillation: TypeAlias = tuple[float, float, float]
"""The line, and its fast and slow averages."""

NO_OSCILLATION: Oscillation = (0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _obv_step(close: float, volume: float, seen: int, state: Balance) -> tuple[Balance, float]:
    balance, last = state
    if seen == 0:
        return (volume, close), volume
    balance += ((close > last) - (close < last)) * volume  # no branch: nobody can predict which way
    return (balance, close), balance


@kernel(forceinline=True)
def money_flow_volume(high: float, low: float, close: float, volume: float) -> float:
    """Weigh a volume by where the bar closed in its range.

    Parameters
    ----------
    high, low, close, volume : float
        The bar.

    Returns
    -------
    float
        ``volume`` of a close at the high, ``-volume`` of one at the low; 0 where the range is empty.
    """
    width = high - low
    return 0.0 if width <= 0.0 else ((close - low) - (high - close)) / width * volume


@kernel(forceinline=True)
def _ad_step(high: float, low: float, close: float, volume: float, _seen: int, state: float) -> tuple[float, float]:
    state += money_flow_volume(high, low, close, volume)
    return state, state


@kernel(forceinline=True)
def _adosc_step(
    high: float, low: float, close: float, volume: float, seen: int, state: Oscillation, fast: int, slow: int
) -> tuple[Oscillation, float]:
    line, near, far = state
    line += money_flow_volume(high, low, close, volume)
    if seen == 0:
        near, far = line, line
    else:
        weight, slow_weight = 2.0 / (fast + 1.0), 2.0 / (slow + 1.0)
        near = weight * line + (1.0 - weight) * near
        far = slow_weight * line + (1.0 - slow_weight) * far
    return (line, near, far), math.nan if seen < max(fast, slow) - 1 else near - far


@kernel
def _obv(close: Floats, volume: Floats, out: Floats) -> None:
    state = NO_BALANCE
    start = min(0 + 1, close.shape[0])
    for i in range(start):
        state, out[i] = _obv_step(close[i], volume[i], i, state)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    closes, volumes = close[start:], volume[start:]
    out = out[start:]
    for k in range(closes.shape[0]):
        state, out[k] = _obv_step(closes[k], volumes[k], 0 + 1, state)


def obv(close: ArrayLike, volume: ArrayLike) -> Floats:
    """Add the volume of every bar that closes higher, and subtract that of every one that closes lower.

    Parameters
    ----------
    close, volume : (rows,) array_like
        Closes and volumes of bars.

    Returns
    -------
    (rows,) float64
        In units of volume, from the volume of the first bar on.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    closes, volumes = check_bars("obv", close=close, volume=volume)
    out = np.empty(closes.shape[0])
    _obv(closes, volumes, out)
    return out


class Obv(OneOutput, CloseVolume[float]):
    """Streaming twin of :func:`obv`."""

    name: ClassVar[str] = "obv"

    def __init__(self) -> None:
        super().__init__(warmup=0)

    def _start(self) -> None:
        self._state = NO_BALANCE

    def _advance(self, close: float, volume: float) -> float:
        self._state, output = _obv_step(close, volume, self._count, self._state)
        return output


@kernel
def _ad(high: Floats, low: Floats, close: Floats, volume: Floats, out: Floats) -> None:
    state = 0.0
    start = min(0 + 1, high.shape[0])
    for i in range(start):
        state, out[i] = _ad_step(high[i], low[i], close[i], volume[i], i, state)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, closes, volumes = high[start:], low[start:], close[start:], volume[start:]
    out = out[start:]
    for k in range(tops.shape[0]):
        state, out[k] = _ad_step(tops[k], bottoms[k], closes[k], volumes[k], 0 + 1, state)


def ad(high: ArrayLike, low: ArrayLike, close: ArrayLike, volume: ArrayLike) -> Floats:
    """Add up volumes, each weighed by where its bar closed in its range.

    Parameters
    ----------
    high, low, close, volume : (rows,) array_like
        Prices and volumes of bars.

    Returns
    -------
    (rows,) float64
        In units of volume.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    highs, lows, closes, volumes = check_bars("ad", high=high, low=low, close=close, volume=volume)
    out = np.empty(highs.shape[0])
    _ad(highs, lows, closes, volumes, out)
    return out


class Ad(OneOutput, HighLowCloseVolume[float]):
    """Streaming twin of :func:`ad`."""

    name: ClassVar[str] = "ad"

    def __init__(self) -> None:
        super().__init__(warmup=0)

    def _start(self) -> None:
        self._state = 0.0

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        self._state, output = _ad_step(high, low, close, volume, self._count, self._state)
        return output


@kernel
def _adosc(high: Floats, low: Floats, close: Floats, volume: Floats, fast: int, slow: int, out: Floats) -> None:
    state = NO_OSCILLATION
    start = min(max(fast, slow) - 1 + 1, high.shape[0])
    for i in range(start):
        state, out[i] = _adosc_step(high[i], low[i], close[i], volume[i], i, state, fast, slow)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    tops, bottoms, closes, volumes = high[start:], low[start:], close[start:], volume[start:]
    out = out[start:]
    for k in range(tops.shape[0]):
        state, out[k] = _adosc_step(
            tops[k], bottoms[k], closes[k], volumes[k], max(fast, slow) - 1 + 1, state, fast, slow
        )


def adosc(
    high: ArrayLike, low: ArrayLike, close: ArrayLike, volume: ArrayLike, fast: int = 3, slow: int = 10
) -> Floats:
    """Subtract a slow from a fast average of the accumulation/distribution line.

    Parameters
    ----------
    high, low, close, volume : (rows,) array_like
        Prices and volumes of bars.
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.

    Returns
    -------
    (rows,) float64
        In units of volume; NaN in the first ``max(fast, slow) - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    fast = check_whole_number("adosc", "fast", fast)
    slow = check_whole_number("adosc", "slow", slow)
    highs, lows, closes, volumes = check_bars("adosc", high=high, low=low, close=close, volume=volume)
    out = np.empty(highs.shape[0])
    _adosc(highs, lows, closes, volumes, fast, slow, out)
    return out


class Adosc(OneOutput, HighLowCloseVolume[float]):
    """Streaming twin of :func:`adosc`.

    Parameters
    ----------
    fast : int
        Length of the fast average, at least 1.
    slow : int
        Length of the slow average, at least 1.
    """

    name: ClassVar[str] = "adosc"

    def __init__(self, fast: int = 3, slow: int = 10) -> None:
        self.fast = check_whole_number(self.name, "fast", fast)
        self.slow = check_whole_number(self.name, "slow", slow)
        super().__init__(warmup=max(self.fast, self.slow) - 1)

    def _start(self) -> None:
        self._state = NO_OSCILLATION

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        self._state, output = _adosc_step(high, low, close, volume, self._count, self._state, self.fast, self.slow)
        return output
