"""How entries of the journal are laid out in a file.

A segment is a run of frames; a frame holds the entries of one append, so that a torn write takes all of them.
Little endian::

    4 bytes   FXJ1
    uint32    length of what follows the checksum
    uint32    CRC-32 of the length and of what follows
    int64     sequence number of the first entry; of the next one when there is none
    int64     bytes of this segment that were known to be durable when the frame was written
    int64 x 2 epoch and number of the fencing token
    uint32    number of entries; a frame without entries only declares its token
    uint16    length of the resource's name, then the name
    entries   int64 time, uint16 and uint32 lengths of kind and payload, then both
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import attrs

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.ports.journal import Entry, JournalRecord
from forexai_core.ports.leases import Fence

__all__ = ["LONGEST_FRAME", "Frame", "encode", "records", "whole_frames"]

LONGEST_FRAME = 1 << 28
"""Most bytes of a frame: a longer one is a damaged length."""

_FAMILY, _VERSION = b"FXJ", 1
_MAGIC = _FAMILY + b"%d" % _VERSION
_START = struct.Struct("<4sII")
_HEAD = struct.Struct("<qqqqIH")
_ENTRY = struct.Struct("<qHI")


@attrs.frozen(kw_only=True)
class Frame:
    """A whole frame within a segment.

    Attributes
    ----------
    first_sequence, count : int
        Which entries it holds.
    synced_bytes : int
        Bytes of the segment known to be durable when it was written.
    fence : Fence
        Token of its writer.
    start, end : int
        Where it lies, bytes.
    entries_at : int
        Where its entries begin.
    """

    first_sequence: int
    count: int
    synced_bytes: int
    fence: Fence
    start: int
    end: int
    entries_at: int


def encode(entries: Sequence[Entry], *, first_sequence: int, synced_bytes: int, fence: Fence) -> bytes:
    """Lay out a frame."""
    resource = fence.resource.encode()
    parts = [
        _HEAD.pack(first_sequence, synced_bytes, fence.epoch, fence.number, len(entries), len(resource)),
        resource,
    ]
    for entry in entries:
        kind = entry.kind.encode()
        parts += (_ENTRY.pack(entry.time_ns, len(kind), len(entry.payload)), kind, entry.payload)
    body = b"".join(parts)
    return _START.pack(_MAGIC, len(body), _checksum(body)) + body


def _checksum(body: bytes | memoryview) -> int:
    return zlib.crc32(body, zlib.crc32(struct.pack("<I", len(body))))


def _body_at(content: memoryview, start: int) -> tuple[int, int] | None:
    """Say where the checksummed part of a frame begins and ends, whatever its version; None if none is whole there."""
    at = start + _START.size
    if at + _HEAD.size > len(content):
        return None
    magic, length, checksum = _START.unpack_from(content, start)
    end = at + length
    if not magic.startswith(_FAMILY) or not _HEAD.size <= length <= LONGEST_FRAME or end > len(content):
        return None
    return (at, end) if _checksum(content[at:end]) == checksum else None


def _frame_at(content: memoryview, start: int) -> Frame | None:
    """Return the frame that begins there, None if no whole one does."""
    body = _body_at(content, start)
    if body is None or content[start : start + len(_MAGIC)] != _MAGIC:
        return None
    at, end = body
    first, synced, epoch, number, count, name_length = _HEAD.unpack_from(content, at)
    name_at = at + _HEAD.size
    resource = bytes(content[name_at : name_at + name_length]).decode()
    return Frame(
        first_sequence=first,
        count=count,
        synced_bytes=synced,
        fence=Fence(resource=resource, epoch=epoch, number=number),
        start=start,
        end=end,
        entries_at=name_at + name_length,
    )


def whole_frames(content: bytes, *, first_sequence: int, place: str) -> list[Frame]:
    """Return the frames of a segment up to its torn tail, if it has one.

    A torn tail is one write that did not come to its end, so it is the last: a frame that is not whole and that
    nothing follows. Where a frame follows one that is not whole, the file was damaged.

    Parameters
    ----------
    content : bytes
        The segment.
    first_sequence : int
        Sequence number that it begins with.
    place : str
        For messages.

    Raises
    ------
    ConfigError
        If a newer release wrote it.
    IntegrityError
        If entries are damaged or missing.
    """
    view = memoryview(content)
    found: list[Frame] = []
    at, expected = 0, first_sequence
    while (frame := _frame_at(view, at)) is not None:
        if frame.first_sequence != expected:
            raise IntegrityError(
                f"{place}, byte {at}: entry {frame.first_sequence} follows where {expected} belongs. "
                "Records were removed or copied; restore the file from a backup."
            )
        found.append(frame)
        at, expected = frame.end, expected + frame.count
    if at < len(content):
        _check_version(view, at, place)
        _check_torn(content, at, place)
    return found


def _check_version(content: memoryview, at: int, place: str) -> None:
    digit = bytes(content[at + len(_FAMILY) : at + len(_MAGIC)])
    if digit.isdigit() and int(digit) > _VERSION and _body_at(content, at) is not None:
        raise ConfigError(
            f"{place}, byte {at}: this record has the layout of version {int(digit)}, and this release reads up to "
            f"{_VERSION}. Go on with the release that wrote it, or a newer one."
        )


def _check_torn(content: bytes, torn_at: int, place: str) -> None:
    """Refuse what is no torn tail: something follows what is not whole."""
    view = memoryview(content)
    at = content.find(_FAMILY, torn_at + 1)
    while at != -1:
        frame = _frame_at(view, at)
        if frame is not None:
            durable = " that was durable" if frame.synced_bytes > torn_at else ""
            raise _damaged(place, torn_at, f"a record{durable} is damaged, and whole ones follow it")
        at = content.find(_FAMILY, at + 1)
    if _is_followed(view, torn_at):
        raise _damaged(place, torn_at, "a record is damaged, and another one was begun after it")


def _is_followed(content: memoryview, start: int) -> bool:
    """Say whether another frame begins where one that is not whole says that it ends."""
    at = start + _START.size
    if at > len(content):
        return False
    magic, length, _ = _START.unpack_from(content, start)
    rest = bytes(content[at + length : at + length + len(_MAGIC)])
    return magic == _MAGIC and bool(rest) and _MAGIC.startswith(rest)


def _damaged(place: str, at: int, what: str) -> IntegrityError:
    return IntegrityError(
        f"{place}, byte {at}: {what}. Restore the file from a backup. Where there is none, put a copy of the file "
        f"aside and cut it to {at} bytes: what stands before that is whole, and what stands after it is lost to it."
    )


def records(content: bytes, frame: Frame, stream: str) -> Iterator[JournalRecord]:
    """Read the entries of a whole frame."""
    at = frame.entries_at
    for sequence in range(frame.first_sequence, frame.first_sequence + frame.count):
        time_ns, kind_length, payload_length = _ENTRY.unpack_from(content, at)
        kind_at = at + _ENTRY.size
        payload_at = kind_at + kind_length
        at = payload_at + payload_length
        yield JournalRecord(
            stream=stream,
            sequence=sequence,
            time_ns=time_ns,
            kind=content[kind_at:payload_at].decode(),
            payload=content[payload_at:at],
            fence=frame.fence,
        )
