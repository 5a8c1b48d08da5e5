"""A message as bytes: two lengths, a head in JSON, and blocks of plain bytes behind it.

::

    uint32 all that follows | uint32 length of the head | head, JSON in UTF-8 | blocks

Lengths are big-endian. The first one is looked at before anything else is read, so that no announced size makes its
reader take memory.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

import attrs

from forexai_core.errors import DataError

__all__ = ["LARGEST_BYTES", "PREFIX_BYTES", "Frame", "MessageError", "body_length", "pack", "read_frame", "unpack"]

PREFIX_BYTES = 4
LARGEST_BYTES = 64 * 2**20
"""A million bars have 60 MB. More is asked for in parts."""

_LENGTH = struct.Struct(">I")


class MessageError(DataError):
    """Bytes are no message of this protocol, or a message is too large, or holds what cannot be sent."""


@attrs.frozen
class Frame:
    """A message: its head, and blocks of bytes that the head counts in order."""

    head: Mapping[str, Any]
    blocks: Sequence[bytes] = ()


def pack(frame: Frame, *, largest: int = LARGEST_BYTES) -> bytes:
    """Write a frame.

    Raises
    ------
    MessageError
        If it would be larger than ``largest`` bytes.
    """
    head = json.dumps(
        {**frame.head, "blocks": [len(block) for block in frame.blocks]}, allow_nan=False, separators=(",", ":")
    ).encode()
    length = _LENGTH.size + len(head) + sum(map(len, frame.blocks))
    if length > largest:
        raise MessageError(f"A message of {length:,} bytes is larger than {largest:,}. Ask for fewer rows at once.")
    return b"".join([_LENGTH.pack(length), _LENGTH.pack(len(head)), head, *frame.blocks])


def body_length(prefix: bytes, *, largest: int = LARGEST_BYTES) -> int:
    """Read how many bytes follow the first four.

    Raises
    ------
    MessageError
        If they are more than ``largest``: whoever sends that does not speak this protocol.
    """
    length = int(_LENGTH.unpack(prefix)[0])
    if not _LENGTH.size < length <= largest:
        raise MessageError(f"A message announces {length:,} bytes; from 5 to {largest:,} are taken.")
    return length


def unpack(body: bytes) -> Frame:
    """Read a frame, without its first four bytes.

    Raises
    ------
    MessageError
        If it is none.
    """
    size = int(_LENGTH.unpack_from(body)[0])
    try:
        head = json.loads(body[_LENGTH.size : _LENGTH.size + size])
        lengths = [int(length) for length in head.pop("blocks")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise MessageError(f"A message has no head that can be read: {problem}") from problem
    place = _LENGTH.size + size
    if min(lengths, default=0) < 0 or place + sum(lengths) != len(body):
        raise MessageError("A message is not as long as its blocks.")
    blocks = []
    for length in lengths:
        blocks.append(body[place : place + length])
        place += length
    return Frame(head, blocks)


def read_frame(read: Callable[[int], bytes] | BinaryIO, *, largest: int = LARGEST_BYTES) -> Frame | None:
    """Read a frame from something that blocks; None at its end.

    Parameters
    ----------
    read : callable or file
        Gives so many bytes, or fewer at its end.
    largest : int
        Bytes.
    """
    take = read if callable(read) else read.read
    prefix = _exactly(take, PREFIX_BYTES)
    if len(prefix) < PREFIX_BYTES:
        return None
    length = body_length(prefix, largest=largest)
    body = _exactly(take, length)
    return unpack(body) if len(body) == length else None


def _exactly(take: Callable[[int], bytes], count: int) -> bytes:
    parts, missing = [], count
    while missing:
        part = take(min(missing, 2**20))
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
