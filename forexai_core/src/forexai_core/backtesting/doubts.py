"""Why trades are ambiguous: the bits of ``TRADE["doubts"]`` as names, counts and words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import DOUBTS

__all__ = ["DOUBT_WORDS", "count_doubts", "doubt_lines", "doubts_of"]

DOUBT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "stop_and_target": "stop and target in one bar; the stop was taken",
        "entry_and_stop": "entry and stop in one bar; the stop was taken",
        "entry_and_target": "entry and target in one bar; the target was not taken",
        "order_and_exit": "a pending order and an exit of the netting position in one bar; the order was taken for "
        "first, or the stop where it lay nearer",
        "rival_order": "two orders of one group in one bar; the nearer was filled",
        "trailing": "the trailing stop may have ended it elsewhere in the bar",
        "rollover": "a rollover inside the bar of the entry or the exit; a debit was charged, a credit was not",
    }
)
"""What each of ``arrays.DOUBTS`` means, and how the ledger has settled it."""


def doubts_of(code: int) -> tuple[str, ...]:
    """Name the reasons that a value of ``TRADE["doubts"]`` holds.

    Parameters
    ----------
    code : int
        Bits by the places of ``arrays.DOUBTS``.

    Returns
    -------
    tuple of str
        Empty where nothing is in doubt.
    """
    return tuple(name for place, name in enumerate(DOUBTS) if code >> place & 1)


def count_doubts(trades: NDArray[np.void]) -> dict[str, int]:
    """Count the trades that are ambiguous, by reason; one may have several.

    Parameters
    ----------
    trades : (trades,) TRADE
        Any.

    Returns
    -------
    dict of str to int
        By the names of ``arrays.DOUBTS``; only what occurs.
    """
    codes = trades["doubts"]
    counts = {name: int(np.count_nonzero(codes >> place & 1)) for place, name in enumerate(DOUBTS)}
    return {name: count for name, count in counts.items() if count}


def doubt_lines(counts: Mapping[str, int]) -> list[str]:
    """Write the reasons of ambiguous trades as lines for people, the commonest first."""
    common = sorted(counts.items(), key=lambda item: -item[1])
    return [f"{count:,}: {DOUBT_WORDS.get(name, name)}" for name, count in common]
