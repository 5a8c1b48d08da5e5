"""What a gateway allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from forexai_core.errors import ConfigError

__all__ = ["GatewaySettings"]


def _names(values: Iterable[str]) -> frozenset[str]:
    return frozenset(values)


def _hosts(_: object, __: attrs.Attribute[frozenset[str]], value: frozenset[str]) -> None:
    if not value or any(not host or "/" in host or host != host.casefold() for host in value):
        raise ConfigError(
            "A gateway needs the hosts by which connectors reach it, in small letters and with their port where it is "
            f"not the usual one, such as 'trade.example.org' or '127.0.0.1:8080'; not {sorted(value)}."
        )


def _positive(instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not 0 < value < float("inf"):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} must be above 0, not {value}.")


@attrs.frozen(kw_only=True)
class GatewaySettings:
    """What a gateway allows; the same in every process of an installation.

    Attributes
    ----------
    hosts : frozenset of str
        Names by which it is reached; others are refused, and signatures hold for one of them only.
    origins : frozenset of str
        Web pages that may connect; none, since connectors are no web pages.
    code_s : float
        Life of a pairing code.
    ticket_s : float
        Life of a ticket, and of a challenge.
    hello_s : float
        How long a connection may take to say HELLO.
    heartbeat_s, silence_s : float
        How often both sides let themselves be heard, and after how much silence a connection is lost.
    lease_s : float
        How long an account belongs to a connection that is not renewed.
    send_s : float
        How long a reader may take to read before it is disconnected.
    most_connections, most_greeting : int
        At once, in one process; the second of those that have not said HELLO.
    messages_per_s, bytes_per_s : float
        Of one connection, on average; five seconds' worth may come at once.
    auth_per_minute, pair_per_minute : float
        Requests of one address.
    all_pair_per_minute : float
        Attempts to pair of all addresses together, so that many of them cannot guess.
    """

    hosts: frozenset[str] = attrs.field(converter=_names, validator=_hosts)
    origins: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    code_s: float = attrs.field(default=600.0, validator=_positive)
    ticket_s: float = attrs.field(default=30.0, validator=_positive)
    hello_s: float = attrs.field(default=5.0, validator=_positive)
    heartbeat_s: float = attrs.field(default=5.0, validator=_positive)
    silence_s: float = attrs.field(default=15.0, validator=_positive)
    lease_s: float = attrs.field(default=15.0, validator=_positive)
    send_s: float = attrs.field(default=10.0, validator=_positive)
    most_connections: int = attrs.field(default=5_000, validator=_positive)
    most_greeting: int = attrs.field(default=200, validator=_positive)
    messages_per_s: float = attrs.field(default=50.0, validator=_positive)
    bytes_per_s: float = attrs.field(default=256.0 * 1024, validator=_positive)
    auth_per_minute: float = attrs.field(default=60.0, validator=_positive)
    pair_per_minute: float = attrs.field(default=10.0, validator=_positive)
    all_pair_per_minute: float = attrs.field(default=300.0, validator=_positive)
