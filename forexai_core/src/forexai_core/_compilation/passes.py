"""Passes of numba's compiler, and what takes their place."""

from __future__ import annotations

from typing import Any

__all__ = ["put_in_place"]


def put_in_place(passes: Any, usual: type, own: type) -> Any:
    """Have a pipeline run a pass of ours instead of one of numba's.

    Parameters
    ----------
    passes : PassManager
        A pipeline of numba's.
    usual, own : type
        The pass that goes, and the one that comes; both registered with numba.

    Returns
    -------
    PassManager
        The same one, ready to run.
    """
    passes.passes = [(own if each is usual else each, told) for each, told in passes.passes]
    passes.finalize()
    return passes
