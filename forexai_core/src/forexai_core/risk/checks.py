"""What settings of limits have to be, said in one voice: whose, which one, and what it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any

import attrs

from forexai_core.errors import ConfigError

__all__ = ["count", "each_of", "fraction", "from_to", "one_of", "positive"]

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def _refuse(instance: object, attribute: attrs.Attribute[Any], takes: str, value: object) -> None:
    raise ConfigError(f"{type(instance).__name__}: {attribute.name} {takes}, not {value!r}.")


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def positive(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Take a finite number above 0."""
    if not (_number(value) and 0 < value < math.inf):
        _refuse(instance, attribute, "must be a finite number above 0", value)


def fraction(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Take a share: above 0, 1 at most."""
    if not (_number(value) and 0 < value <= 1):
        _refuse(instance, attribute, "is a fraction in (0, 1], 0.02 for two percent", value)


def from_to(least: int, most: int | None = None, unit: str = "") -> Validator:
    """Take whole numbers of a range."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not (whole and least <= int(value) and (most is None or int(value) <= most)):
            span = f"from {least}" + (" on" if most is None else f" to {most}")
            _refuse(instance, attribute, f"is a whole number{unit and f' of {unit}'} {span}", value)

    return check


count = from_to(1)
"""Take a whole number from 1 on."""


def one_of(names: Iterable[str]) -> Validator:
    """Take one of some names."""
    known = tuple(map(str, names))

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value not in known:
            _refuse(instance, attribute, f"is one of {', '.join(map(repr, known))}", value)

    return check


def each_of(kind: type | tuple[type, ...], takes: str) -> Validator:
    """Take a tuple of things of a kind."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        wrong = (
            [each for each in value if isinstance(each, type) or not isinstance(each, kind)]
            if isinstance(value, tuple)
            else [value]
        )
        if wrong:
            _refuse(instance, attribute, takes, wrong[0])

    return check
