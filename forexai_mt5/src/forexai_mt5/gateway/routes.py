"""How processes of an installation talk about connectors: topics of the bus, and what is said there."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from forexai_mt5.protocol.codec import ProtocolError
from forexai_mt5.protocol.envelope import FenceToken, Part
from forexai_mt5.protocol.fields import Text

__all__ = ["Inward", "Outward", "inward_topic", "lease_of", "outward_topic", "read_inward", "read_outward"]


def inward_topic(account: str) -> str:
    """Name the topic of what goes to an account's connector."""
    return f"connector/{account}/in"


def outward_topic(account: str) -> str:
    """Name the topic of what comes from it."""
    return f"connector/{account}/out"


def lease_of(account: str) -> str:
    """Name the lease of whoever holds its connection."""
    return f"connector:{account}"


class Inward(Part):
    """To whoever holds the connection."""

    kind: Literal["message", "end", "kills"]
    """A message for the connector, the end of the connection, or that kills stand which were not said yet."""
    link: FenceToken | None = None
    """Which connection is meant: no other one passes the message on. Always given with a message."""
    text: str = ""
    """The message, as it travels, without its number."""
    device_id: str = ""
    """Whose connection ends; empty: any."""
    code: Literal["revoked", "fenced"] = "fenced"
    """Why it ends."""


class Outward(Part):
    """From the connector, or from whoever holds its connection."""

    kind: Literal["message", "undelivered", "up", "down"]
    """A message; a message that certainly was not passed on; the connection began or ended."""
    link: FenceToken
    """Which connection."""
    text: str = ""
    """The message, as it came."""
    about: str = ""
    """Of what was not passed on: its id."""
    fence: FenceToken | None = None
    """And its sender, where it is a command: another one may have sent one of that id, too."""
    reason: Text = ""
    """And why not."""


def read_inward(payload: bytes) -> Inward:
    """Read what goes inward.

    Raises
    ------
    ProtocolError
        If it is nothing of the kind.
    """
    try:
        return Inward.model_validate_json(payload)
    except ValidationError:
        raise ProtocolError("A message of the bus to a connector cannot be read.") from None


def read_outward(payload: bytes) -> Outward:
    """Read what comes outward; see :func:`read_inward`."""
    try:
        return Outward.model_validate_json(payload)
    except ValidationError:
        raise ProtocolError("A message of the bus from a connector cannot be read.") from None
