"""Volume-weighted average price (VWAP) of the day so far.

The typical price, weighed by volume, from the first bar of each trading day on.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import (
    Floats,
    Integers,
    check_aligned,
    check_bars,
    check_finite,
    check_integer_series,
)
from forexai_core.indicators.levels.period_ranges import check_never_falls, check_whole
from forexai_core.indicators.parameters import BAR
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = ["Vwap", "vwap"]

Traded: TypeAlias = tuple[int, float, float]
"""The day, and its sums of prices times volumes and of volumes."""

NOTHING_TRADED: Traded = (-(2**63), 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _vwap_step(high: float, low: float, close: float, volume: float, day: int, state: Traded) -> tuple[Traded, float]:
    last, money, traded = state
    if day != last:
        money, traded = 0.0, 0.0
    typical = (high + low + close) / 3.0
    money += typical * volume
    traded += volume
    return (day, money, traded), typical if traded == 0.0 else money / traded


@kernel
def _vwap(high: Floats, low: Floats, close: Floats, volume: Floats, day: Integers, out: Floats) -> None:
    state = NOTHING_TRADED
    for i in range(out.shape[0]):
        state, out[i] = _vwap_step(high[i], low[i], close[i], volume[i], day[i], state)


def vwap(high: ArrayLike, low: ArrayLike, close: ArrayLike, volume: ArrayLike, day: ArrayLike) -> Floats:
    """Average the typical prices of the day so far by their volumes.

    Parameters
    ----------
    high, low, close, volume : (rows,) array_like
        Prices and volumes of bars.
    day : (rows,) array_like of int64
        Number of the trading day of every bar, on the clock that days are counted by; never falls. Every change starts
        a new average.

    Returns
    -------
    (rows,) float64
        From the first row on; the typical price until something is traded.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, lengths differ, or ``day`` falls.
    """
    highs, lows, closes, volumes = check_bars("vwap", high=high, low=low, close=close, volume=volume)
    days = check_integer_series("vwap", "day", day)
    out = np.empty(check_aligned("vwap", high=highs, day=days))
    check_never_falls("vwap", "day", days)
    _vwap(highs, lows, closes, volumes, days, out)
    return out


class Vwap(StreamingIndicator[float], of=vwap, title="Volume-weighted average price of the day", overlay=True):
    """Streaming twin of :func:`vwap`."""

    columns = (*BAR, "volume", "day")

    def update(self, high: float, low: float, close: float, volume: float, day: int) -> float:
        """Take the newest bar.

        Parameters
        ----------
        high, low, close, volume : float
            Prices and volume of the bar, finite.
        day : int
            Number of its trading day, no less than the one before.

        Returns
        -------
        float
            The average of the day so far.

        Raises
        ------
        DataShapeError
            If a price or the volume is not a finite number, or ``day`` is not whole or falls.
        """
        row = {"high": high, "low": low, "close": close, "volume": volume}
        bar = [check_finite(self.name, argument, value) for argument, value in row.items()]
        number = check_whole(self.name, "day", day, self._state[0] if self._count else None)
        self._value = self._advance(bar[0], bar[1], bar[2], bar[3], number)
        self._count += 1
        return self._value

    def _start(self) -> None:
        self._state = NOTHING_TRADED

    def _advance(self, high: float, low: float, close: float, volume: float, day: int) -> float:
        self._state, output = _vwap_step(high, low, close, volume, day, self._state)
        return output
