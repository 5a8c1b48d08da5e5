"""Messages that open, keep and end a connection."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from forexai_mt5.protocol.envelope import FenceToken, Message
from forexai_mt5.protocol.fields import Id, Int64, Text, Token

__all__ = ["Ack", "Goodbye", "Heartbeat", "Hello", "Resend", "Welcome"]


class Hello(Message):
    """First message of a connector."""

    type: Literal["HELLO"] = "HELLO"
    versions: tuple[int, ...] = Field(default=(1,), min_length=1, max_length=16)
    """Versions of the protocol that it speaks."""
    device_id: Id
    """Its device, as pairing has named it."""
    instance: Id
    """Its process: another one for each start."""
    ticket: Token
    """Taken by `POST auth`, for one connection."""
    proof: Token
    """Signature of the ticket, the device and the instance by the device's key."""
    first: Int64 = Field(default=1, ge=1)
    """Oldest message of its stream that was not acknowledged."""
    peer: str = Field(default="", max_length=64)
    """The platform's stream that it knows; empty where it knows none."""
    received: Int64 = Field(default=0, ge=0)
    """Newest number of that stream that it has dealt with."""
    take_over: bool = False
    """Whether to end the connection of another connector of the account; a person says so."""
    software: Text = ""
    """Name and version."""


class Welcome(Message):
    """Answer of the platform: the connection stands."""

    type: Literal["WELCOME"] = "WELCOME"
    stream: Id
    """The platform's stream. One that the connector does not know is read from ``first`` on."""
    first: Int64 = Field(ge=1)
    """Oldest message of that stream that was not acknowledged."""
    received: Int64 = Field(ge=0)
    """Newest number of the connector's stream that the platform has dealt with."""
    fence: FenceToken
    """Of this connection: commands that were meant for an older one are not passed on."""
    heartbeat_s: float = Field(gt=0, le=300)
    """How often each side lets itself be heard."""
    silence_s: float = Field(gt=0, le=900)
    """After how much silence each side takes the connection for lost."""
    timestamp: Int64
    """The platform's time, nanoseconds UTC."""


class Heartbeat(Message):
    """Both ways: still here."""

    type: Literal["HEARTBEAT"] = "HEARTBEAT"
    timestamp: Int64
    """The sender's time, nanoseconds UTC."""
    echo: Int64 = 0
    """The newest timestamp that it has heard, for measuring the way there and back."""


class Ack(Message):
    """Both ways: dealt with, up to ``ack``."""

    type: Literal["ACK"] = "ACK"


class Resend(Message):
    """Both ways: numbers are missing; send again what comes after ``after``."""

    type: Literal["RESEND"] = "RESEND"
    after: Int64 = Field(ge=0)
    """Newest number before the hole."""


class Goodbye(Message):
    """Both ways: the connection ends, and why."""

    type: Literal["GOODBYE"] = "GOODBYE"
    code: Literal["stopping", "refused", "fenced", "revoked", "too-fast", "too-large", "wrong", "silent", "busy"]
    """For programs. After ``fenced`` and ``revoked`` a connector waits for a person."""
    reason: Text = ""
    """For people."""
