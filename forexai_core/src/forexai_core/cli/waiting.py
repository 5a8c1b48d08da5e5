"""What a person sees while something takes long; nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forexai_core.cli.printing import note

__all__ = ["COMPILING", "note_compiling", "progress_of"]

COMPILING = "compiling the engine for this machine, once; kept for next time …"
"""Shown before the first run on a machine, which takes up to a minute longer."""


def note_compiling() -> bool:
    """Say so when the engine has to be compiled first.

    Returns
    -------
    bool
        Whether it has to be.
    """
    # Slow to load: only who runs the engine asks.
    from forexai_core._compilation.notice import LOGGER
    from forexai_core._jit import is_compiled
    from forexai_core.engine.driving.run import run

    if is_compiled(run):
        return False
    note(COMPILING)
    LOGGER.disabled = True  # the command has said it
    return True


@contextmanager
def progress_of(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal while something goes on.

    Parameters
    ----------
    title : str
        What goes on.

    Yields
    ------
    callable
        Told ``(done, in all)`` now and then; before that the bar only shows that something goes on.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    # Slow to load, and only for terminals.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
