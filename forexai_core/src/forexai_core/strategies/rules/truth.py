"""Three-valued columns: at each bar a condition is true, false, or not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Truth", "all_of", "any_of", "counted", "difference", "known_where", "negated"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_EQUAL = 1e-12  # of the larger value: what binary floating point adds to equal averages is no difference


class Truth(NamedTuple):
    """Where a condition is true, and where it is false; elsewhere it is not known (Kleene's strong logic)."""

    yes: Flags
    no: Flags


def difference(left: Floats, right: Floats) -> Floats:
    """Subtract; values that are equal up to binary noise differ by exactly 0, and NaN stays NaN."""
    apart = left - right
    apart[np.abs(apart) <= _EQUAL * np.maximum(np.abs(left), np.abs(right))] = 0.0
    return apart


def known_where(yes: Flags, known: Flags) -> Truth:
    """Make a condition that is known where ``known``, and true there where ``yes``."""
    return Truth(yes & known, ~yes & known)


def all_of(parts: Sequence[Truth]) -> Truth:
    """Combine by AND: false as soon as one is false, true where all are true."""
    return Truth(np.logical_and.reduce([part.yes for part in parts]), np.logical_or.reduce([part.no for part in parts]))


def any_of(parts: Sequence[Truth]) -> Truth:
    """Combine by OR: true as soon as one is true, false where all are false."""
    return Truth(np.logical_or.reduce([part.yes for part in parts]), np.logical_and.reduce([part.no for part in parts]))


def negated(part: Truth) -> Truth:
    """Turn true and false round; what is not known stays so."""
    return Truth(part.no, part.yes)


def counted(part: Truth, at_least: int, bars: int) -> Truth:
    """Say where a condition was true on at least so many of the last bars.

    Bars before the first count as not known, so that the answer may be known before the window is full.
    """
    true, false = _rolling(part.yes, bars), _rolling(part.no, bars)
    return Truth(true >= at_least, false > bars - at_least)


def _rolling(flags: Flags, bars: int) -> NDArray[np.int64]:
    total = np.cumsum(flags, dtype=np.int64)
    total[bars:] -= total[:-bars].copy()
    return total
