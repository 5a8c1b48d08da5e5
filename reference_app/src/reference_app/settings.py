"""Settings of the application: from a file, the environment and the command line into one frozen model."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from forexai_core.errors import ConfigError

__all__ = ["PREFIX", "AppSettings", "is_loopback", "load_settings"]

PREFIX = "FOREXAI_APP_"
"""Of environment variables: ``FOREXAI_APP_PORT=8080``."""

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_LISTS = {"allowed_hosts", "disabled_plugins", "required_plugins"}


def is_loopback(host: str) -> bool:
    """Tell whether an address is of this computer alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class AppSettings(BaseModel):
    """What the application needs to know; it cannot be changed once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Address to listen on. Beyond this computer only behind a proxy that speaks TLS: see `behind_tls`."""
    port: int = Field(default=8765, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    behind_tls: bool = False
    """Whether everything that reaches the application comes through a proxy that speaks TLS with the outside."""
    allowed_hosts: tuple[str, ...] = ()
    """Names by which browsers may ask for it, beside those of this computer."""
    home: Path | None = None
    """Folder that holds all state; without one everything is kept in memory and lost at the end."""
    page: Path | None = None
    """Folder of the built web page; by default the one that was installed with the application, or built beside it."""
    disabled_plugins: tuple[str, ...] = ()
    """Plugins that are left out, by their own name or that of their distribution."""
    required_plugins: tuple[str, ...] = ()
    """Plugins without which it does not start."""

    @model_validator(mode="after")
    def _no_plain_http_beyond_this_computer(self) -> Self:
        if not is_loopback(self.host) and not self.behind_tls:
            raise ValueError(
                f"host '{self.host}' can be reached from other computers, and plain HTTP would show them passwords "
                "and orders. Listen on 127.0.0.1, or put a proxy that speaks TLS before it and set behind_tls"
            )
        if self.behind_tls and not self.allowed_hosts:
            raise ValueError("behind_tls needs allowed_hosts: the names by which browsers ask for the application")
        return self

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name by which it may be asked for."""
        return (*_LOOPBACK_NAMES, *self.allowed_hosts)


def load_settings(
    *, file: Path | None = None, environment: Mapping[str, str] | None = None, given: Mapping[str, Any] | None = None
) -> AppSettings:
    """Put settings together; what is given comes before the environment, and that before the file.

    Parameters
    ----------
    file : Path, optional
        TOML with the names of :class:`AppSettings`.
    environment : mapping of str to str, optional
        Variables; those that begin with ``FOREXAI_APP_`` are read. Lists are separated by commas.
    given : mapping, optional
        What the command line says; None means that it says nothing.

    Raises
    ------
    ConfigError
        If a name or a value is wrong; each is named.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values |= tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise ConfigError(f"The settings in {file} cannot be read: {problem}.") from problem
    for variable, text in (environment or {}).items():
        if variable.startswith(PREFIX):
            name = variable.removeprefix(PREFIX).lower()
            values[name] = [part.strip() for part in text.split(",") if part.strip()] if name in _LISTS else text
    values |= {name: value for name, value in (given or {}).items() if value is not None}
    try:
        return AppSettings.model_validate(values)
    except ValidationError as problem:
        told = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg'].removeprefix('Value error, ')}"
            for each in problem.errors()
        )
        raise ConfigError(f"The settings of the application are not right: {told}.") from problem
