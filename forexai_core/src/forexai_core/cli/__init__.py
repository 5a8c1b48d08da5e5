"""The command line: ``forexai COMMAND …``."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind ``forexai``; default: what the process was started with.

    Returns
    -------
    int
        Exit code: 0 done, 1 a check found something, 2 wrong use, 3 bad data, 4 venue or network, 5 refused by
        risk; 130 interrupted, 141 nobody reads the output any more.
    """
    # Typer is slow to load, and who imports a part of this package need not have it.
    from forexai_core.cli.application import run

    return run(arguments)
