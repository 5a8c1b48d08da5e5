"""What channels give: three lines."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

__all__ = ["Bands"]

Line = TypeVar("Line")


class Bands(NamedTuple, Generic[Line]):
    """Three lines of a channel: arrays from the batch form, floats from the streaming form."""

    upper: Line
    middle: Line
    lower: Line
