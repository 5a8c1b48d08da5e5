"""Extremes of a moving window, in blocks for a batch and value by value for a stream.

They take time that does not depend on the prices. An extreme is one of the values
itself, so any order of comparing gives the same bits, and each form takes the order that suits it:

- A batch of short windows widens: extremes of 4 rows make those of 16, and so on, and four overlapping ones make the
  window's. Every pass does several rows at once.
- A stream, and a batch of long windows, keep blocks of ``period`` rows (van Herk and Gil-Werman): a window is the end
  of one block and the beginning of the next, so it needs the running extreme of the block so far and, for every place
  of the block before, the extreme from there to its end. Three comparisons a row.

(M. van Herk, A fast algorithm for local minimum and maximum filters, 1992; J. Gil, M. Werman, Computing 2-D min,
median, and max filters, 1993.)
"""

from __future__ import annotations

import math

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats

__all__ = [
    "LONG",
    "RunningExtreme",
    "chunks_of_extremes",
    "extremes_of",
    "prepare_block",
    "room_for_extremes",
    "rooms_for_a_range",
    "write_chunk",
    "write_extremes",
]

BLOCK = 512
"""Rows that a batch does at once: few enough to stay in the processor's nearest cache."""

LONG = 64
"""Windows above this many rows go by blocks: widening takes one pass more for every power of 4."""


@kernel
def extreme_step(value: float, seen: int, running: float, block: Floats, sign: float) -> tuple[float, float]:
    """Advance the highest or lowest value of a window.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    running : float
        Extreme of the block so far, times the sign.
    block : (period,) float64
        Values of this block, and from the newest on what the block before leaves, times the sign. Changed in place.
    sign : float
        1 for the highest, -1 for the lowest.

    Returns
    -------
    running, output : float
        The new state and the extreme, NaN during warm-up.
    """
    period = block.shape[0]
    place = seen % period
    signed = sign * value
    running = signed if place == 0 or signed > running else running
    block[place] = signed
    if place + 1 < period:
        widest = max(running, block[place + 1])
        return running, sign * widest + 0.0 if seen >= period - 1 else math.nan
    for k in range(period - 2, -1, -1):
        block[k] = max(block[k], block[k + 1])
    return running, sign * running + 0.0


# One loop a function: together in one, the compiler gives up on doing several rows at once.


@kernel
def _begin(values: Floats, b: Floats, c: Floats, d: Floats, sign: float, out: Floats) -> bool:
    finite = True
    for k in range(out.shape[0]):
        first = sign * values[k]
        finite &= first - first == 0.0
        near, far = max(sign * b[k], first), max(sign * d[k], sign * c[k])
        out[k] = max(far, near)
    for k in range(out.shape[0], values.shape[0]):
        finite &= values[k] - values[k] == 0.0
    return finite


@kernel
def _widen(extremes: Floats, b: Floats, c: Floats, d: Floats, out: Floats) -> None:
    for k in range(out.shape[0]):
        near, far = max(b[k], extremes[k]), max(d[k], c[k])
        out[k] = max(far, near)


@kernel
def _finish(extremes: Floats, b: Floats, c: Floats, d: Floats, sign: float, out: Floats) -> None:
    for k in range(out.shape[0]):
        near, far = max(b[k], extremes[k]), max(d[k], c[k])
        # Adding 0 makes -0 a plain 0: which of the two a maximum gives would depend on the order.
        out[k] = sign * max(far, near) + 0.0


@kernel
def prepare_block(values: Floats, period: int, sign: float, room: Floats) -> tuple[bool, int, int]:
    """Find the extremes of windows so wide that four of them, which may overlap, make any window of the period.

    Parameters
    ----------
    values : float64
        Rows from the first of the first window to the last of the last one.
    period : int
        Length of the windows, at most ``LONG``.
    sign : float
        1 for the highest, -1 for the lowest.
    room : (2, more) float64
        To work in.

    Returns
    -------
    finite : bool
        False where a value may not be finite.
    place, width : int
        Row of ``room`` that holds the extremes, times the sign, and the rows that each is of.
    """
    width = min(period, 4)
    count = values.shape[0] - width + 1
    last = width - 1
    finite = _begin(values, values[min(1, last) :], values[min(2, last) :], values[last:], sign, room[0, :count])
    place = 0
    while 4 * width <= period:
        count -= 3 * width
        found = room[place]
        _widen(found[:count], found[width:], found[2 * width :], found[3 * width :], room[1 - place, :count])
        place = 1 - place
        width *= 4
    return finite, place, width


@kernel
def _write_block(values: Floats, period: int, sign: float, room: Floats, out: Floats) -> bool:
    """Write the extremes of as many windows as ``out`` has rows; the first begins at ``values[0]``."""
    finite, place, width = prepare_block(values, period, sign, room)
    found, last = room[place], period - width
    _finish(found, found[min(width, last) :], found[min(2 * width, last) :], found[last:], sign, out)
    return finite


