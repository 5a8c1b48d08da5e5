"""Smoothed moving average: Wilder's, MetaTrader's SMMA.

J. Welles Wilder, New Concepts in Technical Trading Systems, 1978: an exponential average of weight ``1 / period`` that
starts from the simple average of the first ``period`` values.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import one_line
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length

__all__ = ["Smma", "smma"]


@kernel(forceinline=True)
def _smma_step(value: float, seen: int, state: Smoothing, period: int) -> tuple[Smoothing, float]:
    return ema_step(value, seen, state, period, 1.0 / period)


@kernel
def _smma(values: Floats, period: int, out: Floats) -> None:
    state = NO_SMOOTHING
    start = min(period - 1 + 1, values.shape[0])
    for i in range(start):
        state, out[i] = _smma_step(values[i], i, state, period)
    # The warm-up is over: told so by a constant, the compiler drops its branches.
    newest = values[start:]
    out = out[start:]
    for k in range(newest.shape[0]):
        state, out[k] = _smma_step(newest[k], period - 1 + 1, state, period)


def smma(values: ArrayLike, period: int = 14) -> Floats:
    """Average by Wilder's smoothing.

    Parameters
    ----------
    values : (rows,) array_like
        Prices or another finite quantity.
    period : int
        Length of the average, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Smma.checked(period)
    return one_line("smma", _smma, period, values=values)


class Smma(
    OneInput[float], of=smma, title="Smoothed moving average", overlay=True, aliases=("wilder", "rma", "smoothed")
):
    """Streaming twin of :func:`smma`."""

    period: int = length(14)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._state = NO_SMOOTHING

    def _advance(self, value: float) -> float:
        self._state, output = _smma_step(value, self._count, self._state, self.period)
        return output
