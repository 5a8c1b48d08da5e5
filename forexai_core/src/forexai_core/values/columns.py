"""What bars and ticks share: read-only columns, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["column", "frozen", "provenance"]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Give an array that nobody can write to: a copy of one that somebody can."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def column(rows: NDArray[np.void], name: str) -> NDArray[Any]:
    """Copy one field out of the rows, where it lies every so many bytes only, so that passes over it are quick."""
    values = np.ascontiguousarray(rows[name])
    values.flags.writeable = False
    return values


def provenance(value: Mapping[str, str] | None) -> Mapping[str, str]:
    """Give a copy that nobody can write to; empty for None."""
    return MappingProxyType(dict(value or {}))
