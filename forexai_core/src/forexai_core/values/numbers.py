"""Numbers as a user gives them: what is none is left as it is, so that a validator can name the field."""

from __future__ import annotations

from typing import Any, SupportsFloat

__all__ = ["is_number", "number"]

_PLAIN = (float, int)


def is_number(value: object) -> bool:
    """Say whether a value is a number; texts and truth values are none."""
    if type(value) in _PLAIN:  # most are, and to ask a protocol takes fifty times as long
        return True
    return isinstance(value, SupportsFloat) and not isinstance(value, bool | str)


def number(value: Any) -> float:
    """Convert a field to a float where it is a number; anything else stays, for the field's validator to refuse."""
    kept: float = float(value) if is_number(value) else value
    return kept
