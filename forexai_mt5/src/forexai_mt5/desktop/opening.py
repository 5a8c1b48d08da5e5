"""Opening the window, or saying what it needs."""

from __future__ import annotations

from pathlib import Path

from forexai_core.errors import ConfigError

__all__ = ["SETTINGS_FILE", "open_window"]

SETTINGS_FILE = "connector.toml"
"""In the connector's folder, where no other one is named."""


def open_window(file: Path | None, folder: Path, *, in_tray: bool = False) -> int:
    """Open the window, and give its exit code.

    Raises
    ------
    ConfigError
        If Qt is not installed, or a library that it expects of the system is missing.
    """
    try:
        # An optional package.
        from forexai_mt5.desktop.widgets.application import run_window
    except ImportError as problem:
        if not (problem.name or "").startswith(("PySide6", "shiboken6")) and ".so" not in str(problem):
            raise
        raise ConfigError(
            f"The window needs Qt ({problem}): pip install 'forexai-mt5[desktop]'; on Debian and Ubuntu also "
            "apt install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 libxcb-cursor0. "
            "Without a window, 'forexai connector run' does the same work."
        ) from None
    return run_window(file or folder / SETTINGS_FILE, folder, in_tray=in_tray)
