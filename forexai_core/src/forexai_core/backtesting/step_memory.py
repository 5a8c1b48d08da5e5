"""Where a compiled step may remember anything but in its state: no other path can be followed with what it keeps there.

The search for bounds copies the state of a step from path to path. What is kept in the parameters, in the row, in rows
of commands that were never given, in a generator of random numbers or behind a function that cannot be read is not
copied, so each use of these must be one that is known to keep nothing. What cannot be told counts as kept.
"""

from __future__ import annotations

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core import config, ir
from numba.core.dispatcher import Dispatcher

from forexai_core.backtesting.step_code import (
    Body,
    Call,
    UnreadableError,
    commands_by_function,
    is_harmless,
    place_of,
    plain_function,
)
from forexai_core.backtesting.step_draws import draws

__all__ = ["hidden_memory"]

_ROW, _PARAMS, _OUT = "its row", "its params", "its commands"
_COMMAND, _COLUMN = "a command", "a field of its commands"
_FIXED = "a constant array"
_IN = "in "  # what a tuple or a list holds, by what it is
_RECORDS = frozenset({_ROW, _PARAMS})
_SIZES = frozenset({"shape", "size", "ndim"})
_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype, slice, ModuleType, type)
_READING = frozenset({
    "all", "any", "argmax", "argmin", "argsort", "array", "bool_", "copy", "corrcoef", "cov", "dot", "empty", "float32",
    "float64", "full", "int32", "int64", "interp", "max", "mean", "median", "min", "ones", "prod", "searchsorted",
    "std", "sum", "take", "unique", "var", "where", "zeros",
})  # fmt: skip
_LOOPS: tuple[Any, ...] = (numba.literal_unroll, numba.prange)
_NUMBA: Any = config


def hidden_memory(function: Any) -> str:
    """Say where a step may remember anything outside its state.

    Parameters
    ----------
    function : callable
        ``step(row, state, params, out)``, plain or compiled by numba.

    Returns
    -------
    str
        What it does, in words; empty where it provably keeps nothing elsewhere.
    """
    return _found(plain_function(function))


@lru_cache(maxsize=256)
def _found(plain: Any) -> str:
    if not isinstance(plain, FunctionType):
        return "its step is no function that can be read"
    first = Call(plain, frozenset({(0, _ROW), (2, _PARAMS), (3, _OUT)}))
    waiting, followed = [first], {first}
    try:
        while waiting:
            body = _Memory(waiting.pop())
            body.follow()
            new = body.calls - followed
            followed |= new
            waiting += new
    except UnreadableError as error:
        return str(error)
    return ""


def _is_plain(value: Any) -> bool:
    """Say whether a value from outside a function is one that nothing can be written to."""
    if isinstance(value, tuple):
        return all(_is_plain(each) for each in value)
    return not isinstance(value, np.void) and (isinstance(value, _PLAIN) or callable(value))


