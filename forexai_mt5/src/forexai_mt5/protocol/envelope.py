"""What every message has."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from forexai_mt5.protocol.fields import Int64

__all__ = ["VERSION", "FenceToken", "Message", "Part"]

VERSION = 1
"""Of the protocol. A message with a field that a version does not know is refused: a command is carried out whole, or
not at all."""


class Part(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Message(Part):
    """One object of JSON, one message."""

    numbered: ClassVar[bool] = False
    """Whether it has a place in its stream: it is kept and sent again until it is acknowledged. Others are only of now:
    a later one of the kind replaces them."""

    v: Literal[1] = 1
    """Version of the protocol."""
    seq: Int64 = Field(default=0, ge=0)
    """Place in the sender's stream, from 1 without holes; 0 for messages that have none."""
    ack: Int64 = Field(default=0, ge=0)
    """Newest number of the receiver's stream that the sender has dealt with, and all before it."""


class FenceToken(Part):
    """Who may act: of two, the one with the larger epoch, or the same epoch and the larger number, is the newer."""

    epoch: Int64 = Field(ge=1)
    """Life of the installation; restoring a backup begins a new one."""
    number: Int64 = Field(ge=1)
    """Number of the lease."""

    def is_older_than(self, other: FenceToken) -> bool:
        """Tell whether it was given before the other."""
        return (self.epoch, self.number) < (other.epoch, other.number)
