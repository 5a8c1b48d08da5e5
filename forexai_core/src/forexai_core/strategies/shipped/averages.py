"""Two simple averages of closes, and where they turn: compiled."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from forexai_core._jit import kernel

__all__ = ["turns_of_averages"]


@kernel(inline="always")
def _sign(value: int) -> int:
    if value > 0:
        return 1
    return -1 if value < 0 else 0


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
    rows, both = points.shape[0], max(fast, slow)
    difference = 0  # of the averages, times both lengths
    for row in range(min(both, rows)):
        difference += points[row] * (slow - fast)
        # The longer average loses its first bar one row after the first on which both exist.
        if row >= fast:
            difference -= points[row - fast] * slow
        if row >= slow:
            difference += points[row - slow] * fast
    if rows <= both:
        return 0
    count, order = 0, _sign(difference)
    # Views whose indices begin at 0: numba need not look whether one is negative.
    newest, leaving, left = points[both:], points[both - fast : rows - fast], points[both - slow : rows - slow]
    for row in range(len(newest)):
        price = newest[row]
        difference += slow * (price - leaving[row]) - fast * (price - left[row])
        if (difference ^ order) >= 0 and order != 0:  # the signs are the same
            continue
        sign = _sign(difference)
        if sign * order < 0:
            places[count] = both + row
            sides[count] = sign
            count += 1
        order = order if sign == 0 else sign
    return count
