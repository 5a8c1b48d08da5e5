"""Turns, crossings and rolling facts of columns: the arithmetic behind templates and rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["crosses_above", "crosses_below", "last_order", "previous", "run_length", "turns"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Signs = NDArray[np.int8]


def last_order(difference: ArrayLike) -> Signs:
    """Give the last strict order of two columns: a tie, or a row without a value, keeps the order before it.

    Parameters
    ----------
    difference : (n,) array_like
        First minus second; NaN where either has no value.

    Returns
    -------
    (n,) int8
        +1 above, -1 below, 0 before the first strict order.
    """
    values = np.asarray(difference)
    signs = (values > 0).astype(np.int8) - (values < 0).astype(np.int8)
    rows = np.where(signs != 0, np.arange(len(signs)), 0)
    np.maximum.accumulate(rows, out=rows)
    order: Signs = signs[rows]
    return order


def turns(difference: ArrayLike) -> Signs:
    """Say where the last strict order of two columns turns round: +1 upward, -1 downward, 0 elsewhere.

    The first strict order of all is no turn: nothing was crossed.
    """
    values = np.asarray(difference)
    signs = (values > 0).astype(np.int8) - (values < 0).astype(np.int8)
    turned = np.zeros(len(signs), np.int8)
    strict = np.flatnonzero(signs)
    order = signs[strict]
    changed = np.flatnonzero(order[1:] != order[:-1]) + 1
    turned[strict[changed]] = order[changed]
    return turned


def previous(values: Floats, bars: int = 1) -> Floats:
    """Give the value some bars earlier; NaN where there is none."""
    moved = np.full(len(values), np.nan)
    if bars < len(values):
        moved[bars:] = values[: len(values) - bars]
    return moved


def crosses_above(first: Floats, second: Floats) -> Flags:
    """Say where a column turns from below another to above it; a tie is no cross, nor is the first order of all."""
    return turns(first - second) > 0


def crosses_below(first: Floats, second: Floats) -> Flags:
    """Say where a column turns from above another to below it."""
    return turns(first - second) < 0


def run_length(flags: Flags) -> NDArray[np.int64]:
    """Count how many bars in a row a condition has held, the present one included."""
    rows = np.arange(1, len(flags) + 1)
    broken = np.where(flags, 0, rows)
    np.maximum.accumulate(broken, out=broken)
    length: NDArray[np.int64] = rows - broken
    return length
