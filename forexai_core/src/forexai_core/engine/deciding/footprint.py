"""What a compiled step is made of: every function and every constant that it reaches, in whatever file.

Numba compiles constants and called functions into the code of the caller. So a step is another one when any of them
changes, and code that is kept on disk is of use only while none has.
"""

from __future__ import annotations

import dis
import hashlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import attrs
import numpy as np
from numba.core import types
from numba.core.typing import templates

from forexai_core._compilation.stamps import in_package, kernel_stamp

__all__ = ["Footprint", "footprint"]

# Their functions have their meaning by name: numba brings what it compiles for them, and checks its own version.
_LIBRARIES = frozenset(sys.stdlib_module_names) | {"numba", "numpy", "llvmlite"}
_COMMANDS = Path(__file__).resolve().parents[2] / "strategies" / "commands.py"  # steps write by these, by any name
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))


@attrs.frozen(kw_only=True)
class Footprint:
    """All that a function reaches.

    Attributes
    ----------
    code : str
        Hex digest of what is in memory now: code and values.
    source : str
        Hex digest of the texts and values; the same for every version of Python.
    unknown : tuple of str
        What it reaches of which nobody can tell whether it has changed.
    dispatchers : tuple
        Functions compiled by numba, callees before their callers; without those of this package.
    """

    code: str
    source: str
    unknown: tuple[str, ...]
    dispatchers: tuple[Any, ...]


def footprint(function: Any) -> Footprint:
    """Find all that a function reaches.

    Parameters
    ----------
    function : callable
        Plain, or compiled by numba.
    """
    walk = _Walk()
    walk.parts.append(("commands", kernel_stamp(_COMMANDS), ""))
    walk.value("step", function, frozenset())
    return Footprint(
        code=_digest(f"{name} {code}" for name, code, _ in walk.parts),
        source=_digest(f"{name} {source}" for name, _, source in walk.parts),
        unknown=tuple(sorted(walk.unknown)),
        dispatchers=tuple(walk.dispatchers),
    )


def _digest(parts: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(parts))).encode()).hexdigest()


@lru_cache(maxsize=4_096)
def _code_hash(code: CodeType) -> str:
    """Hash what a code object does, wherever it stands."""
    constants = [_code_hash(each) if isinstance(each, CodeType) else _written(each) for each in code.co_consts]
    shape = (code.co_argcount, code.co_kwonlyargcount, code.co_flags, code.co_exceptiontable, code.co_names)
    names = (code.co_varnames, code.co_freevars, code.co_cellvars)
    return hashlib.sha256(repr((code.co_code, constants, shape, names)).encode()).hexdigest()


def _written(constant: object) -> str:
    ordered = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
    return f"{type(constant).__name__} {ordered!r}"


@lru_cache(maxsize=4_096)
def _source_hash(code: CodeType) -> str:
    """Hash the text of a function; its code where there is none to read, as in a prompt."""
    try:
        text = inspect.getsource(code)
    except (OSError, TypeError):
        return _code_hash(code)
    return hashlib.sha256(inspect.cleandoc(text).encode()).hexdigest()


@lru_cache(maxsize=4_096)
def _names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Give the names that code takes from its module, and those that it takes from other things."""
    taken, attributes = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            taken.add(str(step.argval))
        elif step.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
            attributes.add(str(step.argval))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            more = _names(inner)
            taken |= more[0]
            attributes |= more[1]
    return frozenset(taken), frozenset(attributes)


def _is_library(module: object) -> bool:
    return isinstance(module, str) and module.split(".", 1)[0] in _LIBRARIES


def _named(thing: Any) -> str:
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or type(thing).__qualname__
    return f"{getattr(thing, '__module__', None)}.{name}"


def _overloads(function: FunctionType) -> Iterator[FunctionType]:
    """Give what numba compiles in a plain function's place, where somebody has registered such."""
    for known, kind in templates.builtin_registry.globals:
        if known is function:
            for template in getattr(kind, "templates", ()):
                made = getattr(template, "_overload_func", None)
                if isinstance(made, FunctionType):
                    yield made


