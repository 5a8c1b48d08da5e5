"""What is said when the ledger has to be compiled before its first run.

One line a process, on a terminal and as a record of the logger ``forexai_core.compiling``; nothing where the compiled
kernels are kept on disk already. ``logging.getLogger("forexai_core.compiling").disabled = True`` leaves it out.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["LOGGER", "CompilingNotice"]

COMPILING = (
    "forexai: compiling the ledger for this machine. This takes about a minute, once; what is compiled is kept for the "
    "next time."
)


class _OnTerminals(logging.Handler):
    """Write to the standard error where a person watches it, and no handler of the program's own does it already."""

    def emit(self, record: logging.LogRecord) -> None:
        stream = sys.stderr
        if stream is None or not stream.isatty() or logging.getLogger().handlers:
            return
        stream.write(f"{record.getMessage()}\n")
        stream.flush()


LOGGER = logging.getLogger("forexai_core.compiling")
LOGGER.setLevel(logging.INFO)
LOGGER.addHandler(_OnTerminals())


class CompilingNotice:
    """Say once that compiling takes its time."""

    def __init__(self) -> None:
        self._said = False

    def before(self, body: Callable[..., Any]) -> None:
        """Take notice of a kernel that is about to be compiled.

        Parameters
        ----------
        body : callable
            Its function. Only the ledger's take long; processes that work for another say nothing.
        """
        if self._said or not body.__module__.startswith("forexai_core.engine"):
            return
        self._said = True
        if multiprocessing.parent_process() is None:
            LOGGER.info(COMPILING)
