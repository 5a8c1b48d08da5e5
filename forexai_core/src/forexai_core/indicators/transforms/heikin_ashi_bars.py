"""Heikin-Ashi bars.

Munehisa Homma's average bars, as in MetaTrader: every opening is the middle of the body before.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import OpenHighLowClose
from forexai_core.indicators.inputs import Floats

__all__ = ["HeikinAshi", "HeikinAshiLines", "heikin_ashi"]

Line = TypeVar("Line")


Body: TypeAlias = tuple[float, float]
"""Open and close of the last Heikin-Ashi bar."""

NO_BODY: Body = (0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _heikin_step(
    opened: float, high: float, low: float, close: float, seen: int, state: Body
) -> tuple[Body, float, float, float, float]:
    begun = (opened + close) / 2.0 if seen == 0 else (state[0] + state[1]) / 2.0
    ended = (opened + high + low + close) / 4.0
    return (begun, ended), begun, max(high, begun, ended), min(low, begun, ended), ended


class HeikinAshiLines(NamedTuple, Generic[Line]):
    """Heikin-Ashi bars: arrays from the batch form, floats from the streaming form."""

    ha_open: Line
    """Middle of the body before."""
    ha_high: Line
    """Highest of high, open and close."""
    ha_low: Line
    """Lowest of low, open and close."""
    ha_close: Line
    """Mean of the four prices of the bar."""


@kernel
def _heikin_ashi(opens: Floats, high: Floats, low: Floats, close: Floats, out: Floats) -> None:
    state = NO_BODY
    ha_open, ha_high, ha_low, ha_close = out[0], out[1], out[2], out[3]
    start = min(0 + 1, opens.shape[0])
    for i in range(start):
        state, ha_open[i], ha_high[i], ha_low[i], ha_close[i] = _heikin_step(
            opens[i], high[i], low[i], close[i], i, state
        )
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    opens, tops, bottoms, closes = opens[start:], high[start:], low[start:], close[start:]
    ha_open, ha_high, ha_low, ha_close = ha_open[start:], ha_high[start:], ha_low[start:], ha_close[start:]
    for k in range(opens.shape[0]):
        state, ha_open[k], ha_high[k], ha_low[k], ha_close[k] = _heikin_step(
            opens[k], tops[k], bottoms[k], closes[k], 0 + 1, state
        )


def heikin_ashi(open: ArrayLike, high: ArrayLike, low: ArrayLike, close: ArrayLike) -> HeikinAshiLines[Floats]:  # noqa: A002  (the column's name)
    """Average bars so that trends stand out.

    Parameters
    ----------
    open, high, low, close : (rows,) array_like
        Prices of bars.

    Returns
    -------
    HeikinAshiLines
        Four (rows,) float64, from the first row on.

    Raises
    ------
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    return several_lines(
        HeikinAshiLines[Floats], "heikin_ashi", _heikin_ashi, open=open, high=high, low=low, close=close
    )


class HeikinAshi(
    OpenHighLowClose[HeikinAshiLines[float]], of=heikin_ashi, title="Heikin-Ashi bars", main="ha_close", overlay=True
):
    """Streaming twin of :func:`heikin_ashi`."""

    lines = HeikinAshiLines

    def _start(self) -> None:
        self._state = NO_BODY

    def _advance(self, opened: float, high: float, low: float, close: float) -> HeikinAshiLines[float]:
        self._state, ha_open, ha_high, ha_low, ha_close = _heikin_step(
            opened, high, low, close, self._count, self._state
        )
        return HeikinAshiLines(ha_open, ha_high, ha_low, ha_close)
