"""Standing still as the official package does: with the interpreter's lock held, so that no thread runs meanwhile."""

from __future__ import annotations

import ctypes
import sys
import time

__all__ = ["freeze"]

_LONGEST_MS = 1_000_000


def freeze(seconds: float) -> None:
    """Block this process, every thread of it, for a duration.

    The package's calls never release the interpreter's lock. A foreign function that is called through ``PyDLL`` does
    not either. Where the system gives no such function only the calling thread sleeps.
    """
    left_ms = max(0, round(seconds * 1_000))
    while left_ms > 0:
        part = min(left_ms, _LONGEST_MS)
        if sys.platform == "win32":
            ctypes.PyDLL("kernel32").Sleep(part)
        elif sys.platform == "linux":
            ctypes.PyDLL(None).poll(None, 0, part)
        else:
            time.sleep(part / 1_000)
        left_ms -= part
