"""What happens to a connector, as its window is told: plain values, made in any thread."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import attrs

from forexai_mt5.connector.service import ConnectorState
from forexai_mt5.protocol.reports import AccountUpdate

__all__ = [
    "AccountHeard",
    "Began",
    "DealsCounted",
    "Direction",
    "Ended",
    "Event",
    "Halted",
    "Happened",
    "PairingEnded",
    "PairingKnown",
    "PasswordKept",
    "Pinged",
    "PlatformHeard",
    "TerminalLost",
    "UpdateHeard",
]

Direction = Literal["in", "out", "here"]
"""From the platform, to the platform, or on this machine."""


def _frozen(values: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(values))


@attrs.frozen
class Began:
    """The connector was started."""

    monotonic_s: float
    """When."""


@attrs.frozen
class Ended:
    """The connector does not run any more."""

    reason: str = ""
    """Why, as a code of ``failed.``; empty where a person stopped it."""
    detail: str = ""
    """The error itself, in English."""


@attrs.frozen
class PlatformHeard:
    """The connection to the platform has changed."""

    state: ConnectorState
    text: str
    """Host where it is connected, else why not."""


@attrs.frozen
class Pinged:
    """The platform answered a ping."""

    round_trip_ms: float


@attrs.frozen
class AccountHeard:
    """How the account stands."""

    update: AccountUpdate


@attrs.frozen
class TerminalLost:
    """The terminal does not answer, or not as it should."""

    detail: str


@attrs.frozen
class Halted:
    """The kill switch of this machine was looked at, or used."""

    halted: bool


@attrs.frozen
class PairingEnded:
    """A pairing came to its end, good or bad."""

    account: str = ""
    """Which one it serves now; empty where it was not paired."""
    reason: str = ""
    """Why not, as a code of ``failed.``."""
    detail: str = ""
    """The error itself, in English."""


@attrs.frozen
class PairingKnown:
    """What was paired before."""

    account: str
    """Which one this machine serves at the platform of the settings; empty where none."""


@attrs.frozen
class PasswordKept:
    """A password was kept, or not."""

    reason: str = ""
    """Why not, as a code of ``failed.``; empty where it was."""
    detail: str = ""
    """The error itself, in English."""


@attrs.frozen
class UpdateHeard:
    """There is a newer version."""

    version: str
    notes: str
    """Address of a page about it."""


@attrs.frozen
class DealsCounted:
    """How often the account has traded since midnight here."""

    today: int


@attrs.frozen
class Happened:
    """Something for the log."""

    time_ns: int
    direction: Direction
    code: str
    """Of ``log.``."""
    values: Mapping[str, str] = attrs.field(factory=dict, converter=_frozen)


Event: TypeAlias = (
    Began
    | Ended
    | PlatformHeard
    | Pinged
    | AccountHeard
    | TerminalLost
    | Halted
    | PairingEnded
    | PairingKnown
    | PasswordKept
    | UpdateHeard
    | DealsCounted
    | Happened
)
"""Any of them."""
