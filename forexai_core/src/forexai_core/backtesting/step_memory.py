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
_ONE_READ = (
    "all", "any", "argmax", "argmin", "argsort", "array", "bool_", "copy", "float32", "float64", "int32", "int64",
    "max", "mean", "median", "min", "ones", "prod", "std", "sum", "unique", "var", "zeros",
)  # fmt: skip
_TWO_READ = ("corrcoef", "cov", "dot", "full", "searchsorted", "take")
# Of functions of NumPy and methods of arrays, how many of their first arguments they only read; the next may be an out.
_READING = dict.fromkeys(_ONE_READ, 1) | dict.fromkeys(_TWO_READ, 2) | {"interp": 3, "where": 3}
_SETTINGS = frozenset({"axis", "bias", "ddof", "dtype", "out", "rowvar", "side"})  # none of them for a constant
_UNFILLED = frozenset({"as_strided", "empty", "empty_like", "ndarray"})
_NUMBERS: tuple[Any, ...] = (abs, bool, complex, float, int, len, pow, range, round)  # give nothing back that is given
_PASSED_ON = frozenset({"cast", "exhaust_iter", "getiter", "iternext", "phi"})
_Holding = list[tuple[int | str, str]]  # what is given that outlives the step, and in which place
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

    def __init__(self, call: Call, asked: frozenset[Call] = frozenset()) -> None:
        super().__init__(call)
        self._asked, self._gives = asked, dict[Call, bool]()
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
        held = {kind for each in made.list_vars() for kind in self.kinds[each.name]}
        if made.op.startswith("build_"):
            return {_IN + kind for kind in held if not kind.startswith(_IN)}
        if made.op in {"getitem", "static_getitem"}:
            return {taken for kind in self.kinds[made.value.name] for taken in self._taken(kind, made)}
        if made.op == "getattr":
            modules = [base for base in self._values(made.value, set()) if isinstance(base, ModuleType)]
            foreign = any(not _is_plain(getattr(base, made.attr, None)) for base in modules)
            return (self.kinds[made.value.name] & {_FIXED}) | ({_FIXED} if foreign else set())
        if made.op == "call":
            return {_FIXED} if any(self._gives_back(each, made) for each in self._values(made.func, set())) else set()
        if made.op == "pair_first":  # one of what is gone through
            return {kind.removeprefix(_IN) for kind in held}
        return held if made.op in _PASSED_ON else set()

    def _gives_back(self, function: Any, made: Any) -> bool:
        """Say whether what a call gives may be a constant array, or a part of one."""
        plain = plain_function(function)
        given = [(place, kind) for place, each in _given(made) for kind in self.kinds[each.name]]
        is_builtin = getattr(function, "__module__", "") == "builtins" and function not in _NUMBERS
        if is_builtin or function in _LOOPS:
            return any(kind.endswith(_FIXED) for _, kind in given)
        if not isinstance(plain, FunctionType) or is_harmless(function) or plain in commands_by_function():
            return False
        call = Call(plain, frozenset((place_of(plain, each), kind) for each, kind in given))
        if call not in self._gives:  # what calls itself counts as giving one back
            self._gives[call] = call in self._asked or _Memory(call, self._asked | {call}).gives_back_constants()
        return self._gives[call]

    def gives_back_constants(self) -> bool:
        """Say whether the function may return a constant array, or a part of one."""
        self._spread()
        returned = (each.value for each in self.statements if isinstance(each, ir.Return))
        return any(kind.endswith(_FIXED) for each in returned for kind in self.kinds[each.name])

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
        given = _given(expression)
        holding = [(place, kind) for place, each in given for kind in self.kinds[each.name]]
        if expression.vararg is not None or expression.varkwarg is not None:
            raise UnreadableError("a function is called with arguments that are not written out")
        if not holding and self._is_method(expression.func):
            return
        definitions = self.definitions[expression.func.name]
        constant = {kind for _, kind in holding} <= {_FIXED}
        if constant and definitions and all(self._reads(each, expression, holding) for each in definitions):
            return
        for function in self._values(expression.func, set()):
            _check_filled(function)
            self._judge(function, holding, expression)

    def _reads(self, definition: Any, call: Any, holding: _Holding) -> bool:
        """Say whether a function is a method of an array that writes nothing."""
        is_method = isinstance(definition, ir.Expr) and definition.op == "getattr" and definition.attr in _READING
        return (
            is_method
            and _only_read(definition.attr, call, holding, after=1)
            and self.kinds[definition.value.name] <= {_FIXED}
            and not any(isinstance(base, ModuleType) for base in self._values(definition.value, set()))
        )

    def _judge(self, function: Any, holding: _Holding, call: Any) -> None:
        plain = plain_function(function)
        kinds = {kind for _, kind in holding}
        if draws(plain):
            raise UnreadableError("it draws from a generator of random numbers")
        if isinstance(plain, FunctionType) and plain in commands_by_function():
            self._command(commands_by_function()[plain], plain, holding)
        elif function is len and kinds <= {_OUT, _FIXED}:
            return
        elif is_harmless(function) or function in _LOOPS:
            if not kinds <= ({_FIXED, _IN + _FIXED} if _keeps_nothing(function, call, holding) else set()):
                raise UnreadableError(f"{getattr(function, '__name__', function)} is given what outlives the step")
        elif isinstance(plain, FunctionType) and (isinstance(function, Dispatcher) or _NUMBA.DISABLE_JIT):
            self.calls.add(Call(plain, frozenset((place_of(plain, each), kind) for each, kind in holding)))
        else:
            name = getattr(function, "__name__", "") or "a function found on the way"
            raise UnreadableError(f"it calls {name}, which cannot be read")

    def _command(self, name: str, plain: FunctionType, holding: _Holding) -> None:
        for place, kind in holding:
            if kind != _FIXED and (place_of(plain, place), kind) != (0, _OUT):
                raise UnreadableError(f"commands.{name} is given what is none of its own")


def _given(call: Any) -> list[tuple[int | str, Any]]:
    return [*enumerate(call.args), *call.kws]


def _check_filled(function: Any) -> None:
    """Refuse a function of NumPy that gives an array which nobody filled: it holds what the last call left there."""
    if is_harmless(function) and _name_of(function) in _UNFILLED:
        raise UnreadableError(f"np.{_name_of(function)} gives what its memory held before; np.zeros is filled")


def _keeps_nothing(function: Any, call: Any, holding: _Holding) -> bool:
    """Say whether a function of Python or NumPy, called so, writes to none of the constants that it is given."""
    home = str(getattr(function, "__module__", "")).split(".", maxsplit=1)[0]
    is_plain = isinstance(function, BuiltinFunctionType | type) and home in {"builtins", "math", "cmath"}
    if is_plain or function in _LOOPS:
        return True
    if isinstance(function, np.ufunc):
        return not call.kws and all(isinstance(place, int) and place < function.nin for place, _ in holding)
    return _name_of(function) in _READING and _only_read(_name_of(function), call, holding)


def _only_read(name: str, call: Any, holding: _Holding, *, after: int = 0) -> bool:
    """Say whether a function of NumPy only reads the constants that a call gives it, ``after`` so many of a method."""
    read = _READING[name]
    places = all(isinstance(place, int) and place + after < read for place, _ in holding)
    return places and len(call.args) + after <= read + 1 and all(keyword in _SETTINGS for keyword, _ in call.kws)


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", ""))
