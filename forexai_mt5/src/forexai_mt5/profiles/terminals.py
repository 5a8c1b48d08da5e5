"""Terminals that are installed on a machine: found in the registry, in the usual folders, and by their data folders."""

from __future__ import annotations

import configparser
import ntpath
from collections.abc import Iterator
from typing import Protocol

import attrs

__all__ = ["EXECUTABLE", "InstalledTerminal", "Machine", "find_terminals"]

EXECUTABLE = "terminal64.exe"
"""The program of a MetaTrader 5 terminal; the package is for 64 bits only."""

_UNINSTALL = (
    ("HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"),
    ("HKLM", r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"),
    ("HKCU", r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"),
)
_PROGRAM_FOLDERS = ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")
_LARGEST_TEXT = 1 << 20


class Machine(Protocol):
    """A Windows machine, or the folders of a Wine prefix, as far as it is looked at. Paths are those of Windows.

    Nothing here raises: what is not there, or may not be read, is empty.
    """

    def keys(self, hive: str, key: str) -> list[str]:
        """Name the keys below a key of the registry; ``hive`` is ``HKLM`` or ``HKCU``."""
        ...

    def values(self, hive: str, key: str) -> dict[str, str]:
        """Give the values of a key that are text."""
        ...

    def variable(self, name: str) -> str:
        """Give a variable of the environment."""
        ...

    def folders(self, path: str) -> list[str]:
        """Name the folders in a folder."""
        ...

    def is_file(self, path: str) -> bool:
        """Say whether there is such a file."""
        ...

    def read(self, path: str, most: int) -> bytes:
        """Give the first bytes of a file."""
        ...


@attrs.frozen(kw_only=True)
class InstalledTerminal:
    """A terminal on this machine.

    Attributes
    ----------
    path : str
        Of its ``terminal64.exe``: what ``initialize(path)`` takes.
    name : str
        As it was installed, such as ``MetaTrader 5 EXNESS``.
    data_path : str
        Where it keeps its files; empty where none was found. Its own folder where it runs ``/portable``.
    portable : bool
        Whether its data lie in its own folder, so that it has to be started ``/portable``.
    last_login : str
        Number of the account that it used last, as its settings say; empty where they do not.
    last_server : str
        Likewise its server.
    servers : tuple of str
        Servers whose history it keeps, so that it has been connected to them.
    found_by : tuple of str
        ``registry``, ``folders`` or ``data``.
    """

    path: str
    name: str
    data_path: str = ""
    portable: bool = False
    last_login: str = ""
    last_server: str = ""
    servers: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()


def find_terminals(machine: Machine) -> tuple[InstalledTerminal, ...]:
    """Find the terminals that are installed, by path.

    Whatever names a folder without a ``terminal64.exe``, such as an entry of something uninstalled, is passed over.
    """
    found: dict[str, InstalledTerminal] = {}
    data = dict(_data_folders(machine))
    places = [
        *(("registry", folder, name) for folder, name in _registered(machine)),
        *(("folders", folder, "") for folder in _usual_folders(machine)),
        *(("data", folder, "") for folder in data.values()),
    ]
    for how, folder, name in places:
        place = ntpath.normpath(folder)
        path = ntpath.join(place, EXECUTABLE)
        known = found.get(path.casefold())
        if known is None and machine.is_file(path):
            found[path.casefold()] = InstalledTerminal(path=path, name=name or ntpath.basename(place), found_by=(how,))
        elif known is not None and how not in known.found_by:
            found[path.casefold()] = attrs.evolve(known, found_by=(*known.found_by, how))
    by_place = {ntpath.normpath(origin).casefold(): folder for folder, origin in data.items()}
    return tuple(_with_data(machine, found[key], by_place) for key in sorted(found))


def _registered(machine: Machine) -> Iterator[tuple[str, str]]:
    """Give folder and name of what can be uninstalled and has a terminal in it."""
    for hive, root in _UNINSTALL:
        for key in machine.keys(hive, root):
            values = machine.values(hive, rf"{root}\{key}")
            places = [values.get("InstallLocation", ""), *map(_folder_of, (values.get("DisplayIcon", ""),))]
            places.append(_folder_of(values.get("UninstallString", "")))
            for place in places:
                folder = place.strip().strip('"')
                if folder and machine.is_file(ntpath.join(folder, EXECUTABLE)):
                    yield folder, values.get("DisplayName", "")
                    break


def _folder_of(command: str) -> str:
    """Give the folder of a program, however the registry writes it: in quotes, with arguments, or with an icon."""
    text = command.strip()
    program = text[1:].partition('"')[0] if text.startswith('"') else text
    end = program.casefold().find(".exe")
    return ntpath.dirname(program[: end + 4]) if end >= 0 else ""


def _usual_folders(machine: Machine) -> Iterator[str]:
    roots = {machine.variable(name) for name in _PROGRAM_FOLDERS} - {""}
    local = machine.variable("LOCALAPPDATA")
    for root in sorted(roots | ({ntpath.join(local, "Programs")} if local else set())):
        for folder in machine.folders(root):
            yield ntpath.join(root, folder)


def _data_folders(machine: Machine) -> Iterator[tuple[str, str]]:
    """Give each data folder, and the folder of the terminal that it belongs to, as its ``origin.txt`` says."""
    roaming = machine.variable("APPDATA")
    if not roaming:
        return
    root = ntpath.join(roaming, "MetaQuotes", "Terminal")
    for folder in machine.folders(root):
        place = ntpath.join(root, folder)
        origin = _text(machine.read(ntpath.join(place, "origin.txt"), _LARGEST_TEXT)).strip()
        if origin:
            yield place, origin


def _with_data(machine: Machine, found: InstalledTerminal, by_place: dict[str, str]) -> InstalledTerminal:
    own = ntpath.dirname(found.path)
    data = by_place.get(own.casefold(), "")
    portable = not data and machine.is_file(ntpath.join(own, "config", "common.ini"))
    place = own if portable else data
    if not place:
        return found
    login, server = _last_account(_text(machine.read(ntpath.join(place, "config", "common.ini"), _LARGEST_TEXT)))
    servers = [each for each in machine.folders(ntpath.join(place, "bases")) if each.casefold() not in _NO_SERVERS]
    return attrs.evolve(
        found,
        data_path=place,
        portable=portable,
        last_login=login,
        last_server=server,
        servers=tuple(sorted(servers)),
    )


_NO_SERVERS = {"default", "custom", "signals", "economic", "news", "mails", "mail", "subscriptions"}


def _last_account(text: str) -> tuple[str, str]:
    """Read login and server of ``[Common]``; a broken file tells nothing."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True, comment_prefixes=(";",))
    try:
        parser.read_string(text)
        common = parser["Common"]
    except (configparser.Error, KeyError):
        return "", ""
    login = common.get("Login") or ""
    return (login if login.isdigit() and login != "0" else ""), (common.get("Server") or "")


def _text(raw: bytes) -> str:
    """Read what a terminal writes: UTF-16 with its mark, or UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    return raw.decode("utf-8-sig", errors="replace")
