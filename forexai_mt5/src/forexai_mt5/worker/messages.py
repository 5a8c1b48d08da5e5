"""What a worker and its parent say to each other, as typed messages; see :mod:`forexai_mt5.wire` for the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from forexai_mt5.wire.frames import Frame, MessageError
from forexai_mt5.wire.values import read_value, write_value

__all__ = [
    "PROTOCOL",
    "Answered",
    "Call",
    "Failed",
    "Message",
    "Ping",
    "Pong",
    "Ready",
    "Start",
    "from_frame",
    "to_frame",
]

PROTOCOL = 1


@attrs.frozen(kw_only=True)
class Start:
    """Parent to worker, first: which package to load.

    Attributes
    ----------
    package : str
        ``official``, ``simulator`` or ``hosted``.
    port, token : int, str
        Of a hosted terminal.
    largest_bytes : int
        Of an answer.
    protocol : int
        That of the parent.
    """

    package: str
    largest_bytes: int
    port: int = 0
    token: str = attrs.field(default="", repr=False)
    protocol: int = PROTOCOL


@attrs.frozen(kw_only=True)
class Ready:
    """Worker to parent: the package is loaded, and calls may come."""

    process_id: int
    package_version: str
    protocol: int = PROTOCOL


@attrs.frozen(kw_only=True)
class Call:
    """Parent to worker: call a function of the package."""

    number: int
    function: str
    args: tuple[Any, ...] = attrs.field(default=(), repr=False)  # may hold a password
    kwargs: Mapping[str, Any] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class Answered:
    """Worker to parent: what a call gave, and what ``last_error`` said right after it."""

    number: int
    value: Any
    error: tuple[int, str]


@attrs.frozen(kw_only=True)
class Failed:
    """Worker to parent: a call raised.

    Attributes
    ----------
    number : int
        Of the call; 0: loading the package.
    kind, text : str
        The exception.
    called : bool
        Whether the package's function had come to its end: what it did is done, only its answer cannot be sent.
    """

    number: int
    kind: str
    text: str
    called: bool = False


@attrs.frozen(kw_only=True)
class Ping:
    """Parent to worker, while nothing is called."""

    number: int


@attrs.frozen(kw_only=True)
class Pong:
    """Worker to parent, in return."""

    number: int


Message: TypeAlias = Start | Ready | Call | Answered | Failed | Ping | Pong
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Start, Ready, Call, Answered, Failed, Ping, Pong)
}


def to_frame(message: Message) -> Frame:
    """Write a message.

    Raises
    ------
    MessageError
        If a value in it is of a type that the package neither takes nor gives.
    """
    blocks: list[bytes] = []
    fields = {field.name: write_value(getattr(message, field.name), blocks) for field in attrs.fields(type(message))}
    return Frame({"kind": type(message).__name__.lower(), "fields": fields}, blocks)


def from_frame(frame: Frame) -> Message:
    """Read a message.

    Raises
    ------
    MessageError
        If it is none of this protocol.
    """
    kind = _KINDS.get(str(frame.head.get("kind")))
    fields = frame.head.get("fields")
    if kind is None or not isinstance(fields, dict):
        raise MessageError(f"A worker's message is of an unknown kind: {frame.head.get('kind')!r}.")
    try:
        message: Message = kind(**{name: read_value(value, frame.blocks) for name, value in fields.items()})
    except TypeError as problem:
        raise MessageError(f"A worker's message has other fields than it should: {problem}") from problem
    return message
