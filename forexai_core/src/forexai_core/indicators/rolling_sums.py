"""Sums over a moving window that do not drift, and the window that a stream keeps.

A running sum that only adds the newest value and subtracts the oldest collects a rounding error at every
step, for ever. Here every rounding error is itself kept (error-free transformation: Knuth, The Art of
Computer Programming 2, 4.2.2, theorems B and C), so the sum stays right to the last bit or two over any
number of bars.

Steps that look back take an array and a position in it. A batch passes the prices themselves. A stream passes
a *mirrored window*: every value is written twice, ``capacity`` places apart, so that the last ``capacity``
values always lie in a row and are read in the same order as in a batch; this is what makes both
bit-identical.
"""

from __future__ import annotations

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats

__all__ = ["mirrored_window", "next_slot", "push", "rolling_sum_step"]


@kernel(forceinline=True)
def rolling_sum_step(total: float, error: float, entering: float, leaving: float) -> tuple[float, float]:
    """Replace one value of a sum by another.

    Parameters
    ----------
    total, error : float
        The sum so far is ``total + error``.
    entering, leaving : float
        The value that joins and the one that goes; 0 for none.

    Returns
    -------
    total, error : float
        The new sum in the same two parts.
    """
    change = entering - leaving
    part = entering - change
    lost = (entering - (change + part)) + (part - leaving)
    moved = total + change
    part = moved - total
    lost += (total - (moved - part)) + (change - part)
    return moved, error + lost


def mirrored_window(capacity: int) -> Floats:
    """Make an empty mirrored window.

    Parameters
    ----------
    capacity : int
        Number of last values that it holds.

    Returns
    -------
    (2 * capacity,) float64
        Zeros.
    """
    return np.zeros(2 * capacity)


@kernel(forceinline=True)
def push(window: Floats, slot: int, value: float) -> int:
    """Write the newest value into a mirrored window.

    Parameters
    ----------
    window : (2 * capacity,) float64
        Changed in place.
    slot : int
        Place for the newest value, 0 to capacity - 1.
    value : float
        The newest value.

    Returns
    -------
    int
        Position ``i`` of the newest value; ``window[i - capacity + 1 : i + 1]`` are the last values, oldest first.
    """
    capacity = window.shape[0] // 2
    window[slot] = value
    window[slot + capacity] = value
    return slot + capacity


@kernel(forceinline=True)
def next_slot(window: Floats, slot: int) -> int:
    """Give the place of the value after this one in a mirrored window.

    Parameters
    ----------
    window : (2 * capacity,) float64
        The window.
    slot : int
        Place of the newest value.

    Returns
    -------
    int
        Place of the next value.
    """
    slot += 1
    return 0 if slot == window.shape[0] // 2 else slot
