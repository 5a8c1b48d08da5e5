"""Highest and lowest value of a moving window: the same numbers as TA-Lib's MAX and MIN."""

from __future__ import annotations

from numpy.typing import ArrayLike

from forexai_core.indicators.batches import one_line_told
from forexai_core.indicators.feeds import OneInput
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, room_for_extremes, write_extremes
from forexai_core.indicators.parameters import length

__all__ = ["Highest", "Lowest", "highest", "lowest"]


def highest(values: ArrayLike, period: int = 20) -> Floats:
    """Find the highest of the last ``period`` values, the row's own included.

    Parameters
    ----------
    values : (rows,) array_like
        Highs, usually, or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows. A breakout above it compares with the row before.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Highest.checked(period)
    return one_line_told("highest", write_extremes, period, 1.0, room_for_extremes(period), values=values)


def lowest(values: ArrayLike, period: int = 20) -> Floats:
    """Find the lowest of the last ``period`` values, the row's own included.

    Parameters
    ----------
    values : (rows,) array_like
        Lows, usually, or another finite quantity.
    period : int
        Length of the window, at least 1.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows. A breakout below it compares with the row before.

    Raises
    ------
    ConfigError
        If ``period`` is no whole number of at least 1.
    DataShapeError
        If ``values`` is not one column of finite numbers.
    """
    (period,) = Lowest.checked(period)
    return one_line_told("lowest", write_extremes, period, -1.0, room_for_extremes(period), values=values)


class Highest(OneInput[float], of=highest, title="Highest value", overlay=True, aliases=("max",)):
    """Streaming twin of :func:`highest`."""

    columns = ("high",)
    source = "high"
    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._extreme = RunningExtreme(self.period, 1.0)

    def _advance(self, value: float) -> float:
        return self._extreme.push(value, self._count)


class Lowest(OneInput[float], of=lowest, title="Lowest value", overlay=True, aliases=("min",)):
    """Streaming twin of :func:`lowest`."""

    columns = ("low",)
    source = "low"
    period: int = length(20)

    def _rows_of_warmup(self) -> int:
        return self.period - 1

    def _start(self) -> None:
        self._extreme = RunningExtreme(self.period, -1.0)

    def _advance(self, value: float) -> float:
        return self._extreme.push(value, self._count)
