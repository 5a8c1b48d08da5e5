"""Hashes by which a result can be told from every other."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, TRADE

__all__ = ["result_fingerprint"]


_ATTRIBUTION = TRADE.itemsize - TRADE["strategy"].itemsize - TRADE["doubts"].itemsize
"""Bytes of a trade before the name of its strategy: it, and the reasons of doubt after it, are hashed where they say
anything, so that results of releases without them keep their fingerprints."""


def _update(digest: hashlib._Hash, array: NDArray[np.void], dtype: np.dtype[np.void], name: str, size: int) -> None:
    """Hash the first bytes of each row."""
    canonical = np.ascontiguousarray(array.astype(dtype.newbyteorder("<"), copy=False))
    digest.update(f"{name}|{len(canonical)}|".encode())
    table = canonical.view(np.uint8).reshape(len(canonical), dtype.itemsize)
    digest.update(np.ascontiguousarray(table[:, :size]).data)


def result_fingerprint(trades: NDArray[np.void], equity: NDArray[np.void]) -> str:
    """Hash every field of every trade and every row of the equity.

    The bytes are those of the packed dtypes in little-endian order, so machines agree. Whose each trade is follows
    where it is not all of one strategy, and why trades are ambiguous where any is.

    Parameters
    ----------
    trades : (trades,) TRADE
    equity : (rows,) EQUITY

    Returns
    -------
    str
        SHA-256, hex.
    """
    digest = hashlib.sha256(b"forexai result 1|")
    _update(digest, trades, TRADE, "trades", _ATTRIBUTION)
    _update(digest, equity, EQUITY, "equity", EQUITY.itemsize)
    owners = trades["strategy"]
    if len(owners) and np.any(owners != owners[0]):
        digest.update("|".join(["strategies", *owners.tolist()]).encode())
    if np.any(trades["doubts"]):
        digest.update(b"doubts|" + np.ascontiguousarray(trades["doubts"], "<i2").tobytes())
    return digest.hexdigest()
