"""What a compiled step reads, found in its code."""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any

from forexai_core.arrays import ROW
from forexai_core.engine.programs import Program

__all__ = ["reads_money"]

_MONEY = frozenset({"balance", "equity"})
_RISK = frozenset({"risk_fraction", "buy_risk", "sell_risk"})
_PLACES = {(ROW.names or ()).index(name) + back for name in _MONEY for back in (0, -len(ROW.names or ()))}
_COMMANDS = "forexai_core.strategies.commands"


def reads_money(strategy: Any, programs: Iterable[Program]) -> bool:
    """Say whether sizes or decisions may depend on balance or equity.

    Numba takes no computed name of a field, so a step reads the money of its row only where the name of that field, or
    its number, stands in its own code, or in that of a function that it names.

    Parameters
    ----------
    strategy : strategy
        Whose step it is, where it has one.
    programs : iterable of Program
        What it decides by.

    Returns
    -------
    bool
        True also where the code cannot be read.
    """
    programs = list(programs)
    if any(program.management["risk_fraction"][0] > 0.0 for program in programs):
        return True
    if all(program.step is None for program in programs):
        return False
    function = getattr(strategy, "_function", None)
    return function is None or _mentions_money(function, set())


def _mentions_money(function: Any, seen: set[int]) -> bool:
    plain = getattr(function, "py_func", function)
    code = getattr(plain, "__code__", None)
    if not isinstance(code, CodeType):
        return True
    if id(code) in seen:
        return False
    seen.add(id(code))
    reached = list(_reached(plain, code))
    texts = {text for each in reached for text in _texts(each)}
    if (set(_texts(code)) | texts) & (_MONEY | _RISK) or _numbers_a_field(code):
        return True
    functions = [each for each in reached if hasattr(getattr(each, "py_func", each), "__code__")]
    return any(_mentions_money(each, seen) for each in functions if getattr(each, "__module__", "") != _COMMANDS)


def _texts(value: Any) -> Iterator[str]:
    """Give every name and text in a code, a tuple or a text itself."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, CodeType):
        yield from value.co_names
        yield from _texts(value.co_consts)


def _numbers_a_field(code: CodeType) -> bool:
    """Say whether a code takes a field by the number that balance or equity has in a row."""
    steps = list(dis.get_instructions(code))
    taken = (one.argval for one, other in pairwise(steps) if other.opname.startswith("BINARY_SUBSCR"))
    nested = any(_numbers_a_field(each) for each in code.co_consts if isinstance(each, CodeType))
    return nested or any(isinstance(each, int) and each in _PLACES for each in taken)


def _reached(plain: Any, code: CodeType) -> Iterator[Any]:
    """Give what a code names: of its closure, of its module, and of modules that it names."""
    for cell in plain.__closure__ or ():
        yield cell.cell_contents
    names = set(_texts(code))
    for name in names & plain.__globals__.keys():
        value = plain.__globals__[name]
        if isinstance(value, ModuleType):
            yield from (getattr(value, each) for each in names if isinstance(getattr(value, each, None), FunctionType))
        else:
            yield value
