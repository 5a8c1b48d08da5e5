"""Two simple averages of closes, and where they turn: compiled."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from forexai_core._jit import kernel

__all__ = ["turns_of_averages"]


@kernel
def turns_of_averages(points: NDArray[Any], fast: int, slow: int, places: NDArray[Any], sides: NDArray[Any]) -> int:
    """Find where the last strict order of two simple averages turns round; a tie keeps the order before it.

    Parameters
    ----------
    points : (bars,) int32 or int64
        Closes in points, so that sums are exact.
    fast, slow : int
        Bars in each average. Their product times the highest price must fit 63 bits.
    places : (bars,) int64
        Overwritten with the bars at which the order turns, ascending.
    sides : (bars,) int8
        Overwritten with +1 where the fast average turns above the slow one, -1 where it turns below.

    Returns
    -------
    int
        How many there are. The first strict order of all is no turn: nothing was crossed.
    """
    rows, first = points.shape[0], max(fast, slow) - 1
    difference = 0  # of the averages, times both lengths
    for row in range(min(first, rows)):
        difference += points[row] * (slow - fast)
        if row >= fast:
            difference -= points[row - fast] * slow
        if row >= slow:
            difference += points[row - slow] * fast
    count = order = 0
    for row in range(first, rows):
        difference += points[row] * (slow - fast)
        # The longer average loses its first bar one row after the first on which both exist.
        if row >= fast:
            difference -= points[row - fast] * slow
        if row >= slow:
            difference += points[row - slow] * fast
        if (difference > 0 and order < 0) or (difference < 0 and order > 0):
            places[count] = row
            sides[count] = -order
            count += 1
            order = -order
        elif order == 0 and difference != 0:
            order = 1 if difference > 0 else -1
    return count
