"""Hashes by which a result can be told from every other."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, TRADE

__all__ = ["result_fingerprint"]


def _update(digest: hashlib._Hash, array: NDArray[np.void], dtype: np.dtype[np.void], name: str) -> None:
    canonical = np.ascontiguousarray(array.astype(dtype.newbyteorder("<"), copy=False))
    digest.update(f"{name}|{len(canonical)}|".encode())
    digest.update(canonical.view(np.uint8).data)


def result_fingerprint(trades: NDArray[np.void], equity: NDArray[np.void]) -> str:
    """Hash every field of every trade and every row of the equity.

    The bytes are those of the packed dtypes in little-endian order, so machines agree.

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
    _update(digest, trades, TRADE, "trades")
    _update(digest, equity, EQUITY, "equity")
    return digest.hexdigest()
