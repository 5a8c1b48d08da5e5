"""Exact numbers, and money in whole minor units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

__all__ = ["NS", "exact", "nearest", "to_float", "to_minor", "to_points"]

NS = 1_000_000_000

_LOW = 100_000  # of a minor unit, one part in so many below a half counts as a half
_GROWN = 2**48  # of an amount, one part in so many counts more


def exact(value: object) -> Fraction:
    """Take a number as it is written: 0.1 is one tenth, not the binary fraction next to it."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def nearest(value: object) -> int:
    """Round to a whole number, halves to the even one."""
    return round(exact(value))


def to_points(price: object, digits: int) -> int:
    """Count the points in a price."""
    return nearest(Fraction(Decimal(str(price))) * 10**digits)


def to_minor(amount: Fraction | int, digits: int) -> int:
    """Round money to whole minor units, halves away from zero; a little below a half counts as a half."""
    top, bottom = abs(amount.numerator) * 10**digits * (_GROWN + 1), amount.denominator * _GROWN
    # floor(top / bottom + 1/2 + 1e-5), in integers
    whole: int = (top * 2 * _LOW + bottom * _LOW + bottom * 2) // (bottom * 2 * _LOW)
    return whole if amount >= 0 else -whole


def to_float(minor: Fraction | int, digits: int) -> float:
    """Write minor units as an amount of the currency."""
    return float(Fraction(minor) / 10**digits)
