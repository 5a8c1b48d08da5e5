"""The machines on which terminals are looked for: Windows itself, and a Wine prefix elsewhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath

from forexai_mt5.profiles.terminals import InstalledTerminal, Machine, find_terminals

__all__ = ["WinePrefix", "here", "this_machine"]

_PREFIXES = (".wine", ".mt5")
"""Where Wine, and MetaQuotes' own installer for Linux, put their prefixes."""


class _Files:
    """Folders and files, by the names that the system at hand has for a path of Windows."""

    def _place(self, path: str) -> Path | None:
        return Path(path)

    def folders(self, path: str) -> list[str]:
        """Name the folders in a folder."""
        place = self._place(path)
        try:
            return sorted(each.name for each in place.iterdir() if each.is_dir()) if place is not None else []
        except OSError:
            return []

    def is_file(self, path: str) -> bool:
        """Say whether there is such a file."""
        place = self._place(path)
        try:
            return place is not None and place.is_file()
        except OSError:
            return False

    def read(self, path: str, most: int) -> bytes:
        """Give the first bytes of a file."""
        place = self._place(path)
        try:
            if place is None:
                return b""
            with place.open("rb") as file:
                return file.read(most)
        except OSError:
            return b""


class WinePrefix(_Files):
    """The drive ``C:`` of a Wine prefix. Its registry is not read: folders say enough.

    Parameters
    ----------
    prefix : Path
        Folder with ``drive_c``.
    """

    def __init__(self, prefix: Path) -> None:
        self._drive = prefix / "drive_c"

    def _place(self, path: str) -> Path | None:
        pure = PureWindowsPath(path)
        if pure.drive.casefold() != "c:":
            return None
        place = self._drive
        for part in pure.parts[1:]:
            place = self._spelt(place, part)
        return place

    def _spelt(self, folder: Path, part: str) -> Path:
        """Find a name whatever its capitals, as Windows does."""
        exact = folder / part
        if exact.exists():
            return exact
        try:
            return next((each for each in folder.iterdir() if each.name.casefold() == part.casefold()), exact)
        except OSError:
            return exact

    def keys(self, hive: str, key: str) -> list[str]:  # noqa: ARG002 - of the port
        """Name none."""
        return []

    def values(self, hive: str, key: str) -> dict[str, str]:  # noqa: ARG002 - of the port
        """Give none."""
        return {}

    def variable(self, name: str) -> str:
        """Give what Wine sets it to; folders of users by the first user that has such a folder."""
        fixed = {"ProgramFiles": r"C:\Program Files", "ProgramFiles(x86)": r"C:\Program Files (x86)"}
        below = {"APPDATA": r"AppData\Roaming", "LOCALAPPDATA": r"AppData\Local"}
        if name in fixed:
            return fixed[name]
        for user in self.folders(r"C:\users") if name in below else []:
            candidate = rf"C:\users\{user}\{below[name]}"
            if self.folders(candidate):
                return candidate
        return ""


if sys.platform == "win32":
    import winreg

    _HIVES = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}

    class WindowsMachine(_Files):
        """The machine at hand."""

        def keys(self, hive: str, key: str) -> list[str]:
            """Name the keys below a key."""
            try:
                with winreg.OpenKey(_HIVES[hive], key) as opened:
                    return [winreg.EnumKey(opened, place) for place in range(winreg.QueryInfoKey(opened)[0])]
            except OSError:
                return []

        def values(self, hive: str, key: str) -> dict[str, str]:
            """Give the values of a key that are text."""
            try:
                with winreg.OpenKey(_HIVES[hive], key) as opened:
                    rows = [winreg.EnumValue(opened, place) for place in range(winreg.QueryInfoKey(opened)[1])]
            except OSError:
                return {}
            plain = {name: value for name, value, kind in rows if kind == winreg.REG_SZ}
            expanded = {name: value for name, value, kind in rows if kind == winreg.REG_EXPAND_SZ}
            return plain | {name: winreg.ExpandEnvironmentStrings(value) for name, value in expanded.items()}

        def variable(self, name: str) -> str:
            """Give a variable of the environment."""
            return os.environ.get(name, "")


def this_machine(home: Path | None = None) -> list[tuple[str, Machine]]:
    """Give what can be looked at here, each with its name.

    Parameters
    ----------
    home : Path, optional
        Of the user, for Wine prefixes; default this one's.

    Returns
    -------
    list of (str, Machine)
        ``("", …)`` for Windows itself, else each Wine prefix with its path.
    """
    if sys.platform == "win32":
        return [("", WindowsMachine())]
    named = os.environ.get("WINEPREFIX")
    places = [Path(named)] if named else []
    places += [(home or Path.home()) / folder for folder in _PREFIXES]
    unique = dict.fromkeys(each for each in places if (each / "drive_c").is_dir())
    return [(str(place), WinePrefix(place)) for place in unique]


def here(home: Path | None = None) -> list[tuple[str, InstalledTerminal]]:
    """Find the terminals of this machine, each with the Wine prefix that it lies in, empty on Windows."""
    return [(name, found) for name, machine in this_machine(home) for found in find_terminals(machine)]