class _Walk:
    """Goes through functions and values; each is looked at once."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, str]] = []
        self.unknown: set[str] = set()
        self.dispatchers: list[Any] = []
        self._seen: dict[tuple[int, frozenset[str]], Any] = {}  # holds what it has seen, so that no id comes twice

    def _note(self, name: str, code: str, source: str | None = None) -> None:
        self.parts.append((name, code, code if source is None else source))

    def value(self, where: str, value: Any, attributes: frozenset[str]) -> None:
        """Take up whatever stands at a place; of modules and classes what is asked of them."""
        if isinstance(value, _PLAIN) and not isinstance(value, Enum):
            self._note(where, f"{type(value).__name__} {value!r}")
            return
        key = (id(value), attributes if isinstance(value, ModuleType | type) else frozenset())
        if key in self._seen:
            return
        self._seen[key] = value
        if hasattr(value, "py_func") and hasattr(value, "targetoptions"):
            self._dispatcher(value)
        elif isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, ModuleType):
            self._members(value.__name__, value, attributes)
        elif isinstance(value, type):
            self._class(value, attributes)
        else:
            self._thing(where, value)

    def _dispatcher(self, compiled: Any) -> None:
        self._function(compiled.py_func)
        if not in_package(compiled.py_func.__code__.co_filename):
            self._note(f"options of {_named(compiled.py_func)}", repr(sorted(compiled.targetoptions.items())), "")
            self.dispatchers.append(compiled)

    def _function(self, function: FunctionType) -> None:
        code, name = function.__code__, _named(function)
        if in_package(code.co_filename):
            self._note(name, kernel_stamp(Path(code.co_filename).resolve()), "")
            return
        if _is_library(function.__module__):
            self._note(name, "by name")
            return
        self._note(name, _code_hash(code), _source_hash(code))
        taken, attributes = _names(code)
        for each in sorted(taken & function.__globals__.keys()):
            self.value(f"{function.__module__}.{each}", function.__globals__[each], attributes)
        for each, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            with suppress(ValueError):  # a cell that holds nothing yet
                self.value(f"{name}.{each}", cell.cell_contents, attributes)
        self.value(f"defaults of {name}", (function.__defaults__, function.__kwdefaults__), attributes)
        for made in _overloads(function):
            self.value(name, made, attributes)

    def _members(self, name: str, home: Any, attributes: frozenset[str]) -> None:
        """Take up what a module or a class gives to the code that names it."""
        if _is_library(name):
            return
        lazy = isinstance(home, ModuleType) and "__getattr__" in vars(home) and not name.startswith("forexai_core")
        for each in sorted(attributes if lazy else attributes & vars(home).keys()):
            missing = object()
            value = getattr(home, each, missing) if lazy else inspect.getattr_static(home, each)
            if value is not missing:
                self.value(f"{name}.{each}", value, attributes)

    def _class(self, kind: type, attributes: frozenset[str]) -> None:
        if hasattr(kind, "class_type"):  # a jitclass, whose methods are compiled by themselves
            self.unknown.add(_named(kind))
        self._note(_named(kind), repr(getattr(kind, "_fields", "")))
        if issubclass(kind, Enum):
            for member in kind:
                self.value(f"{_named(kind)}.{member.name}", member.value, attributes)
        elif not _is_library(kind.__module__):
            self._members(_named(kind), kind, attributes)

    def _thing(self, where: str, value: Any) -> None:
        if isinstance(value, tuple | list):
            self._note(where, f"{_named(type(value))} of {len(value)}")
            for number, each in enumerate(value):
                self.value(f"{where}[{number}]", each, frozenset())
        elif isinstance(value, dict):
            for key in value:
                self.value(f"{where}[{key!r}]", value[key], frozenset())
        elif isinstance(value, set | frozenset):
            self._note(where, f"{type(value).__name__} {sorted(map(repr, value))}")
        elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
            content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            self._note(where, f"{value.dtype.descr} {value.shape} {content}")
        elif isinstance(value, np.generic | np.dtype | types.Type):
            self._note(where, repr(value))
        elif isinstance(value, Enum):
            self.value(f"{where}: {_named(type(value))}.{value.name}", value.value, frozenset())
        elif isinstance(value, staticmethod | classmethod):
            self.value(where, value.__func__, frozenset())
        elif isinstance(getattr(value, "_defn", None), FunctionType):  # an intrinsic
            self._function(value._defn)  # noqa: SLF001 - numba shows it nowhere else
        elif _is_library(type(value).__module__) and _is_library(
            getattr(value, "__module__", "builtins") or "builtins"
        ):
            self._note(where, _named(value))
        else:
            self.unknown.add(f"{where}, a {_named(type(value))}")
