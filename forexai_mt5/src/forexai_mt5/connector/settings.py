"""What a person says about a connector."""

from __future__ import annotations

import ipaddress
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from forexai_core.ports.settings import Settings

__all__ = ["Caps", "ConnectorSettings", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Caps(Settings):
    """Limits that hold on this machine, whatever the platform asks for."""

    opens: bool = True
    """Whether anything may be opened at all."""
    max_lots: float = Field(default=1.0, gt=0)
    """Largest volume of one order; on a netting account also of the position that it and what waits there lead to."""
    openings_per_minute: float = Field(default=30.0, gt=0)
    """Orders that open, in any minute."""
    symbols: tuple[str, ...] = ()
    """The only symbols that may be opened; none: all."""
    max_positions: int = Field(default=50, ge=1)
    """Positions open at once, and orders that wait to open one."""
    dead_man_s: float = Field(default=30.0, gt=0, le=3_600)
    """How long the platform may be silent: after that nothing is opened until it is heard again."""


class ConnectorSettings(Settings):
    """A connector."""

    platform: str
    """Where the platform's gateway is, such as https://trade.example.org/api/v1/connector."""
    broker: str = "mt5"
    """The broker offer that carries out commands."""
    broker_settings: dict[str, Any] = Field(default_factory=dict)
    """Its settings; passwords are named, as secret:NAME, and stay on this machine."""
    password_store: Literal["auto", "dpapi", "keyring", "file"] = "auto"  # noqa: S105 - the kind of a store
    """Where such passwords are kept: by Windows, in a keyring, or, only where it is said, in an encrypted file."""
    caps: Caps = Caps()
    """Limits of this machine."""
    report_s: float = Field(default=1.0, gt=0, le=60)
    """How often the account is told."""
    quote_s: float = Field(default=0.25, gt=0, le=60)
    """How often prices that are wanted are looked at."""
    call_s: float = Field(default=60.0, gt=0, le=600)
    """How long the broker may take for a call."""
    take_over: bool = False
    """Whether to end another connector of the account."""

    @field_validator("platform")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ValueError("give it as https://host/…, without a user and without a query")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("beyond this machine only https is used: what is told there can be read and changed")
        return value.rstrip("/")

    @property
    def host(self) -> str:
        """The host, as a platform knows itself by it: with its port, where that is not the usual one."""
        return urlsplit(self.platform).netloc.casefold()
