"""Numbers as a user gives them: what is none is left as it is, so that a validator can name the field."""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeAlias

import attrs

from forexai_core.errors import ConfigError

__all__ = [
    "countable_points",
    "finite",
    "is_number",
    "is_whole",
    "not_negative",
    "number",
    "positive",
    "whole",
    "whole_from",
]

_Field: TypeAlias = "attrs.Attribute[Any]"

_PLAIN = (float, int)
_MOST_POINTS = 1e9


def is_number(value: object) -> bool:
    """Say whether a value is a number; texts and truth values are none."""
    if type(value) in _PLAIN:  # most are, and to ask an abstract class takes many times as long
        return True
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Say whether a value is a whole number; truth values are none."""
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))


def number(value: Any) -> float:
    """Convert a field to a float where it is a number; anything else stays, for the field's validator to refuse."""
    kept: float = float(value) if is_number(value) else value
    return kept


def _refuse(instance: object, field: _Field, takes: str, value: object) -> None:
    raise ConfigError(f"{type(instance).__name__}: {field.name} must be {takes}, not {value!r}.")


def not_negative(instance: object, field: _Field, value: Any) -> None:
    """Demand a finite number, 0 or above.

    Raises
    ------
    ConfigError
        If it is none; it names the value's class and field, as the others do.
    """
    if not (is_number(value) and 0 <= value < math.inf):
        _refuse(instance, field, "a number, 0 or above", value)


def countable_points(instance: object, field: _Field, value: Any) -> None:
    """Demand points, 0 or above, that can be counted: a thousand million of them at most.

    Raises
    ------
    ConfigError
        If it is none.
    """
    if not (is_number(value) and 0 <= value <= _MOST_POINTS):
        _refuse(instance, field, f"a number of points, 0 to {_MOST_POINTS:g}", value)


def positive(instance: object, field: _Field, value: Any) -> None:
    """Demand a finite number above 0."""
    if not (is_number(value) and 0 < value < math.inf):
        _refuse(instance, field, "a number above 0", value)


def finite(instance: object, field: _Field, value: Any) -> None:
    """Demand a finite number."""
    if not (is_number(value) and abs(value) < math.inf):
        _refuse(instance, field, "a finite number", value)


def whole(instance: object, field: _Field, value: Any) -> None:
    """Demand a whole number."""
    if not is_whole(value):
        _refuse(instance, field, "a whole number", value)


def whole_from(least: int) -> Any:
    """Make the demand of a whole number that is not below another."""

    def check(instance: object, field: _Field, value: Any) -> None:
        if not (is_whole(value) and value >= least):
            _refuse(instance, field, f"a whole number, {least} or above", value)

    return check
