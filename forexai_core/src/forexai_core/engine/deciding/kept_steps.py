"""Steps that are kept on disk: never older than anything that they call.

Numba stamps what it keeps with the file of the function alone. Here the stamp is extended by the function's
footprint (:func:`~forexai_core.engine.deciding.footprint.footprint`), for the step and for every compiled function of
its author's that it reaches; and what was read from disk before that is compiled anew.
"""

from __future__ import annotations

import logging
from typing import Any
from weakref import WeakSet

from numba.core import caching

from forexai_core._compilation.cache import use_own_files
from forexai_core.engine.deciding.footprint import footprint

__all__ = ["keep_current"]

_LOG = logging.getLogger(__name__)
_STAMPED: WeakSet[Any] = WeakSet()


def keep_current(compiled: Any) -> None:
    """Make sure that no code of a step is older than what it was made of.

    Parameters
    ----------
    compiled : numba dispatcher
        The step, before it is called or compiled into anything.
    """
    reached = footprint(compiled).dispatchers
    fresh = [each for each in reached if each not in _STAMPED]
    doubtful = any(each.stats.cache_hits for each in fresh)
    for each in fresh:
        _stamp(each)
    if doubtful:  # something may be older, and whatever was compiled with it
        for each in reached:  # callees come first
            if each.overloads:
                each.recompile()


def _stamp(compiled: Any) -> None:
    """Let a function's place on disk hold for what it is made of now."""
    _STAMPED.add(compiled)
    if isinstance(compiled._cache, caching.NullCache):  # noqa: SLF001 - numba has no public way
        return
    made_of = footprint(compiled)
    if made_of.unknown or not hasattr(compiled._cache, "_impl"):  # noqa: SLF001
        compiled._cache = caching.NullCache()  # noqa: SLF001
        _LOG.warning(
            "%s is not kept on disk, though cache=True asks for it: it uses %s, of which nobody can tell whether it "
            "has changed. Pass such things as parameters, or leave cache out.",
            compiled.py_func.__qualname__,
            " and ".join(made_of.unknown) or "a numba that keeps its files in another way",
        )
        return
    use_own_files(compiled._cache, made_of.code)  # noqa: SLF001
