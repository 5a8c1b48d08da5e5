"""Settings of the application: from a file, the environment and the command line into one frozen model."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from forexai_core.errors import ConfigError
from forexai_saas.accounts.settings import AccountSettings

__all__ = ["PREFIX", "AppSettings", "is_loopback", "load_settings"]

PREFIX = "FOREXAI_APP_"
"""Of environment variables: ``FOREXAI_APP_PORT=8080``."""

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_LISTS = {"allowed_hosts", "disabled_plugins", "proxies", "required_plugins"}


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
    proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks of the application's own proxies, which say where a request came from. Read with `behind_tls` only."""
    address: str | None = None
    """Under which it is reached, for links in mails: ``https://trade.example``. By default what it listens on, or the
    first of `allowed_hosts` behind a proxy."""
    demo: bool = False
    """Whether links that `forexai serve --demo` prints sign somebody in; on this computer only."""
    home: Path | None = None
    """Folder that holds all state; without one everything is kept in memory and lost at the end."""
    database: SecretStr | None = None
    """Address of a PostgreSQL database, with the application's role: ``postgresql://forexai_app:…@host/name``. Without
    one, accounts are kept in a SQLite file of the home."""
    master_key: Path | None = None
    """File of the master keys that wrap every other key; by default in ``keys`` of the home. Back it up apart from the
    data: neither is of use without the other."""
    mail_server: str | None = None
    """Server that takes mails, over TLS: ``smtp.example.org:587``. Without one, mails are put into the home's folder
    ``mails``, where its owner reads them."""
    mail_security: Literal["starttls", "tls", "none"] | None = None
    """How the mail server is spoken to; by default TLS from the first byte on port 465, and STARTTLS on others.
    ``none`` is for a server on this computer."""
    mail_ca_file: Path | None = None
    """Certificate authorities by which the mail server proves itself, in place of the system's."""
    mail_user: str | None = None
    """User at the mail server."""
    mail_password: SecretStr | None = None
    """Password at the mail server."""
    mail_from: str = "ForexAI <forexai@localhost>"
    """Sender of mails, with a name before the address or without."""
    metrics_token: SecretStr | None = None
    """Token by which ``/metrics`` is read behind a proxy; without one it is only shown to this computer, and behind a
    proxy to nobody."""
    accounts: AccountSettings = AccountSettings()
    """How long sessions and links last, and how much work a password is."""
    requests_a_minute: int = Field(default=600, ge=1)
    """How many requests to the API one network address may make in a minute, in each process."""
    job_processes: int = Field(default=1, ge=1, le=64)
    """How many processes read uploaded prices and run backtests; each is started when there is work for it."""
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
        if self.demo and self.behind_tls:
            raise ValueError("demo is for this computer alone, and behind_tls is for others. Leave one of them out")
        if self.behind_tls and not self.allowed_hosts:
            raise ValueError("behind_tls needs allowed_hosts: the names by which browsers ask for the application")
        return self

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(each)) for each in value)

    @field_validator("address")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/?#\s]+/?", value):
            raise ValueError("an address is a scheme and a host: https://trade.example")
        return None if value is None else value.rstrip("/")

    @model_validator(mode="after")
    def _database_needs_keys(self) -> Self:
        if self.database is not None and self.home is None and self.master_key is None:
            # Else every restart would make another master key, and nothing that was sealed would ever open again.
            raise ValueError("a database needs a home or a master_key: the keys that open it are kept outside of it")
        return self

    @property
    def base(self) -> str:
        """Under which it is reached, without a slash at the end."""
        if self.address is not None:
            return self.address
        if self.behind_tls:
            return f"https://{self.allowed_hosts[0]}"
        host = f"[{self.host}]" if ":" in self.host and not self.host.startswith("[") else self.host
        return f"http://{host}:{self.port}"

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
