"""Ichimoku Kinko Hyo.

Goichi Hosoda, 1969; as in MetaTrader, but that no line looks ahead: the two spans of a row are those drawn over that
row, which were known ``displacement`` rows before, and the lagging line is left out: it is the close, drawn
``displacement`` rows too early. To use it, compare the close with what the price was then.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.levels.rolling_extremes import RunningExtreme, extremes_of
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Windows

__all__ = ["Ichimoku", "IchimokuLines", "ichimoku"]

Line = TypeVar("Line")


@kernel(forceinline=True)
def _middle(highest: float, lowest: float) -> float:
    return (highest + lowest) / 2.0


@kernel
def _write_middles(highs: Floats, lows: Floats, out: Floats) -> None:
    for i in range(out.shape[0]):
        out[i] = _middle(highs[i], lows[i])


@kernel
def _displace(tenkan: Floats, kijun: Floats, widest: Floats, displacement: int, out: Floats) -> None:
    span_a, span_b = out[2], out[3]
    for i in range(tenkan.shape[0]):
        if i < displacement:
            span_a[i], span_b[i] = math.nan, math.nan
        else:
            span_a[i] = _middle(tenkan[i - displacement], kijun[i - displacement])
            span_b[i] = widest[i - displacement]


def _ichimoku(high: Floats, low: Floats, tenkan: int, kijun: int, senkou: int, displacement: int, out: Floats) -> None:
    widest = np.empty(high.shape[0])
    for period, line in ((tenkan, out[0]), (kijun, out[1]), (senkou, widest)):
        _write_middles(extremes_of(high, period, 1.0), extremes_of(low, period, -1.0), line)
    _displace(out[0], out[1], widest, displacement, out)


class IchimokuLines(NamedTuple, Generic[Line]):
    """Lines of an Ichimoku chart: arrays from the batch form, floats from the streaming form."""

    tenkan: Line
    """Conversion line: middle of the short window."""
    kijun: Line
    """Base line: middle of the longer one."""
    span_a: Line
    """First edge of the cloud over this row."""
    span_b: Line
    """Second edge of the cloud over this row."""


def ichimoku(
    high: ArrayLike, low: ArrayLike, tenkan: int = 9, kijun: int = 26, senkou: int = 52, displacement: int = 26
) -> IchimokuLines[Floats]:
    """Draw the conversion line, the base line and the cloud, none of which looks ahead.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    tenkan : int
        Window of the conversion line, at least 1.
    kijun : int
        Window of the base line, at least 1.
    senkou : int
        Window of the second span, at least 1.
    displacement : int
        Rows that the spans are drawn ahead, at least 1.

    Returns
    -------
    IchimokuLines
        Four (rows,) float64, each NaN until its windows are full.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    tenkan, kijun, senkou, displacement = Ichimoku.checked(tenkan, kijun, senkou, displacement)
    return several_lines(
        IchimokuLines[Floats], "ichimoku", _ichimoku, tenkan, kijun, senkou, displacement, high=high, low=low
    )


class Ichimoku(
    HighLow[IchimokuLines[float]], of=ichimoku, title="Ichimoku Kinko Hyo", overlay=True, aliases=("iichimoku",)
):
    """Streaming twin of :func:`ichimoku`."""

    lines = IchimokuLines
    tenkan: int = length(9, "Conversion line, bars")
    kijun: int = length(26, "Base line, bars")
    senkou: int = length(52, "Second span, bars")
    displacement: int = length(26, "Displacement, bars")

    def _rows_of_warmup(self) -> int:
        return min(self.tenkan, self.kijun) - 1

    def _start(self) -> None:
        lengths = self.tenkan, self.kijun, self.senkou
        self._extremes = [(RunningExtreme(length, 1.0), RunningExtreme(length, -1.0)) for length in lengths]
        self._spans = Windows(2, self.displacement + 1)

    def _advance(self, high: float, low: float) -> IchimokuLines[float]:
        tenkan, kijun, widest = (
            _middle(top.push(high, self._count), bottom.push(low, self._count)) for top, bottom in self._extremes
        )
        i = self._spans.push(_middle(tenkan, kijun), widest) - self.displacement
        if self._count < self.displacement:
            return IchimokuLines(tenkan, kijun, math.nan, math.nan)
        first, second = self._spans.pair
        return IchimokuLines(tenkan, kijun, float(first[i]), float(second[i]))
