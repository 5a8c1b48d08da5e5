"""How many rows ago the extremes of moving windows were, for a batch.

Of equal extremes the latest counts. Which row that is does not depend on the order of comparing, so a batch takes the
one that suits it: extremes of 4 rows make those of 16, and so on, and four overlapping ones make the window's. Every
pass does several rows at once, each value with its row beside it.
"""

from __future__ import annotations

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats

__all__ = ["BLOCK", "LONG", "room_for_ages", "write_ages"]

BLOCK = 512
"""Rows to be done at once: few enough to stay in the processor's nearest cache."""

LONG = 64
"""Windows from this many rows on are better gone through by steps: one seldom has to look for an extreme again."""


@kernel(forceinline=True)
def _later_of(value: float, row: float, later: float, later_row: float) -> tuple[float, float]:
    """Choose the greater of two values, the later one if they are equal."""
    return max(later, value), (later_row if later >= value else row)


@kernel
def _begin(values: Floats, b: int, c: int, d: int, sign: float, greatest: Floats, places: Floats) -> bool:
    """Find the extremes of rows ``k``, ``k + b``, ``k + c`` and ``k + d``."""
    finite = True
    second, third, fourth = values[b:], values[c:], values[d:]
    for k in range(greatest.shape[0]):
        probe = values[k]
        finite &= probe - probe == 0.0
        row = float(k)
        early, early_row = _later_of(sign * values[k], row, sign * second[k], row + b)
        late, late_row = _later_of(sign * third[k], row + c, sign * fourth[k], row + d)
        greatest[k], places[k] = _later_of(early, early_row, late, late_row)
    for k in range(greatest.shape[0], values.shape[0]):
        finite &= values[k] - values[k] == 0.0
    return finite


@kernel
def _widen(values: Floats, rows: Floats, b: int, c: int, d: int, greatest: Floats, places: Floats) -> None:
    second, third, fourth = values[b:], values[c:], values[d:]
    second_rows, third_rows, fourth_rows = rows[b:], rows[c:], rows[d:]
    for k in range(greatest.shape[0]):
        early, early_row = _later_of(values[k], rows[k], second[k], second_rows[k])
        late, late_row = _later_of(third[k], third_rows[k], fourth[k], fourth_rows[k])
        greatest[k], places[k] = _later_of(early, early_row, late, late_row)


@kernel
def write_ages(values: Floats, period: int, sign: float, room: Floats, out: Floats) -> bool:
    """Write how many rows before its end each window has its latest extreme.

    Parameters
    ----------
    values : (rows of out + period - 1,) float64
        Rows from the first of the first window to the last of the last one.
    period : int
        Rows of a window, at most ``LONG``.
    sign : float
        1 for the highest, -1 for the lowest.
    room : (2, 2, more) float64
        To work in; see :func:`room_for_ages`.
    out : (rows,) float64
        Overwritten; at most ``BLOCK`` rows.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    width = min(period, 4)
    count, last = values.shape[0] - width + 1, width - 1
    finite = _begin(values, min(1, last), min(2, last), last, sign, room[0, 0, :count], room[0, 1, :count])
    place = 0
    while 4 * width <= period:
        count -= 3 * width
        found, wider = room[place], room[1 - place]
        _widen(found[0], found[1], width, 2 * width, 3 * width, wider[0, :count], wider[1, :count])
        place = 1 - place
        width *= 4
    last = period - width
    count = out.shape[0]
    found, places = room[place], room[1 - place, 1, :count]
    _widen(found[0], found[1], min(width, last), min(2 * width, last), last, room[1 - place, 0, :count], places)
    for k in range(count):
        out[k] = (k + (period - 1)) - places[k]
    return finite


def room_for_ages(period: int) -> Floats:
    """Make the room that :func:`write_ages` works in.

    Parameters
    ----------
    period : int
        Rows of a window.

    Returns
    -------
    (2, 2, more) float64
        Not initialised.
    """
    return np.empty((2, 2, BLOCK + period))
