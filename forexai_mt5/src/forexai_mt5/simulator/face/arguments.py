"""How the official package's library reads its arguments, wrong ones included.

What it takes and refuses was read from the library's code: see the page on the simulator in the documents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import TradeRequest

__all__ = [
    "ExceptionLeftSet",
    "check_count",
    "filters",
    "invalid",
    "number_argument",
    "price_arguments",
    "request_argument",
    "seconds",
    "symbol_argument",
]

_UNITS = 29  # UTF-16 units that a symbol or a comment may have
_GROUP_UNITS = 1997
_LONG = 2**31
_UNSIGNED_LONG = 2**32
_UNSIGNED_LONG_LONG = 2**64

_FLOATS = ("volume", "price", "stoplimit", "sl", "tp")
_TEXTS = ("symbol", "comment")
_INTEGERS = {
    "action": _UNSIGNED_LONG,
    "magic": _UNSIGNED_LONG_LONG,
    "order": _UNSIGNED_LONG_LONG,
    "deviation": _UNSIGNED_LONG_LONG,
    "type": _UNSIGNED_LONG,
    "type_filling": _UNSIGNED_LONG,
    "type_time": _UNSIGNED_LONG,
    "expiration": _UNSIGNED_LONG_LONG,
    "position": _UNSIGNED_LONG_LONG,
    "position_by": _UNSIGNED_LONG_LONG,
}


class ExceptionLeftSet(Exception):  # noqa: N818 - it is what the interpreter will complain of, not an error of its own
    """The library leaves a Python exception set and returns all the same: the interpreter makes a SystemError of it."""


def invalid(what: str = "arguments") -> CallError:
    """Make the error of an argument that the library names."""
    return CallError(c.RES_E_INVALID_PARAMS, f"Invalid {what}")


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_count(given: Sequence[object], least: int, most: int | None = None) -> None:
    """Refuse a call with too few or too many positional arguments."""
    if not least <= len(given) <= (least if most is None else most):
        raise invalid()


def seconds(value: object) -> int:
    """Read a date: whole seconds of 32 bits, from an int, a float, or a datetime.

    A datetime counts by its ``timestamp()``: without a time zone it is taken as the local time of this machine, never
    as that of the server.

    Raises
    ------
    ExceptionLeftSet
        If it is something else.
    """
    if not isinstance(value, int | float | dt.datetime):
        raise ExceptionLeftSet(f"a date is an int, a float or a datetime, not {type(value).__name__}")
    try:
        return int(value.timestamp() if isinstance(value, dt.datetime) else value) % _UNSIGNED_LONG
    except (OverflowError, ValueError) as problem:
        raise ExceptionLeftSet(str(problem)) from problem


def number_argument(value: object, what: str) -> int:
    """Read an int that the C interface takes as a long, which has 32 bits on Windows.

    Raises
    ------
    ExceptionLeftSet
        If it is none, or does not fit.
    """
    if not isinstance(value, int):
        raise ExceptionLeftSet(f"{what}: an integer is required (got type {type(value).__name__})")
    if not -_LONG <= value < _LONG:
        raise ExceptionLeftSet(f"{what}: Python int too large to convert to C long")
    return int(value)


def price_arguments(values: Sequence[object]) -> list[float]:
    """Read volumes and prices of the calculations: any real number.

    Raises
    ------
    ExceptionLeftSet
        If one is none.
    """
    read = []
    for value in values:
        try:
            read.append(float(value))  # type: ignore[arg-type]  # whatever has __float__, as PyFloat_AsDouble takes it
        except (TypeError, ValueError) as problem:
            raise ExceptionLeftSet(str(problem)) from problem
        if isinstance(value, str):
            raise ExceptionLeftSet("must be real number, not str")
    return read


def symbol_argument(value: object, name: str = "1st unnamed argument") -> str:
    """Read the name of a symbol.

    Raises
    ------
    CallError
        If it is no text, or too long.
    """
    if not isinstance(value, str) or units(value) > _UNITS:
        raise invalid(name)
    return value


def filters(given: Mapping[str, object], known: Sequence[str]) -> dict[str, Any]:
    """Read keywords that choose positions, orders or deals; unknown ones are ignored.

    Raises
    ------
    CallError
        If one is of a wrong type, which is named.
    """
    chosen: dict[str, Any] = {}
    for name in known:
        if given.get(name) is None:
            continue
        value = given[name]
        if name in {"ticket", "position"}:
            good = isinstance(value, int) and 0 <= value < _UNSIGNED_LONG_LONG
        else:
            good = isinstance(value, str) and units(value) <= (_GROUP_UNITS if name == "group" else _UNITS)
        if not good:
            raise invalid(f'"{name}" argument')
        chosen[name] = value
    return chosen


def _fields_of(positional: Sequence[object], named: Mapping[str, object]) -> Mapping[Any, Any]:
    """Take a request as a dictionary or as keywords, never as both."""
    if len(positional) > 1 or bool(positional) == bool(named):
        raise invalid()
    if not positional:
        return named
    if not isinstance(positional[0], dict):
        raise invalid()
    return positional[0]


def _integer(name: str, value: object) -> int:
    if not isinstance(value, int):
        raise invalid(f'"{name}" argument')
    if not 0 <= value < _INTEGERS[name]:
        raise ExceptionLeftSet(f"{name}: can't convert {value} to an unsigned C integer")
    return int(value)


def request_argument(positional: Sequence[object], named: Mapping[str, object]) -> TradeRequest:
    """Read a trade request: a dictionary, or keywords.

    Unknown keys are ignored, missing ones are 0 or empty. Prices and volumes must be floats: an int, a Decimal or a
    ``numpy.float32`` is refused. Integers must be ints: a ``numpy.int64`` is refused.

    Raises
    ------
    CallError
        If a field is of a wrong type, which is named.
    ExceptionLeftSet
        If an integer is negative or too large.
    """
    fields = _fields_of(positional, named)
    read: dict[str, float | str] = {}
    for name in TradeRequest.__match_args__:
        if name not in fields:
            continue
        value = fields[name]
        if name in _FLOATS:
            if not isinstance(value, float):
                raise invalid(f'"{name}" argument')
            read[name] = float(value)
        elif name in _TEXTS:
            if not isinstance(value, str) or units(value) > _UNITS:
                raise invalid(f'"{name}" argument')
            read[name] = str(value)
        else:
            read[name] = _integer(name, value)
    return structure_of(TradeRequest, read)