class _Memory(Body):
    """The code of one function, with what it does to all that outlives its call."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        defaults = (*(call.function.__defaults__ or ()), *(call.function.__kwdefaults__ or {}).values())
        if not all(map(_is_plain, defaults)):
            raise UnreadableError(f"{call.function.__name__} has a default that can be written to")

    def _kinds_of(self, value: Any, given: dict[int, set[str]]) -> set[str]:
        if isinstance(value, ir.Arg):
            return given.get(value.index, set())
        if isinstance(value, ir.Var):
            return self.kinds[value.name]
        if isinstance(value, ir.Global | ir.FreeVar):
            return set() if _is_plain(value.value) else {_FIXED}
        return self._kinds_made(value) if isinstance(value, ir.Expr) else set()

    def _kinds_made(self, made: Any) -> set[str]:
        if made.op in {"build_tuple", "build_list"}:
            return {
                _IN + kind for each in made.list_vars() for kind in self.kinds[each.name] if not kind.startswith(_IN)
            }
        if made.op in {"getitem", "static_getitem"}:
            return {taken for kind in self.kinds[made.value.name] for taken in self._taken(kind, made)}
        if made.op == "getattr":
            modules = [base for base in self._values(made.value, set()) if isinstance(base, ModuleType)]
            foreign = any(not _is_plain(getattr(base, made.attr, None)) for base in modules)
            return (self.kinds[made.value.name] & {_FIXED}) | ({_FIXED} if foreign else set())
        if made.op in {"cast", "exhaust_iter", "phi"}:
            return set().union(*(self.kinds[each.name] for each in made.list_vars()))
        return set()

    def _taken(self, kind: str, item: Any) -> set[str]:
        """Say what an item of a thing is."""
        if kind.startswith(_IN):
            return {kind.removeprefix(_IN)}
        if kind == _OUT:
            return {_COLUMN if isinstance(each, str) else _COMMAND for each in self._indices(item)}
        return {kind} & {_FIXED}

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
        else:
            self._refuse(statement.list_vars(), "used in a way that is not followed")

    def _refuse(self, variables: Any, done: str, *, but: frozenset[str] = frozenset({_FIXED})) -> None:
        for each in variables:
            for kind in sorted(self.kinds[each.name] - but):
                raise UnreadableError(f"{kind.replace(_IN, '')} is {done}" if kind != _OUT else f"{kind} are {done}")

    def _write(self, statement: Any) -> None:
        self._refuse([statement.value], "stored")
        if isinstance(statement, ir.SetItem):
            self._refuse([statement.index], "used as an index")
        target = self.kinds[statement.target.name]
        self._refuse([statement.target], "written to", but=frozenset({_COMMAND, _COLUMN}))
        if _COMMAND in target:
            fields = [statement.attr] if isinstance(statement, ir.SetAttr) else list(self._indices(statement))
            if not all(isinstance(each, str) and each != "kind" for each in fields):
                raise UnreadableError("a command is written by hand, not by a function of commands")

    def _evaluate(self, expression: Any) -> None:
        op = expression.op
        if op == "make_function":
            raise UnreadableError("a function inside a function may hold anything")
        if op == "call":
            self._invoke(expression)
        elif op in {"getitem", "static_getitem"}:
            self._take(expression)
        elif op == "getattr":
            self._take_attribute(expression)
        elif op not in {"build_tuple", "build_list", "cast", "exhaust_iter", "phi"}:
            self._refuse(expression.list_vars(), "used in a way that is not followed")
        elif any(kind.startswith(_IN) for each in expression.list_vars() for kind in self.kinds[each.name]) and (
            op.startswith("build")
        ):
            raise UnreadableError("what a step is given lies deep inside other things")

    def _take(self, expression: Any) -> None:
        kinds = self.kinds[expression.value.name]
        if expression.op == "getitem":
            self._refuse([expression.index], "used as an index")
        if kinds & {_COMMAND, _COLUMN}:
            raise UnreadableError("what was commanded before is read")
        if _OUT in kinds and "kind" in list(self._indices(expression)):
            raise UnreadableError("a command is written by hand, not by a function of commands")

    def _take_attribute(self, expression: Any) -> None:
        kinds = self.kinds[expression.value.name]
        if expression.attr in {"flat", "ctypes"}:
            raise UnreadableError(f"an array is used by its {expression.attr}, which may write to a constant")
        if kinds <= _RECORDS | {_FIXED} or (kinds == {_OUT} and expression.attr in _SIZES):
            return
        self._refuse([expression.value], "used in a way that is not followed")

    def _invoke(self, expression: Any) -> None:
        given = [*enumerate(expression.args), *expression.kws]
        holding = [(place, kind) for place, each in given for kind in self.kinds[each.name]]
        if expression.vararg is not None or expression.varkwarg is not None:
            raise UnreadableError("a function is called with arguments that are not written out")
        if not holding and self._is_method(expression.func):
            return
        definitions = self.definitions[expression.func.name]
        if {kind for _, kind in holding} <= {_FIXED} and definitions and all(map(self._reads, definitions)):
            return
        for function in self._values(expression.func, set()):
            self._call(function, holding)

    def _reads(self, definition: Any) -> bool:
        """Say whether a function is a method of an array that writes nothing."""
        is_method = isinstance(definition, ir.Expr) and definition.op == "getattr" and definition.attr in _READING
        return (
            is_method
            and self.kinds[definition.value.name] <= {_FIXED}
            and not any(isinstance(base, ModuleType) for base in self._values(definition.value, set()))
        )

    def _call(self, function: Any, holding: list[tuple[int | str, str]]) -> None:
        plain = plain_function(function)
        kinds = {kind for _, kind in holding}
        if draws(plain):
            raise UnreadableError("it draws from a generator of random numbers")
        if isinstance(plain, FunctionType) and plain in commands_by_function():
            self._command(commands_by_function()[plain], plain, holding)
        elif function is len and kinds <= {_OUT, _FIXED}:
            return
        elif is_harmless(function) or function in _LOOPS:
            if not kinds <= ({_FIXED, _IN + _FIXED} if _keeps_nothing(function) else set()):
                raise UnreadableError(f"{getattr(function, '__name__', function)} is given what outlives the step")
        elif isinstance(plain, FunctionType) and (isinstance(function, Dispatcher) or _NUMBA.DISABLE_JIT):
            self.calls.add(Call(plain, frozenset((place_of(plain, each), kind) for each, kind in holding)))
        else:
            name = getattr(function, "__name__", "") or "a function found on the way"
            raise UnreadableError(f"it calls {name}, which cannot be read")

    def _command(self, name: str, plain: FunctionType, holding: list[tuple[int | str, str]]) -> None:
        for place, kind in holding:
            if kind != _FIXED and (place_of(plain, place), kind) != (0, _OUT):
                raise UnreadableError(f"commands.{name} is given what is none of its own")


def _keeps_nothing(function: Any) -> bool:
    """Say whether a function of Python or NumPy writes to none of its arguments, nor gives one of them back."""
    home = str(getattr(function, "__module__", "")).split(".", maxsplit=1)[0]
    is_plain = isinstance(function, BuiltinFunctionType | type) and home in {"builtins", "math", "cmath"}
    return is_plain or isinstance(function, np.ufunc) or function in _LOOPS or _name_of(function) in _READING


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", ""))
