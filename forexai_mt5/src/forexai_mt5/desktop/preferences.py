"""How a person wants the window, apart from what the connector does."""

from __future__ import annotations

import locale
import tomllib
from pathlib import Path
from typing import Literal

from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_mt5.connector.settings_file import checked, write_toml

__all__ = ["PREFERENCES_FILE", "Preferences", "language_here", "read_preferences", "write_preferences"]

PREFERENCES_FILE = "window.toml"
"""In the connector's folder."""


class Preferences(Settings):
    """The window."""

    language: Literal["system", "en", "id"] = "system"
    """English or Indonesian; system: Indonesian where the system is."""
    theme: Literal["system", "light", "dark"] = "system"
    """Light or dark; system: as the system is."""
    start_with_window: bool = False
    """Start the connector as soon as the window opens."""
    keep_in_tray: bool = True
    """Closing the window leaves the connector at work, with its icon in the tray."""
    updates: str = ""
    """Address of the signed manifest of versions; empty: nobody is asked for updates."""


def language_here(chosen: str, system: str | None = None) -> str:
    """Give the language to speak.

    Parameters
    ----------
    chosen : str
        ``system``, or a language.
    system : str, optional
        Of the system, such as ``id_ID``; default the one of this process.
    """
    if chosen != "system":
        return chosen
    spoken = system if system is not None else (locale.getlocale()[0] or "")
    return "id" if spoken.casefold().startswith(("id", "indonesian")) else "en"


def read_preferences(folder: Path) -> Preferences:
    """Read them; the defaults where there are none yet.

    Raises
    ------
    ConfigError
        If the file is there and cannot be read, or a value is wrong.
    """
    file = folder / PREFERENCES_FILE
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences()
    except OSError as problem:
        raise ConfigError(f"{file} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file} is no TOML: {problem}. Mend the line, or delete the file.") from None
    return checked(Preferences, values, str(file))


def write_preferences(folder: Path, preferences: Preferences) -> None:
    """Write them; see `write_toml`."""
    write_toml(folder / PREFERENCES_FILE, preferences.model_dump())
