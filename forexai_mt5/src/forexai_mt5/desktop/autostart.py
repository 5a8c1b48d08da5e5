"""Starting with the computer: the key ``Run`` of Windows' registry, and an entry of XDG's autostart elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from forexai_core.services.disk import Disk, storing

__all__ = ["Autostart", "DesktopEntry", "RunKey", "RunValues", "autostart_here", "command_here"]

_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_NAME = "ForexAI Connector"
_ENTRY = "forexai-connector.desktop"
_SPECIAL = '"`$\\'


class Autostart(Protocol):
    """Whether a program starts with the computer."""

    def is_on(self) -> bool:
        """Say whether it does. Raises `StorageError`."""
        ...

    def turn(self, *, on: bool) -> None:
        """Have it start, or not. Raises `StorageError`."""
        ...


class RunValues(Protocol):
    """The values of a key of the registry, below HKEY_CURRENT_USER."""

    def get(self, key: str, name: str) -> str | None:
        """Give a text; None where there is none. Raises OSError."""
        ...

    def set(self, key: str, name: str, text: str | None) -> None:
        """Write a text; None deletes it, and is fine where there is none. Raises OSError."""
        ...


class RunKey:
    """Windows: a value of the key ``Run`` of whoever is logged in.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    values : RunValues
        The registry.
    """

    def __init__(self, command: Sequence[str], values: RunValues) -> None:
        self._line, self._values = subprocess.list2cmdline(command), values

    def is_on(self) -> bool:
        """Say whether it does; an entry of a former place of the program counts, and `turn` renews it."""
        with storing("Reading the registry"):
            return bool(self._values.get(_RUN, _NAME))

    def turn(self, *, on: bool) -> None:
        """Have it start, or not."""
        with storing("Writing the registry"):
            self._values.set(_RUN, _NAME, self._line if on else None)


class DesktopEntry:
    """Linux: a file in the folder ``autostart`` of the person's settings.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    folder : Path
        ``$XDG_CONFIG_HOME/autostart``.
    disk : Disk, optional
        What writes.
    """

    def __init__(self, command: Sequence[str], folder: Path, *, disk: Disk | None = None) -> None:
        self._command, self._file, self._disk = command, folder / _ENTRY, disk or Disk()

    def is_on(self) -> bool:
        """Say whether it does; a session may hide an entry, which is off."""
        with storing(f"Reading {self._file}"):
            try:
                lines = self._file.read_text(encoding="utf-8").splitlines()
            except FileNotFoundError:
                return False
        return "Hidden=true" not in lines

    def turn(self, *, on: bool) -> None:
        """Have it start, or not."""
        with storing(f"Writing {self._file}"):
            if not on:
                self._file.unlink(missing_ok=True)
                return
            self._disk.make_folder(self._file.parent)
            self._disk.replace(self._file, _entry(self._command).encode(), mode=0o644)


def _entry(command: Sequence[str]) -> str:
    lines = ("[Desktop Entry]", "Type=Application", f"Name={_NAME}", f"Exec={' '.join(map(_quoted, command))}")
    return "\n".join((*lines, "Terminal=false", "X-GNOME-Autostart-enabled=true", ""))


def _quoted(argument: str) -> str:
    """Quote by the Desktop Entry Specification: in quotation marks, then as a value, where a backslash is two."""
    inner = "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in argument.replace("%", "%%"))
    return f'"{inner}"'.replace("\\", "\\\\")


def command_here(arguments: Sequence[str]) -> list[str]:
    """Give the command that opens the window with some arguments, without a console."""
    program = Path(sys.executable)
    if getattr(sys, "frozen", False):  # built as one program
        return [str(program), *arguments]
    silent = program.with_name("pythonw.exe")
    return [str(silent if silent.exists() else program), "-m", "forexai_mt5.desktop", *arguments]


if sys.platform == "win32":
    import winreg

    class _Registry:
        def get(self, key: str, name: str) -> str | None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    return str(winreg.QueryValueEx(opened, name)[0])
            except FileNotFoundError:
                return None

        def set(self, key: str, name: str, text: str | None) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                if text is not None:
                    winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)
                    return
                try:
                    winreg.DeleteValue(opened, name)
                except FileNotFoundError:
                    return


def autostart_here(command: Sequence[str]) -> Autostart | None:
    """Give the way of this system; None where there is none that is known."""
    if sys.platform == "win32":
        return RunKey(command, _Registry())
    if sys.platform.startswith("linux"):
        named = os.environ.get("XDG_CONFIG_HOME")
        return DesktopEntry(command, (Path(named) if named else Path.home() / ".config") / "autostart")
    return None
