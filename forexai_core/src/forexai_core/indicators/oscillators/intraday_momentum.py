"""Intraday momentum index: an RSI of the bodies of candles.

Tushar Chande, Stanley Kroll, The New Technical Trader, 1994; as TA-Lib's IMI.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OpenClose
from forexai_core.indicators.inputs import NEGLIGIBLE, Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.rolling_sums import rolling_sum_step
from forexai_core.indicators.windows import Window

__all__ = ["IntradayMomentum", "intraday_momentum"]

Bodies: TypeAlias = tuple[float, float, float, float]
"""Sums of the bodies that rose and of those that fell, in two parts each."""

NO_BODIES: Bodies = (0.0, 0.0, 0.0, 0.0)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _bodies_step(body: float, leaving: float, state: Bodies) -> tuple[Bodies, float]:
    up, up_error, down, down_error = state
    up, up_error = rolling_sum_step(up, up_error, max(body, 0.0), max(leaving, 0.0))
    down, down_error = rolling_sum_step(down, down_error, max(-body, 0.0), max(-leaving, 0.0))
    rises, falls = up + up_error, down + down_error
    whole = rises + falls
    return (up, up_error, down, down_error), 50.0 if whole < NEGLIGIBLE else 100.0 * rises / whole


@kernel
def _intraday_momentum(opens: Floats, close: Floats, period: int, out: Floats) -> None:
    state = NO_BODIES
    rows = close.shape[0]
    for i in range(min(period, rows)):
        state, out[i] = _bodies_step(close[i] - opens[i], 0.0, state)
    for i in range(period, rows):
        state, out[i] = _bodies_step(close[i] - opens[i], close[i - period] - opens[i - period], state)
    out[: min(period - 1, rows)] = math.nan


def intraday_momentum(open: ArrayLike, close: ArrayLike, period: int = 14) -> Floats:  # noqa: A002  (the column's name)
    """Relate the bodies of the candles that rose to those of all.

    Parameters
    ----------
    open, close : (rows,) array_like
        Prices of bars.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        0 to 100; 50 where no candle of the window has a body; NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    (period,) = IntradayMomentum.checked(period)
    return one_line("intraday_momentum", _intraday_momentum, period, open=open, close=close)


class IntradayMomentum(OpenClose[float], of=intraday_momentum, title="Intraday momentum index", aliases=("imi",)):
    """Streaming twin of :func:`intraday_momentum`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_BODIES
        self._window = Window(self.period + 1)

    def _advance(self, opened: float, close: float) -> float:
        body = close - opened
        leaving = self._window.values[self._window.push(body) - self.period]
        self._state, output = _bodies_step(body, leaving, self._state)
        return math.nan if self._count < self._warmup else output
