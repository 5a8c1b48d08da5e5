"""Bill Williams's Alligator.

Bill Williams, Trading Chaos, 1995; as in MetaTrader: smoothed averages of median prices, drawn some bars late. The
lines of a row are those drawn at that row; nothing looks ahead.
"""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.indicators.averages.exponential_average import NO_SMOOTHING, Smoothing, ema_step
from forexai_core.indicators.batches import several_lines
from forexai_core.indicators.feeds import HighLow
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.parameters import length
from forexai_core.indicators.windows import Window

__all__ = ["Alligator", "AlligatorLines", "alligator"]

Line = TypeVar("Line")


Jaws: TypeAlias = tuple[Smoothing, Smoothing, Smoothing]
"""The smoothed averages of the jaw, the teeth and the lips."""

NO_JAWS: Jaws = (NO_SMOOTHING, NO_SMOOTHING, NO_SMOOTHING)
"""The state of before the first bar."""


@kernel(forceinline=True)
def _averages_step(
    high: float, low: float, seen: int, state: Jaws, jaw: int, teeth: int, lips: int
) -> tuple[Jaws, float, float, float]:
    median = (high + low) / 2.0
    first, slow = ema_step(median, seen, state[0], jaw, 1.0 / jaw)
    second, middle = ema_step(median, seen, state[1], teeth, 1.0 / teeth)
    third, fast = ema_step(median, seen, state[2], lips, 1.0 / lips)
    return (first, second, third), slow, middle, fast


@kernel
def _write_lines(
    high: Floats, low: Floats, lengths: tuple[int, int, int], shifts: tuple[int, int, int], out: Floats
) -> None:
    state = NO_JAWS
    rows = high.shape[0]
    slow, middle, fast = out[0], out[1], out[2]
    out[:, : min(max(shifts), rows)] = math.nan
    for i in range(rows):
        state, one, two, three = _averages_step(high[i], low[i], i, state, lengths[0], lengths[1], lengths[2])
        if i + shifts[0] < rows:
            slow[i + shifts[0]] = one
        if i + shifts[1] < rows:
            middle[i + shifts[1]] = two
        if i + shifts[2] < rows:
            fast[i + shifts[2]] = three


def _alligator(
    high: Floats,
    low: Floats,
    jaw: int,
    jaw_shift: int,
    teeth: int,
    teeth_shift: int,
    lips: int,
    lips_shift: int,
    out: Floats,
) -> None:
    _write_lines(high, low, (jaw, teeth, lips), (jaw_shift, teeth_shift, lips_shift), out)


class AlligatorLines(NamedTuple, Generic[Line]):
    """Alligator: arrays from the batch form, floats from the streaming form."""

    jaw: Line
    """The slow line."""
    teeth: Line
    """The middle line."""
    lips: Line
    """The fast line."""


def alligator(
    high: ArrayLike,
    low: ArrayLike,
    jaw: int = 13,
    jaw_shift: int = 8,
    teeth: int = 8,
    teeth_shift: int = 5,
    lips: int = 5,
    lips_shift: int = 3,
) -> AlligatorLines[Floats]:
    """Draw three smoothed averages of median prices, each some rows late.

    Parameters
    ----------
    high, low : (rows,) array_like
        Prices of bars.
    jaw : int
        Length of the jaw, at least 1.
    jaw_shift : int
        Rows that it is drawn late, at least 1.
    teeth : int
        Length of the teeth, at least 1.
    teeth_shift : int
        Rows that they are drawn late, at least 1.
    lips : int
        Length of the lips, at least 1.
    lips_shift : int
        Rows that they are drawn late, at least 1.

    Returns
    -------
    AlligatorLines
        Three (rows,) float64, each NaN until its average is full and its shift is over.

    Raises
    ------
    ConfigError
        If a parameter is out of range.
    DataShapeError
        If a column is not one of finite numbers, or their lengths differ.
    """
    jaw, jaw_shift, teeth, teeth_shift, lips, lips_shift = Alligator.checked(
        jaw, jaw_shift, teeth, teeth_shift, lips, lips_shift
    )
    return several_lines(
        AlligatorLines[Floats],
        "alligator",
        _alligator,
        jaw,
        jaw_shift,
        teeth,
        teeth_shift,
        lips,
        lips_shift,
        high=high,
        low=low,
    )


class Alligator(
    HighLow[AlligatorLines[float]], of=alligator, title="Alligator", main="lips", overlay=True, aliases=("ialligator",)
):
    """Streaming twin of :func:`alligator`."""

    lines = AlligatorLines
    jaw: int = length(13, "Jaw, bars")
    jaw_shift: int = length(8, "Shift of the jaw, bars")
    teeth: int = length(8, "Teeth, bars")
    teeth_shift: int = length(5, "Shift of the teeth, bars")
    lips: int = length(5, "Lips, bars")
    lips_shift: int = length(3, "Shift of the lips, bars")

    def _rows_of_warmup(self) -> int:
        return min(self.jaw + self.jaw_shift, self.teeth + self.teeth_shift, self.lips + self.lips_shift) - 1

    def _start(self) -> None:
        self._state = NO_JAWS
        self._late = [Window(shift + 1) for shift in (self.jaw_shift, self.teeth_shift, self.lips_shift)]

    def _advance(self, high: float, low: float) -> AlligatorLines[float]:
        self._state, *averages = _averages_step(high, low, self._count, self._state, self.jaw, self.teeth, self.lips)
        shifts = self.jaw_shift, self.teeth_shift, self.lips_shift
        late = []
        for window, average, shift in zip(self._late, averages, shifts, strict=True):
            i = window.push(average)
            late.append(float(window.values[i - shift]) if self._count >= shift else math.nan)
        return AlligatorLines(*late)
