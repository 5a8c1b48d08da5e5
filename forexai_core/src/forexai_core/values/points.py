"""Prices as whole points: what the ledger computes with."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Integers", "Points", "in_points", "raised", "widened"]

Integers = NDArray[np.integer[Any]]

_LARGEST = 2**30
"""Points up to here are kept in 32 bits, with room to add a spread: half the memory, half the time to read it."""


class Points(NamedTuple):
    """One side of bars, in points: four columns of int32, or of int64 where a price needs it."""

    open: Integers  # (bars,)
    high: Integers
    low: Integers
    close: Integers


def _frozen(column: Integers) -> Integers:
    column.flags.writeable = False
    return column


def in_points(columns: tuple[NDArray[np.float64], ...], digits: int) -> tuple[Integers, ...]:
    """Turn prices into points.

    Parameters
    ----------
    columns : tuple of (n,) float64
        Finite prices of one symbol; halves of a point go to the even one.
    digits : int
        Decimals of a point.

    Returns
    -------
    tuple of (n,) int32 or int64
        Read-only and contiguous, all of one type.
    """
    scaled = [np.rint(column * 10.0**digits) for column in columns]
    largest = max((float(np.abs(column).max()) for column in scaled if column.size), default=0.0)
    kind = np.int32 if largest <= _LARGEST else np.int64
    return tuple(_frozen(column.astype(kind)) for column in scaled)


def raised(side: Points, spread: NDArray[np.float64] | float) -> Points:
    """Give the ask side that lies a spread above the bid, one for all bars or one for each; whole points."""
    columns = [column + np.asarray(spread) for column in side]
    return Points(*in_points(tuple(columns), 0))


def widened(points: Integers) -> NDArray[np.int64]:
    """Give points in 64 bits, read-only; a copy only where they are narrower."""
    wide = points.astype(np.int64, copy=points.dtype != np.int64)
    wide.flags.writeable = False
    return wide
