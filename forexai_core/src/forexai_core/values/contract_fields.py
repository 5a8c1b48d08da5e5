"""What the fields of a contract must be: each is refused by the symbol and the field's name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.numbers import is_number, is_whole

__all__ = [
    "decimals",
    "finite",
    "known",
    "listed",
    "not_negative",
    "positive",
    "seven_days",
    "text",
    "weekday_or_none",
    "whole",
    "words",
    "yes_or_no",
]

_Field: TypeAlias = "attrs.Attribute[Any]"
_Name = TypeVar("_Name", bound=StrEnum)


def _refuse(contract: Any, field: _Field, takes: str, value: object) -> None:
    whose = contract.symbol if isinstance(contract.symbol, str) else "Instrument"
    raise ConfigError(f"{whose}: {field.name} must be {takes}, not {value!r}.")


def text(contract: Any, field: _Field, value: Any) -> None:
    """Demand a text with something in it."""
    if not isinstance(value, str) or not value:
        _refuse(contract, field, "a text", value)


def words(contract: Any, field: _Field, value: Any) -> None:
    """Demand a text, which may be empty."""
    if not isinstance(value, str):
        _refuse(contract, field, "a text", value)


def decimals(contract: Any, field: _Field, value: Any) -> None:
    """Demand how many decimals a price may have."""
    if not is_whole(value) or value not in range(9):
        _refuse(contract, field, "a whole number of decimals from 0 to 8", value)


def yes_or_no(contract: Any, field: _Field, value: Any) -> None:
    """Demand True or False."""
    if not isinstance(value, bool):
        _refuse(contract, field, "True or False", value)


def whole(contract: Any, field: _Field, value: Any) -> None:
    """Demand a whole number, 0 or above."""
    if not (is_whole(value) and value >= 0):
        _refuse(contract, field, "a whole number, 0 or above", value)


def positive(contract: Any, field: _Field, value: Any) -> None:
    """Demand a finite number above 0."""
    if not (is_number(value) and 0 < value < math.inf):
        _refuse(contract, field, "a number above 0", value)


def not_negative(contract: Any, field: _Field, value: Any) -> None:
    """Demand a finite number, 0 or above."""
    if not (is_number(value) and 0 <= value < math.inf):
        _refuse(contract, field, "a number, 0 or above", value)


def finite(contract: Any, field: _Field, value: Any) -> None:
    """Demand a finite number."""
    if not (is_number(value) and abs(value) < math.inf):
        _refuse(contract, field, "a finite number", value)


def weekday_or_none(contract: Any, field: _Field, value: Any) -> None:
    """Demand a weekday, or -1."""
    if not is_whole(value) or value not in range(-1, 7):
        _refuse(contract, field, "a weekday, Monday 0 to Sunday 6, or -1 for none", value)


def seven_days(contract: Any, field: _Field, value: Any) -> None:
    """Demand seven numbers, or None."""
    sound = isinstance(value, tuple) and len(value) == 7
    if value is not None and not (sound and all(is_number(each) and 0 <= each < math.inf for each in value)):
        _refuse(contract, field, "seven numbers of days, Monday first, none below 0", value)


def known(kind: type[_Name], what: str, value: Any) -> _Name:
    """Take one of the names of a kind.

    Raises
    ------
    ConfigError
        If it is none of them.
    """
    try:
        return kind(value)
    except ValueError:
        raise ConfigError(f"Instrument: there is no {what} '{value}'. {did_you_mean(str(value), kind)}") from None


def listed(what: str, values: object, example: str) -> list[Any]:
    """Take the items of a list.

    Raises
    ------
    ConfigError
        If it is no list; the example shows one.
    """
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        raise ConfigError(f"Instrument: {what} must be a list such as {example}, not {values!r}.")
    return list(values)
