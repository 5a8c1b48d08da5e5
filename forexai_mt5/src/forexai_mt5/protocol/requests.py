"""What is asked of the platform over HTTP: pairing, and tickets for a connection."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from forexai_mt5.protocol.envelope import Part
from forexai_mt5.protocol.fields import Id, Int64, Text, Token

__all__ = ["AUTH_REQUEST", "AuthRequest", "Challenge", "ChallengeRequest", "PairRequest", "Paired", "Prove", "Ticket"]


class PairRequest(Part):
    """Pair a device, by a code that the platform has shown to its owner."""

    type: Literal["PAIR"] = "PAIR"
    code: str = Field(min_length=8, max_length=40)
    """As it was shown; capitals, spaces and dashes do not matter."""
    public_key: Token
    """Of the device."""
    name: Text = ""
    """For people: by what they will know it."""
    signature: Token
    """Of code, key and platform, by the private key."""


class Paired(Part):
    """The device is known from now on."""

    device_id: Id
    account: Text
    """Which account it stands for."""
    installation: Text = ""
    """Of the platform: another one for each that was set up anew, whose fences begin anew."""


class ChallengeRequest(Part):
    """Ask for something to sign."""

    type: Literal["CHALLENGE"] = "CHALLENGE"
    device_id: Id


class Challenge(Part):
    """Something to sign, soon."""

    challenge: Token


class Prove(Part):
    """Sign it, for a ticket."""

    type: Literal["PROVE"] = "PROVE"
    device_id: Id
    challenge: Token
    signature: Token


class Ticket(Part):
    """For one connection, soon."""

    ticket: Token
    expires: Int64
    """Nanoseconds UTC, by the platform's clock."""


AuthRequest: TypeAlias = Annotated[PairRequest | ChallengeRequest | Prove, Field(discriminator="type")]
"""What `POST auth` takes."""

AUTH_REQUEST: TypeAdapter[AuthRequest] = TypeAdapter(AuthRequest)