@kernel
def _write_long_block(values: Floats, sign: float, ends: Floats, out: Floats) -> bool:
    finite = True
    left = ends[1:]
    running = -math.inf
    for k in range(values.shape[0]):
        value = sign * values[k]
        finite &= value - value == 0.0
        running = max(running, value)
        out[k] = sign * (max(left[k], running)) + 0.0
    running = -math.inf
    for k in range(values.shape[0] - 1, -1, -1):
        value = sign * values[k]
        running = max(running, value)
        ends[k] = running
    return finite


@kernel
def chunks_of_extremes(period: int, rows: int) -> tuple[int, int]:
    """Say how :func:`write_chunk` wants a column cut.

    Parameters
    ----------
    period : int
        Length of the window.
    rows : int
        Of the column.

    Returns
    -------
    first, size : int
        Row that the first chunk starts in (``rows`` if no window is full), and rows of each.
    """
    if period > rows:
        return rows, BLOCK
    return (0, period) if period > LONG else (period - 1, BLOCK)


@kernel
def write_chunk(values: Floats, start: int, stop: int, period: int, sign: float, room: Floats, out: Floats) -> bool:
    """Write the extremes of the windows that end in some rows.

    Parameters
    ----------
    values : (rows,) float64
        The whole column.
    start, stop : int
        The rows, cut as :func:`chunks_of_extremes` says, in order.
    period : int
        Length of the window.
    sign : float
        1 for the highest, -1 for the lowest.
    room : (2, more) float64
        To work in, its own for each column and sign; see :func:`room_for_extremes`.
    out : (stop - start,) float64
        Overwritten; rows before the first full window hold the extreme of what there is.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    if period <= LONG:
        return _write_block(values[start - period + 1 : stop], period, sign, room, out)
    if start == 0:
        room[0, : period + 1] = -math.inf  # extremes from each place of the block before to its end
    return _write_long_block(values[start:stop], sign, room[0], out)


@kernel
def write_extremes(values: Floats, period: int, sign: float, room: Floats, out: Floats) -> bool:
    """Write the extreme of every window.

    Parameters
    ----------
    values : (rows,) float64
        The column.
    period : int
        Length of the window.
    sign : float
        1 for the highest, -1 for the lowest.
    room : (2, more) float64
        To work in; see :func:`room_for_extremes`.
    out : (rows,) float64
        Overwritten; NaN in the first ``period - 1`` rows.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    rows = values.shape[0]
    first, size = chunks_of_extremes(period, rows)
    finite = first < rows
    for start in range(first, rows, size):
        stop = min(start + size, rows)
        finite &= write_chunk(values, start, stop, period, sign, room, out[start:stop])
    out[: min(period - 1, rows)] = math.nan
    return finite


def room_for_extremes(period: int) -> Floats:
    """Make the room that a batch of extremes works in.

    Parameters
    ----------
    period : int
        Length of the window.

    Returns
    -------
    (2, more) float64
        Not initialised.
    """
    return np.empty((2, BLOCK + period))


def rooms_for_a_range(period: int) -> tuple[Floats, Floats]:
    """Make the room that a batch of ranges works in: for highs and lows, and for their extremes.

    Parameters
    ----------
    period : int
        Length of the window.

    Returns
    -------
    rooms : (2, 2, more) float64
        Not initialised.
    extremes : (2, rows of a chunk) float64
        Not initialised.
    """
    return np.empty((2, 2, BLOCK + period)), np.empty((2, max(BLOCK, period)))


def extremes_of(values: Floats, period: int, sign: float) -> Floats:
    """Give the extreme of every window of a checked column.

    Parameters
    ----------
    values : (rows,) float64
        Finite.
    period : int
        Length of the window.
    sign : float
        1 for the highest, -1 for the lowest.

    Returns
    -------
    (rows,) float64
        NaN in the first ``period - 1`` rows.
    """
    out = np.empty(values.shape[0])
    write_extremes(values, period, sign, room_for_extremes(period), out)
    return out


class RunningExtreme:
    """The highest or lowest of the last values of a stream.

    Parameters
    ----------
    period : int
        Length of the window.
    sign : float
        1 for the highest, -1 for the lowest.
    """

    def __init__(self, period: int, sign: float) -> None:
        self._sign = sign
        self._running = 0.0
        self._block = np.zeros(period)

    def push(self, value: float, seen: int) -> float:
        """Take the newest value.

        Parameters
        ----------
        value : float
            The newest value.
        seen : int
            Values seen before this one.

        Returns
        -------
        float
            The extreme, NaN during warm-up.
        """
        self._running, output = extreme_step(value, seen, self._running, self._block, self._sign)
        return output
