"""What the built program begins with: the window, or one of the processes that it starts by its own name.

A built program has no interpreter beside it: ``sys.executable`` is the program itself, and ``-m MODULE`` comes here.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence

# Named one by one, so that whoever builds the program sees what belongs to it.
import forexai_mt5.desktop.__main__ as window
import forexai_mt5.hosting.__main__ as hosting
import forexai_mt5.worker.__main__ as worker

__all__ = ["main"]

PROCESSES: dict[str, Callable[[], None]] = {
    "forexai_mt5.worker": worker.main,
    "forexai_mt5.hosting": hosting.main,
}
"""What may be started by ``-m``; everything else is the window's."""


def main(arguments: Sequence[str]) -> int:
    """Begin; give the exit code."""
    if len(arguments) == 2 and arguments[0] == "-m" and arguments[1] in PROCESSES:
        PROCESSES[arguments[1]]()
        return 0
    return window.main(list(arguments))


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
