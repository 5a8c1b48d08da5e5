"""Messages as text, and back; nothing is read that is larger than it may be."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from forexai_core.errors import DataError
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.reports import AccountUpdate, Answer, Prices, Query, Subscribe
from forexai_mt5.protocol.session import Ack, Goodbye, Heartbeat, Hello, Resend, Welcome
from forexai_mt5.protocol.trading import Kill, TradeCommand, TradeResult

__all__ = [
    "FROM_CONNECTOR",
    "FROM_PLATFORM",
    "LARGEST_BYTES",
    "FromConnector",
    "FromPlatform",
    "ProtocolError",
    "encode",
    "from_connector",
    "from_platform",
]

_T = TypeVar("_T")

LARGEST_BYTES = 64 * 1024
"""Of a message, unpacked."""


class ProtocolError(DataError):
    """A message is none of this protocol. What it held is not repeated in the text.

    Parameters
    ----------
    message : str
        What is wrong.
    is_size : bool
        Whether it is too large.
    """

    def __init__(self, message: str, *, is_size: bool = False) -> None:
        super().__init__(message)
        self.is_size = is_size


FromConnector: TypeAlias = Annotated[
    Hello | Heartbeat | Ack | Resend | Goodbye | TradeResult | AccountUpdate | Prices | Answer,
    Field(discriminator="type"),
]
"""What a connector says."""

FromPlatform: TypeAlias = Annotated[
    Welcome | Heartbeat | Ack | Resend | Goodbye | TradeCommand | Kill | Subscribe | Query,
    Field(discriminator="type"),
]
"""What a platform says."""

FROM_CONNECTOR: TypeAdapter[FromConnector] = TypeAdapter(FromConnector)
FROM_PLATFORM: TypeAdapter[FromPlatform] = TypeAdapter(FromPlatform)


def encode(message: Message) -> str:
    """Write a message.

    Raises
    ------
    ProtocolError
        If it would be larger than a message may be.
    """
    text = message.model_dump_json(exclude_defaults=False, exclude_none=True)
    if len(text) > LARGEST_BYTES or len(text.encode()) > LARGEST_BYTES:
        raise ProtocolError(f"A message would have {len(text):,} bytes; {LARGEST_BYTES:,} are the most.", is_size=True)
    return text


def from_connector(text: str | bytes) -> FromConnector:
    """Read what a connector says.

    Raises
    ------
    ProtocolError
        If it is too large, or no message of a connector.
    """
    return _read(FROM_CONNECTOR, text)


def from_platform(text: str | bytes) -> FromPlatform:
    """Read what a platform says; see :func:`from_connector`."""
    return _read(FROM_PLATFORM, text)


def _read(adapter: TypeAdapter[_T], text: str | bytes) -> _T:
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", errors="surrogatepass"))
    if size > LARGEST_BYTES:
        raise ProtocolError(f"A message has {size:,} bytes; {LARGEST_BYTES:,} are the most.", is_size=True)
    try:
        return adapter.validate_json(text)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"][:4])) or "message"
        raise ProtocolError(f"{place}: {first['msg'][:200]}.") from None
