"""Random numbers in a compiled step: drawn from a generator of nobody's they would make each run another one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core import ir

from forexai_core.backtesting.step_code import UnreadableError, plain_function, statements_of
from forexai_core.errors import ConfigError

__all__ = ["check_draws", "draws"]

_SOURCES = (random.Random, np.random.RandomState, np.random.Generator)
_MODULES = (random, np.random)
_LIBRARIES = frozenset({"numpy", "numba", "math", "cmath", "random", "builtins", "forexai_core"})


def check_draws(strategy: Any) -> None:
    """Refuse a strategy whose compiled step draws from the random numbers of NumPy or Python.

    Numba keeps a generator for each of the two, a thread, apart from any run: whether a seed reaches the one that is
    drawn from, before it is, cannot be told, and no other path of the interval could be followed with it.

    Parameters
    ----------
    strategy : strategy
        Of any form; only a compiled one has a step.

    Raises
    ------
    ConfigError
        If the step, or a function that it calls, draws or seeds: no run could be repeated for certain.
    """
    function = getattr(strategy, "_function", None)
    drawn = () if function is None else _drawn_by(plain_function(function))
    if drawn:
        raise ConfigError(
            f"{strategy.name}: its step draws random numbers ({', '.join(drawn)}) from a generator that is none of the "
            "run's own, so no run could be repeated for certain. Draw by forexai_core.strategies.draws: "
            "uniform(params['seed'], row['time_ns']) gives a number from 0 to 1 that hangs on the two alone; or draw "
            "before the run, in a vector strategy."
        )


@lru_cache(maxsize=256)
def _drawn_by(function: Any) -> tuple[str, ...]:
    """Name what a function, and all that it calls, draws by."""
    found: set[str] = set()
    waiting, followed = [function], {function}
    while waiting:
        for value in _values_of(waiting.pop()):
            plain = plain_function(value)
            if draws(plain):
                found.add(getattr(plain, "__name__", str(plain)))
            elif isinstance(plain, FunctionType) and plain not in followed and not _is_library(plain):
                followed.add(plain)
                waiting.append(plain)
    return tuple(sorted(found))


def _is_library(function: FunctionType) -> bool:
    return str(function.__module__).split(".", 1)[0] in _LIBRARIES


def draws(value: Any) -> bool:
    """Say whether a function is one of a source of random numbers, as those of ``numpy.random`` are."""
    return isinstance(getattr(value, "__self__", None), _SOURCES) or (
        callable(value) and getattr(value, "__module__", None) in {module.__name__ for module in _MODULES}
    )


def _values_of(function: Any) -> Iterator[Any]:
    """Give what a function takes from outside itself: globals, closures, and what modules hold by a name."""
    if not isinstance(function, FunctionType):
        return
    try:
        statements = statements_of(function)
    except UnreadableError:  # nor can it be compiled, which says why
        return
    known: dict[str, Any] = {}
    for each in statements:
        if not isinstance(each, ir.Assign):
            continue
        value = each.value
        if isinstance(value, ir.Global | ir.FreeVar):
            known[each.target.name] = value.value
        elif isinstance(value, ir.Var) and value.name in known:
            known[each.target.name] = known[value.name]
        elif isinstance(value, ir.Expr) and value.op == "getattr" and value.value.name in known:
            base = known[value.value.name]
            if isinstance(base, ModuleType):
                known[each.target.name] = getattr(base, value.attr, None)
    for held in known.values():
        yield from held if isinstance(held, tuple) else (held,)
