"""Running balances of volume: on-balance volume, and the accumulation/distribution line with its oscillator.

Joseph Granville, New Key to Stock Market Profits, 1963; Marc Chaikin. As TA-Lib's OBV, AD and ADOSC.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, settled_ema_step
from forexai_core.indicators.batches import one_line, one_line_told
from forexai_core.indicators.feeds import CloseVolume, HighLowCloseVolume
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = ["Ad", "Adosc", "Obv", "ad", "adosc", "money_flow_volume", "obv"]


CHUNK = 64
"""Rows that a batch does at once: so few that a processor divides for the next ones while it adds these up."""

Balance: TypeAlias = tuple[float, float]
"""The balance, and the last close."""

NO_BALANCE: Balance = (0.0, 0.0)
"""The state of before the first bar."""

Oscillation: TypeAlias = tuple[float, Smoothing, Smoothing]
"""The line, and its fast and slow averages."""

NO_OSCILLATION: Oscillation = (0.0, NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _obv_step(close: float, volume: float, seen: int, state: Balance) -> tuple[Balance, float]:
    balance, last = state
    if seen == 0:
        return (volume, close), volume
    sign = (1.0 if close > last else 0.0) - (1.0 if close < last else 0.0)  # no branch: nobody can predict which way
    balance += sign * volume
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
def _ad_step(flow: float, state: float) -> tuple[float, float]:
    state += flow
    return state, state


@kernel(forceinline=True)
def _begin_adosc(flow: float) -> Oscillation:
    """Begin both averages with the first value of the line."""
    begun = (0.0, flow, flow)
    return flow, begun, begun


@kernel(forceinline=True)
def _adosc_step(flow: float, state: Oscillation, fast: int, slow: int) -> tuple[Oscillation, float]:
    line = state[0] + flow
    near, quick = settled_ema_step(line, state[1], 2.0 / (fast + 1.0))
    far, late = settled_ema_step(line, state[2], 2.0 / (slow + 1.0))
    return (line, near, far), quick - late


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
    return one_line("obv", _obv, close=close, volume=volume)


class Obv(CloseVolume[float], of=obv, title="On-balance volume", aliases=("iobv",)):
    """Streaming twin of :func:`obv`."""

    def _start(self) -> None:
        self._state = NO_BALANCE

    def _advance(self, close: float, volume: float) -> float:
        self._state, output = _obv_step(close, volume, self._count, self._state)
        return output


@kernel
def _write_flows(high: Floats, low: Floats, close: Floats, volume: Floats, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        probe = (high[k] - low[k]) + (close[k] - volume[k])
        finite &= probe - probe == 0.0
        out[k] = money_flow_volume(high[k], low[k], close[k], volume[k])
    return finite


@kernel
def _ad(high: Floats, low: Floats, close: Floats, volume: Floats, out: Floats) -> bool:
    state = 0.0
    finite = True
    # In chunks, so that the divisions, which do not wait for the row before, are done for several rows at once.
    for start in range(0, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        line = out[start:stop]
        finite &= _write_flows(high[start:stop], low[start:stop], close[start:stop], volume[start:stop], line)
        for k in range(line.shape[0]):
            state, line[k] = _ad_step(line[k], state)
    return finite


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
    return one_line_told("ad", _ad, high=high, low=low, close=close, volume=volume)


class Ad(
    HighLowCloseVolume[float],
    of=ad,
    title="Accumulation/distribution line",
    aliases=("iad", "accumulation_distribution"),
):
    """Streaming twin of :func:`ad`."""

    def _start(self) -> None:
        self._state = 0.0

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        self._state, output = _ad_step(money_flow_volume(high, low, close, volume), self._state)
        return output


@kernel
def _adosc(high: Floats, low: Floats, close: Floats, volume: Floats, fast: int, slow: int, out: Floats) -> bool:
    state = NO_OSCILLATION
    finite = True
    for start in range(0, out.shape[0], CHUNK):
        stop = min(start + CHUNK, out.shape[0])
        line = out[start:stop]
        finite &= _write_flows(high[start:stop], low[start:stop], close[start:stop], volume[start:stop], line)
        if start == 0:
            state = _begin_adosc(line[0])
            line[0] = 0.0
            line = line[1:]
        for k in range(line.shape[0]):
            state, line[k] = _adosc_step(line[k], state, fast, slow)
    out[: min(max(fast, slow) - 1, out.shape[0])] = math.nan
    return finite


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
    fast, slow = Adosc.checked(fast, slow)
    return one_line_told("adosc", _adosc, fast, slow, high=high, low=low, close=close, volume=volume)


class Adosc(
    HighLowCloseVolume[float],
    of=adosc,
    title="Chaikin oscillator",
    aliases=("chaikin", "ichaikin", "chaikin_oscillator"),
):
    """Streaming twin of :func:`adosc`."""

    fast: int = length(3, "Fast average, bars")
    slow: int = length(10, "Slow average, bars")

    def _rows_of_warmup(self) -> int:
        return max(self.fast, self.slow) - 1

    def _start(self) -> None:
        self._state = NO_OSCILLATION

    def _advance(self, high: float, low: float, close: float, volume: float) -> float:
        flow = money_flow_volume(high, low, close, volume)
        if self._count == 0:
            self._state, output = _begin_adosc(flow), 0.0
        else:
            self._state, output = _adosc_step(flow, self._state, self.fast, self.slow)
        return math.nan if self._count < self._warmup else output
