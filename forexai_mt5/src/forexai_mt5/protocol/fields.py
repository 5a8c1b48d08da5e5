"""Kinds of fields. Numbers that a double could spoil travel as text."""

from __future__ import annotations

import re
from decimal import Decimal
from numbers import Integral, Real
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

__all__ = ["Amount", "Id", "Int64", "Lots", "Price", "Symbol", "Text", "Token"]

_INT64 = 2**63
_INTEGER = r"-?(0|[1-9][0-9]{0,18})"
_DECIMAL = r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?"


def _int64(value: Any, info: ValidationInfo) -> int:
    if isinstance(value, str) and re.fullmatch(_INTEGER, value):
        value = int(value)
    elif info.mode == "json" or isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError("an integer of 64 bits is written as text, such as '1788343200000000000'")
    if not -_INT64 <= value < _INT64:
        raise ValueError("it does not fit 64 bits")
    return int(value)


def _decimal(value: Any, info: ValidationInfo) -> Decimal:
    if info.mode != "json" and isinstance(value, Decimal | Real) and not isinstance(value, bool):
        value = _plain(_exact(value))
    if isinstance(value, str) and re.fullmatch(_DECIMAL, value):
        return Decimal(value)
    raise ValueError("a decimal number is written as text, such as '1.08512', with 18 and 10 digits at most")


def _exact(value: Decimal | Real) -> Decimal:
    """Read a number of any kind, numpy's too, as the shortest decimal that stands for it."""
    if isinstance(value, Decimal):
        exact = value
    else:
        exact = Decimal(int(value)) if isinstance(value, Integral) else Decimal(repr(float(value)))
    if not exact.is_finite():
        raise ValueError(f"{exact} is no number that can be told")
    return exact


def _decimal_of_use(value: Any, info: ValidationInfo) -> Decimal:
    """Read a price or a volume, of which 0 means none, or all: one that is not 0 does not become it."""
    read = _decimal(value, info)
    if read == 0 and isinstance(value, Decimal | Real) and value != 0:
        raise ValueError(f"{value} is too small to be told: ten digits behind the point are the most")
    return read


def _plain(value: Decimal) -> str:
    """Write a decimal without an exponent, and a number that a double made with ten digits."""
    text = format(round(value, 10).normalize(), "f")
    return "0" if Decimal(text) == 0 else text


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError("it is 0 or above")
    return value


Int64 = Annotated[
    int,
    BeforeValidator(_int64),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_INTEGER}$"}),
]
"""An integer of 64 bits; text in JSON."""

Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(_plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DECIMAL}$"}),
]
"""A decimal number, such as money; text in JSON."""

Price = Annotated[
    Decimal,
    AfterValidator(_not_negative),
    BeforeValidator(_decimal_of_use),
    PlainSerializer(_plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DECIMAL.removeprefix('-?')}$"}),
]
"""A price, 0 or above; text in JSON."""

Lots = Price
"""A volume, 0 or above; text in JSON."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:=+-]{0,63}$")]
"""Something that we have named."""

Symbol = Annotated[str, Field(pattern=r"^[ -~]{0,31}$")]
"""A symbol, as the broker names it; empty for none."""

Text = Annotated[str, Field(max_length=500)]
"""Something for people."""

Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{16,200}$")]
"""Something that only its owner knows, or a signature."""
