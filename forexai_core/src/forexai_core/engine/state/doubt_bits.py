"""What the bars may leave open of a position or a deal: a bit for each of ``arrays.DOUBTS``, by its place."""

from __future__ import annotations

__all__ = [
    "ENTRY_AND_STOP",
    "ENTRY_AND_TARGET",
    "ORDER_AND_EXIT",
    "RIVAL_ORDER",
    "ROLLOVER",
    "STOP_AND_TARGET",
    "TRAILING",
]

STOP_AND_TARGET, ENTRY_AND_STOP, ENTRY_AND_TARGET, ORDER_AND_EXIT = 1, 2, 4, 8
RIVAL_ORDER, TRAILING, ROLLOVER = 16, 32, 64
