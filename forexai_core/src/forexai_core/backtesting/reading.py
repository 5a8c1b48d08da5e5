"""What a compiled step reads, found in its code."""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from itertools import pairwise
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from forexai_core.arrays import ROW
from forexai_core.engine.programs import Program

__all__ = ["ALL_READ", "Reads", "reads_of"]

_MONEY = frozenset({"balance", "equity"})
_RISK = frozenset({"risk_fraction", "buy_risk", "sell_risk"})
_BY_TICKET = frozenset({"close", "close_by", "modify", "modify_order", "trail", "cancel"})
_NONE: frozenset[str] = frozenset()
_COMMANDS = "forexai_core.strategies.commands"


class Reads(NamedTuple):
    """What of the account and of a position sizes or decisions may depend on."""

    reads_money: bool
    reads_tickets: bool
    reads_ages: bool
    reads_entries: bool


ALL_READ = Reads(reads_money=True, reads_tickets=True, reads_ages=True, reads_entries=True)
"""Of decisions whose code is not read."""


def reads_of(strategy: Any, programs: Iterable[Program]) -> Reads:
    """Say what sizes or decisions may depend on.

    Numba takes no computed name of a field, so a step reads a field of its row only where the name of that field, or
    its number, stands in its own code, or in that of a function that it names.

    Parameters
    ----------
    strategy : strategy
        Whose step it is, where it has one.
    programs : iterable of Program
        What it decides by.

    Returns
    -------
    Reads
        All true where the code cannot be read.
    """
    programs = list(programs)
    by_risk = any(program.management["risk_fraction"][0] > 0.0 for program in programs)
    if all(program.step is None for program in programs):
        return Reads(reads_money=by_risk, reads_tickets=False, reads_ages=False, reads_entries=False)
    function = getattr(strategy, "_function", None)

    def reads(fields: frozenset[str], *, besides: frozenset[str] = _NONE, commands: frozenset[str] = _NONE) -> bool:
        wanted = _Wanted(fields | besides, _places_of(fields), commands)
        return function is None or _mentions(function, wanted, set())

    return Reads(
        reads_money=by_risk or reads(_MONEY, besides=_RISK),
        reads_tickets=reads(frozenset({"ticket"}), commands=_BY_TICKET),
        reads_ages=reads(frozenset({"bars_held"})),
        reads_entries=reads(frozenset({"entry_price"})),
    )


class _Wanted(NamedTuple):
    """Names, the numbers that fields of a row have, and commands, by any of which a step depends on something."""

    names: frozenset[str]
    places: frozenset[int]
    commands: frozenset[str]


def _places_of(fields: frozenset[str]) -> frozenset[int]:
    names = ROW.names or ()
    return frozenset(names.index(name) + back for name in fields for back in (0, -len(names)))


def _mentions(function: Any, wanted: _Wanted, seen: set[int]) -> bool:
    plain = _plain(function)
    code = getattr(plain, "__code__", None)
    if not isinstance(code, CodeType):
        return True
    if id(code) in seen:
        return False
    seen.add(id(code))
    reached = list(_reached(plain, code))
    texts = {text for each in reached for text in _texts(each)}
    if (set(_texts(code)) | texts) & wanted.names or _numbers_a_field(code, wanted.places):
        return True
    functions = [each for each in reached if _is_function(each)]
    if any(_is_command(each) and _plain(each).__name__ in wanted.commands for each in functions):
        return True
    return any(_mentions(each, wanted, seen) for each in functions if not _is_command(each) and not _is_numpy(each))


def _plain(function: Any) -> Any:
    return getattr(function, "py_func", function)


def _is_function(value: Any) -> bool:
    return hasattr(_plain(value), "__code__")


def _is_command(function: Any) -> bool:
    return getattr(_plain(function), "__module__", "") == _COMMANDS


def _is_numpy(function: Any) -> bool:
    """Say whether numba puts code of its own in a function's place."""
    return str(getattr(_plain(function), "__module__", "")).split(".")[0] == "numpy"


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


def _names(code: CodeType) -> Iterator[str]:
    """Give every name in a code, and no text."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names(each)


def _numbers_a_field(code: CodeType, places: frozenset[int]) -> bool:
    """Say whether a code takes a field by the number that one of those wanted has in a row."""
    steps = list(dis.get_instructions(code))
    taken = (one.argval for one, other in pairwise(steps) if other.opname.startswith("BINARY_SUBSCR"))
    nested = any(_numbers_a_field(each, places) for each in code.co_consts if isinstance(each, CodeType))
    return nested or any(isinstance(each, int) and each in places for each in taken)


def _reached(plain: Any, code: CodeType) -> Iterator[Any]:
    """Give what a code names: of its closure, of its module, and of modules that it names."""
    names = set(_names(code))
    if "getattr" in names:
        names = set(_texts(code))
    given = [cell.cell_contents for cell in plain.__closure__ or ()]
    given += [plain.__globals__[name] for name in names & plain.__globals__.keys()]
    modules: set[int] = set()
    while given:
        value = given.pop()
        if isinstance(value, tuple | list):
            given += value
        if not isinstance(value, ModuleType):
            yield value
        elif id(value) not in modules:
            modules.add(id(value))
            inside = [getattr(value, name) for name in names if hasattr(value, name)]
            given += [each for each in inside if isinstance(each, ModuleType) or _is_function(each)]
