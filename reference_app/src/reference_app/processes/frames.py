"""What goes between the application and a process that computes: frames of MessagePack, each after its length."""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

__all__ = ["LENGTH", "Task", "Told", "framed"]

LENGTH = struct.Struct("<Q")
"""How long the frame is that follows, bytes."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work.

    Attributes
    ----------
    name : str
        Which.
    body : bytes
        What it is given.
    """

    name: str
    body: bytes


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is told of the present task.

    Attributes
    ----------
    kind : str
        ``progress`` as often as it likes; then ``done``; ``refused``, for what was asked; or ``failed``.
    fraction : float
        0 to 1, of progress.
    note : str
        For people; of a refusal, what is wrong and the remedy.
    error : str
        Of a refusal: the name of its kind in `forexai_core.errors`.
    body : bytes
        What was found.
    """

    kind: Literal["progress", "done", "refused", "failed"]
    fraction: float = 0.0
    note: str = ""
    error: str = ""
    body: bytes = b""


def framed(message: Task | Told) -> bytes:
    """Write a message as a frame."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body
