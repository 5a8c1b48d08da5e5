"""Series of integers as short texts, so that a page can carry its own data.

Each number is written as a zigzag variable-length integer (7 bits a byte, least first), the bytes
as base64. Series that move little are written as differences: then most numbers take one byte.
"""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError

__all__ = ["pack", "pack_changes", "scaled", "seconds"]

_LIMIT = 2**53
_NS_PER_SECOND = 1_000_000_000


def pack(values: NDArray[np.int64]) -> str:
    """Write integers between -2**53 and 2**53 as a text.

    Raises
    ------
    DataShapeError
        If one is beyond what a browser's numbers hold.
    """
    if values.size == 0:
        return ""
    if int(values.max()) > _LIMIT or int(values.min()) < -_LIMIT:
        raise DataShapeError("A number beyond 2**53 cannot be drawn; a browser would round it.")
    rest = np.where(values >= 0, 2 * values, -2 * values - 1).astype(np.uint64)
    lengths = np.ones(rest.size, np.int64)
    above = rest >> np.uint64(7)
    while above.any():
        lengths += above > 0
        above >>= np.uint64(7)
    starts = np.cumsum(lengths) - lengths
    out = np.zeros(int(lengths.sum()), np.uint8)
    for place in range(int(lengths.max())):
        here = lengths > place
        digit = (rest[here] & np.uint64(127)).astype(np.uint8)
        out[starts[here] + place] = digit | np.where(lengths[here] > place + 1, 128, 0).astype(np.uint8)
        rest >>= np.uint64(7)
    return base64.b64encode(out.tobytes()).decode("ascii")


def pack_changes(values: NDArray[np.int64]) -> str:
    """Write the first integer, and of each that follows its difference from the one before."""
    return pack(np.diff(values, prepend=np.int64(0)))


def scaled(values: NDArray[np.float64], digits: int) -> NDArray[np.int64]:
    """Turn decimals into whole numbers of their last digit."""
    return np.rint(np.asarray(values, np.float64) * 10.0**digits).astype(np.int64)


def seconds(time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn nanoseconds into whole seconds."""
    return np.asarray(time_ns // _NS_PER_SECOND, np.int64)
