"""What of its row a compiled step reads and what it commands, followed through numba's form of its code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np
from numba.core import config, ir
from numba.core.compiler import run_frontend
from numba.core.dispatcher import Dispatcher

from forexai_core.arrays import COMMAND, ROW
from forexai_core.strategies import commands

__all__ = [
    "Body",
    "Call",
    "Seen",
    "UnreadableError",
    "commands_by_function",
    "is_harmless",
    "place_of",
    "plain_function",
    "read_step",
    "statements_of",
]


class UnreadableError(Exception):
    """What a step does cannot be told from its code."""


class Seen(NamedTuple):
    """What a step touches.

    Attributes
    ----------
    fields : frozenset of str
        Of ROW, read.
    written : frozenset of str
        Of COMMAND, written or read by the step itself.
    commands : frozenset of str
        Functions of :mod:`forexai_core.strategies.commands` that it calls, under whatever name.
    """

    fields: frozenset[str]
    written: frozenset[str]
    commands: frozenset[str]


_ROW, _OUT = "row", "out"
_UNKNOWN = object()
_NUMBA: Any = config
_SHAPES = frozenset({"shape", "size", "ndim"})
_MODULES = frozenset({"numpy", "math", "cmath"})
_SPREADING = 0x04 | 0x08  # of code.co_flags: *args, **kwargs


class Call(NamedTuple):
    """A function, and by which of its parameters it gets the row or the commands."""

    function: Any
    given: frozenset[tuple[int, str]]


def read_step(function: Any) -> Seen:
    """Follow the row and the commands of a step through its code, and that of the functions that it calls.

    Each use of either must be one that is known: a field by a name or number that is a constant, a command, a function
    whose code can be followed too. Whatever else is done with them may read anything, so nothing is said then.

    Parameters
    ----------
    function : callable
        ``step(row, state, params, out)``, plain or compiled by numba.

    Returns
    -------
    Seen
        By the step and all that it calls.

    Raises
    ------
    UnreadableError
        If anything is done that cannot be told.
    """
    plain = plain_function(function)
    if not isinstance(plain, FunctionType):
        raise UnreadableError("its step is no function")
    fields: set[str] = set()
    written: set[str] = set()
    called: set[str] = set()
    first = Call(plain, frozenset({(0, _ROW), (3, _OUT)}))
    waiting, followed = [first], {first}
    while waiting:
        body = Body(waiting.pop())
        body.follow()
        fields |= body.fields
        written |= body.written
        called |= body.commands
        new = body.calls - followed
        followed |= new
        waiting += new
    return Seen(frozenset(fields), frozenset(written), frozenset(called))


def plain_function(function: Any) -> Any:
    """Give the function of Python that a compiled one was made of."""
    return function.py_func if isinstance(function, Dispatcher) else function


@cache
def commands_by_function() -> dict[FunctionType, str]:
    """Name the functions of :mod:`forexai_core.strategies.commands`."""
    return {plain_function(getattr(commands, name)): name for name in commands.__all__}


def _field(number_or_name: Any, dtype: np.dtype[Any]) -> str:
    """Name the field of a record that a constant stands for."""
    names = dtype.names or ()
    if isinstance(number_or_name, str) and number_or_name in names:
        return number_or_name
    is_number = isinstance(number_or_name, int | np.integer) and not isinstance(number_or_name, bool)
    if is_number and -len(names) <= number_or_name < len(names):
        return names[int(number_or_name)]
    raise UnreadableError(f"{number_or_name!r} is no field of {dtype.names}")


def is_harmless(function: Any) -> bool:
    """Say whether a function of Python or NumPy, given neither row nor commands, can tell nothing of the account."""
    home = str(getattr(function, "__module__", "")).split(".")[0]
    if isinstance(function, np.ufunc) or home in _MODULES:
        return True
    return home == "builtins" and isinstance(function, BuiltinFunctionType | type)


class Body:
    """The code of one function, with what it does to the row and to the commands."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.fields: set[str] = set()
        self.written: set[str] = set()
        self.commands: set[str] = set()
        self.calls: set[Call] = set()
        self.statements = statements_of(call.function)
        self.definitions: dict[str, list[Any]] = defaultdict(list)
        for each in self.statements:
            if isinstance(each, ir.Assign):
                self.definitions[each.target.name].append(each.value)
        self.kinds: dict[str, set[str]] = defaultdict(set)

    def follow(self) -> None:
        """Find which variables may hold the row or the commands, then look at all that is done."""
        self._spread()
        for each in self.statements:
            self._look_at(each)

    def _spread(self) -> None:
        given = defaultdict(set)
        for place, kind in self.call.given:
            given[place].add(kind)
        grown = True
        while grown:
            grown = False
            for name, values in self.definitions.items():
                kinds = set().union(*(self._kinds_of(value, given) for value in values))
                grown = grown or not kinds <= self.kinds[name]
                self.kinds[name] |= kinds

    def _kinds_of(self, value: Any, given: dict[int, set[str]]) -> set[str]:
        if isinstance(value, ir.Arg):
            return given.get(value.index, set())
        if isinstance(value, ir.Var):
            return self.kinds[value.name]
        if isinstance(value, ir.Expr) and value.op in {"getitem", "static_getitem"}:
            return self.kinds[value.value.name] & {_OUT}  # a row of the commands, or a field of all of them
        return set()

    def _holds(self, variables: Iterable[Any]) -> bool:
        return any(self.kinds[each.name] for each in variables)

    def _look_at(self, statement: Any) -> None:
        if isinstance(statement, ir.Del):
            return
        if isinstance(statement, ir.EnterWith):
            raise UnreadableError("a block runs in a context of its own")
        if isinstance(statement, ir.SetItem | ir.StaticSetItem | ir.SetAttr):
            self._write(statement)
        elif isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Expr):
            self._evaluate(statement.value)
        elif isinstance(statement, ir.Assign):
            if isinstance(statement.value, ir.Yield):
                raise UnreadableError("a generator may do anything in between")
        elif self._holds(statement.list_vars()):
            raise UnreadableError("row or commands are used in a way that is not followed")

    def _write(self, statement: Any) -> None:
        if self.kinds[statement.value.name]:
            raise UnreadableError("row or commands are stored")
        if isinstance(statement, ir.SetItem) and self.kinds[statement.index.name]:
            raise UnreadableError("row or commands are an index")
        kinds = self.kinds[statement.target.name]
        if _ROW in kinds:
            raise UnreadableError("the row is written")
        if _OUT not in kinds:
            return
        if isinstance(statement, ir.SetAttr):
            self.written.add(_field(statement.attr, COMMAND))
            return
        for index in self._indices(statement):
            if not isinstance(index, str):
                raise UnreadableError("a command is written other than field by field")
            self.written.add(_field(index, COMMAND))

    def _evaluate(self, expression: Any) -> None:
        if expression.op == "make_function":
            raise UnreadableError("a function inside a function may hold anything")
        if expression.op == "call":
            self._invoke(expression)
        elif expression.op in {"getitem", "static_getitem"} and self.kinds[expression.value.name]:
            self._take(expression)
        elif expression.op == "getattr" and self.kinds[expression.value.name]:
            self._take_attribute(expression)
        elif self._holds(expression.list_vars()):
            raise UnreadableError(f"row or commands are used in a way that is not followed ({expression.op})")

    def _take(self, expression: Any) -> None:
        kinds = self.kinds[expression.value.name]
        if expression.op == "getitem" and self.kinds[expression.index.name]:
            raise UnreadableError("row or commands are an index")
        for index in self._indices(expression):
            if _ROW in kinds:
                self.fields.add(_field(index, ROW))
            if _OUT in kinds and isinstance(index, str):
                self.written.add(_field(index, COMMAND))

    def _take_attribute(self, expression: Any) -> None:
        kinds = self.kinds[expression.value.name]
        if _ROW in kinds:
            self.fields.add(_field(expression.attr, ROW))
        if _OUT in kinds and expression.attr not in _SHAPES:
            self.written.add(_field(expression.attr, COMMAND))

    def _indices(self, item: Any) -> Iterator[Any]:
        """Give all constants that an index may be; of what is none, a thing that is no field."""
        if isinstance(item, ir.SetItem) or getattr(item, "op", "") == "getitem":
            yield from self._values(item.index, set())
        else:
            yield item.index

    def _values(self, variable: Any, passed: set[str]) -> list[Any]:
        """Give all values that a variable may have, with ``_UNKNOWN`` for what the code alone does not tell."""
        if variable.name in passed:
            return []
        passed.add(variable.name)
        found: list[Any] = []
        for each in self.definitions[variable.name]:
            found += self._value(each, passed)
        return found or [_UNKNOWN]

    def _value(self, definition: Any, passed: set[str]) -> list[Any]:
        if isinstance(definition, ir.Const | ir.Global | ir.FreeVar):
            return [definition.value]
        if isinstance(definition, ir.Var):
            return self._values(definition, passed)
        if isinstance(definition, ir.Expr) and definition.op == "getattr":
            return [_attribute(base, definition.attr) for base in self._values(definition.value, passed)]
        return [_UNKNOWN]

    def _invoke(self, expression: Any) -> None:
        given = [*enumerate(expression.args), *expression.kws]
        holding = [(place, kind) for place, each in given for kind in self.kinds[each.name]]
        if expression.vararg is not None or expression.varkwarg is not None:
            raise UnreadableError("a function is called with arguments that are not written out")
        if not holding and self._is_method(expression.func):
            return
        for function in self._values(expression.func, set()):
            self._call(function, holding)

    def _is_method(self, variable: Any) -> bool:
        """Say whether a function is that of a value made on the way: an array's, a tuple's."""
        definitions = self.definitions[variable.name]
        return all(
            isinstance(each, ir.Expr)
            and each.op == "getattr"
            and not self.kinds[each.value.name]
            and all(base is _UNKNOWN for base in self._values(each.value, set()))
            for each in definitions
        )

    def _call(self, function: Any, holding: list[tuple[int | str, str]]) -> None:
        plain = plain_function(function)
        name = commands_by_function().get(plain) if isinstance(plain, FunctionType) else None
        if name is not None:
            self._command(name, plain, holding)
        elif not holding and is_harmless(function):
            return
        elif isinstance(plain, FunctionType) and (plain is not function or _NUMBA.DISABLE_JIT):
            self.calls.add(Call(plain, frozenset((place_of(plain, each), kind) for each, kind in holding)))
        elif function is not len or any(kind != _OUT for _, kind in holding):
            raise UnreadableError(f"{function!r} may read anything")

    def _command(self, name: str, plain: FunctionType, holding: list[tuple[int | str, str]]) -> None:
        if any((place_of(plain, place), kind) != (0, _OUT) for place, kind in holding):
            raise UnreadableError("a command is given what is none of its own")
        self.commands.add(name)


def place_of(function: FunctionType, place: int | str) -> int:
    """Give the number of the parameter that an argument goes to."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    if code.co_flags & _SPREADING or code.co_kwonlyargcount:
        raise UnreadableError(f"{function.__name__} takes arguments that it does not name")
    if isinstance(place, str) and place in names:
        return names.index(place)
    if isinstance(place, int) and place < len(names):
        return place
    raise UnreadableError(f"{function.__name__} takes no argument {place!r}")


def _attribute(base: Any, name: str) -> Any:
    """Give what a module holds by a name; what other things hold may be made anew each time."""
    return getattr(base, name, _UNKNOWN) if isinstance(base, ModuleType) else _UNKNOWN


def statements_of(function: FunctionType) -> list[Any]:
    """Give the statements of a function as numba reads them, before it types anything."""
    read: Callable[..., Any] = run_frontend
    try:
        form = read(function)
    except Exception as error:  # numba has no common root of what it raises on code that it does not know
        raise UnreadableError(f"{function.__name__} cannot be read: {error}") from error
    return [statement for block in form.blocks.values() for statement in block.body]
