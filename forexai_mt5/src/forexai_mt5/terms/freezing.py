"""Standing still as the official package does: with the interpreter's lock held, so that no thread runs meanwhile."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["freeze"]

_LONGEST_MS = 1_000_000


def freeze(seconds: float) -> None:
    """Block this process, every thread of it, for a duration.

    The package's calls never release the interpreter's lock. A foreign function that is called through ``PyDLL`` does
    not either.
    """
    left_ms = max(0, round(seconds * 1_000))
    while left_ms > 0:
        part = min(left_ms, _LONGEST_MS)
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(part)
        else:
            ctypes.PyDLL(None).poll(None, 0, part)
        left_ms -= part
