"""What the form of the settings holds, and the file that it is read from and written to."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from forexai_core.errors import ConfigError
from forexai_core.services.disk import storing
from forexai_mt5.connector.settings import Caps, ConnectorSettings
from forexai_mt5.connector.settings_file import checked, read_settings, write_toml
from forexai_mt5.settings import Mt5Settings

__all__ = ["SettingsForm", "SettingsStore"]

_CAPS = Caps()


@attrs.frozen(kw_only=True)
class SettingsForm:
    """Fields of the form, as a person fills them in.

    Attributes
    ----------
    platform : str
        Address of the platform's gateway.
    path, login, server, account_kind : str
        Of the terminal and its account; empty leaves it to the terminal.
    has_password : bool
        Whether a password is kept for the account; it is never read into a form.
    file_store : bool
        Whether passwords may be kept in a file.
    opens, max_lots, openings_per_minute, max_positions : bool, float, float, int
        Caps of this machine.
    symbols : str
        The only ones that may be opened, with commas between them; empty: all.
    take_over : bool
        Whether to end another connector of the account.
    """

    platform: str = ""
    path: str = ""
    login: str = ""
    server: str = ""
    account_kind: str = "demo"
    has_password: bool = False
    file_store: bool = False
    opens: bool = _CAPS.opens
    max_lots: float = _CAPS.max_lots
    openings_per_minute: float = _CAPS.openings_per_minute
    max_positions: int = _CAPS.max_positions
    symbols: str = ""
    take_over: bool = False

    @classmethod
    def of(cls, settings: ConnectorSettings) -> SettingsForm:
        """Fill it in from settings."""
        broker, caps = settings.broker_settings, settings.caps
        return cls(
            platform=settings.platform,
            path=str(broker.get("path", "")),
            login=str(broker.get("login") or ""),
            server=str(broker.get("server", "")),
            account_kind=str(broker.get("account_kind", "demo")),
            has_password="password" in broker,
            file_store=settings.password_store == "file",  # noqa: S105 - the kind of a store
            opens=caps.opens,
            max_lots=caps.max_lots,
            openings_per_minute=caps.openings_per_minute,
            max_positions=caps.max_positions,
            symbols=", ".join(caps.symbols),
            take_over=settings.take_over,
        )

    @property
    def secret_name(self) -> str:
        """Under which the account's password is kept."""
        return f"mt5-{self.login.strip()}"

    def values(self, former: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is written to the file; what the form does not show stays as it was.

        Raises
        ------
        ConfigError
            If the number of the account is none.
        """
        broker = dict(former.get("broker_settings", {}))
        login = self.login.strip()
        if login and not (login.isascii() and login.isdigit()):
            raise ConfigError(f"An account number has digits only, not {login!r}.")
        given = {"path": self.path.strip(), "login": int(login or 0), "server": self.server.strip()}
        for name, value in given.items():
            broker.pop(name, None)
            if value:
                broker[name] = value
        broker["account_kind"] = self.account_kind
        broker.pop("password", None)
        if self.has_password:
            broker["password"] = f"secret:{self.secret_name}"
        symbols = [each.strip() for each in self.symbols.split(",") if each.strip()]
        caps = {
            "opens": self.opens,
            "max_lots": self.max_lots,
            "openings_per_minute": self.openings_per_minute,
            "max_positions": self.max_positions,
            "symbols": symbols,
        }
        kept = former.get("password_store", "auto")
        store = "file" if self.file_store else "auto" if kept == "file" else kept
        return {
            **former,
            "platform": self.platform.strip(),
            "password_store": store,
            "take_over": self.take_over,
            "broker_settings": broker,
            "caps": caps,
        }


class SettingsStore:
    """The file of the settings.

    Parameters
    ----------
    file : Path
        ``connector.toml``; it need not be there yet.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> ConnectorSettings | None:
        """Read the settings; None where nothing is written yet.

        Raises
        ------
        ConfigError
            If they cannot be read, or one is wrong.
        """
        return read_settings(self.file) if self.file.exists() else None

    def save(self, form: SettingsForm) -> ConnectorSettings:
        """Check a form, write it, and give the settings; the former file is kept beside it, for its comments.

        Raises
        ------
        ConfigError
            If something does not fit; then nothing is written.
        StorageError
            If it cannot be written.
        """
        values = form.values(self._former())
        settings = checked(ConnectorSettings, values, "Settings")
        if settings.broker == "mt5":
            checked(Mt5Settings, settings.broker_settings, "Account")
        if self.file.exists():
            with storing(f"Keeping {self.file}"):
                shutil.copyfile(self.file, self.file.with_name(self.file.name + ".before"))
        write_toml(self.file, values)
        return settings

    def _former(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            return {}  # there is none, or one that nobody can read; it is kept beside the new one
