"""Terminals are found in registries, folders and data folders, and what is not one is passed over."""

from __future__ import annotations

import ntpath

import pytest

from forexai_core.cli import main
from forexai_mt5.profiles import machines
from forexai_mt5.profiles.machines import WinePrefix, here
from forexai_mt5.profiles.terminals import find_terminals

UNINSTALL = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
EXNESS = r"C:\Program Files\MetaTrader 5 EXNESS"
XM = r"D:\Trading\XM Global MT5"
ROAMING = r"C:\Users\ada\AppData\Roaming"
DATA = rf"{ROAMING}\MetaQuotes\Terminal\D0E8209F77C8CF37AD8BF550E51FF075"
INI = "[Common]\r\nLogin=51234567\r\nServer=Exness-MT5Trial7\r\nProxyPassword=%x%\r\n[Charts]\r\n"


class FakeMachine:
    """A machine of dictionaries."""

    def __init__(self, files, registry=None):
        self._files = {ntpath.normpath(path).casefold(): body for path, body in files.items()}
        self._names = [ntpath.normpath(path) for path in files]
        self._registry = registry or {}

    def keys(self, hive, key):
        return [name.rpartition("\\")[2] for at, name in self._registry if at == hive and ntpath.dirname(name) == key]

    def values(self, hive, key):
        return self._registry.get((hive, key), {})

    def variable(self, name):
        known = {"ProgramFiles": r"C:\Program Files", "ProgramW6432": r"C:\Program Files", "APPDATA": ROAMING}
        return known.get(name, "")

    def folders(self, path):
        start = ntpath.normpath(path).casefold() + "\\"
        below = [name[len(start) :] for name in self._names if name.casefold().startswith(start)]
        return sorted({rest.split("\\")[0] for rest in below if "\\" in rest})

    def is_file(self, path):
        return ntpath.normpath(path).casefold() in self._files

    def read(self, path, most):
        return self._files.get(ntpath.normpath(path).casefold(), b"")[:most]


def entry(hive, name, **values):
    return {(hive, rf"{UNINSTALL}\{name}"): values}


def test_one_terminal_known_in_three_ways_is_one():
    machine = FakeMachine(
        {
            rf"{EXNESS}\terminal64.exe": b"MZ",
            rf"{DATA}\origin.txt": EXNESS.upper().encode("utf-16"),
            rf"{DATA}\config\common.ini": INI.encode("utf-16"),
            rf"{DATA}\bases\Exness-MT5Trial7\symbols\x.dat": b"",
            rf"{DATA}\bases\Default\history\x.dat": b"",
        },
        entry("HKLM", "Exness", DisplayName="MetaTrader 5 EXNESS", InstallLocation=EXNESS + "\\"),
    )
    (found,) = find_terminals(machine)
    assert found.path == rf"{EXNESS}\terminal64.exe"
    assert found.name == "MetaTrader 5 EXNESS"
    assert (found.last_login, found.last_server) == ("51234567", "Exness-MT5Trial7")
    assert found.servers == ("Exness-MT5Trial7",)
    assert found.data_path == DATA
    assert not found.portable
    assert set(found.found_by) == {"registry", "folders", "data"}


@pytest.mark.parametrize(
    "values",
    [
        {"InstallLocation": XM},
        {"DisplayIcon": rf"{XM}\terminal64.exe,0"},
        {"UninstallString": rf'"{XM}\uninstall.exe" /remove'},
        {"InstallLocation": "", "DisplayIcon": rf'"{XM}\Terminal64.EXE"'},
    ],
)
@pytest.mark.parametrize("hive", ["HKLM", "HKCU"])
def test_the_registry_leads_to_other_drives(values, hive):
    machine = FakeMachine({rf"{XM}\terminal64.exe": b"MZ"}, entry(hive, "XM", DisplayName="XM Global MT5", **values))
    (found,) = find_terminals(machine)
    assert (found.path, found.name, found.found_by) == (rf"{XM}\terminal64.exe", "XM Global MT5", ("registry",))


def test_what_was_uninstalled_and_what_is_another_program_is_passed_over():
    machine = FakeMachine(
        {r"C:\Program Files\MetaTrader 4\terminal.exe": b"MZ", rf"{DATA}\origin.txt": rb"C:\gone"},
        entry("HKLM", "Gone", DisplayName="MetaTrader 5", InstallLocation=r"C:\gone"),
    )
    assert find_terminals(machine) == ()


def test_a_terminal_with_its_data_beside_it_is_portable():
    machine = FakeMachine(
        {rf"{EXNESS}\terminal64.exe": b"MZ", rf"{EXNESS}\config\common.ini": INI.encode("utf-8-sig")},
    )
    (found,) = find_terminals(machine)
    assert found.portable
    assert found.data_path == EXNESS
    assert found.last_login == "51234567"


@pytest.mark.parametrize("ini", [b"", b"\xff\xfe\x00", b"no sections", b"[Common]\nLogin=0\n", b"[Common\nLogin=1"])
def test_broken_settings_of_a_terminal_tell_nothing(ini):
    machine = FakeMachine(
        {
            rf"{EXNESS}\terminal64.exe": b"MZ",
            rf"{DATA}\origin.txt": EXNESS.encode("utf-16"),
            rf"{DATA}\config\common.ini": ini,
        }
    )
    (found,) = find_terminals(machine)
    assert (found.last_login, found.last_server) == ("", "")


@pytest.fixture
def prefix(tmp_path):
    home = tmp_path / "home"
    install = home / ".wine" / "drive_c" / "Program Files" / "MetaTrader 5"
    install.mkdir(parents=True)
    (install / "terminal64.exe").write_bytes(b"MZ")
    data = home / ".wine/drive_c/users/ada/AppData/Roaming/MetaQuotes/Terminal/ABC"
    (data / "config").mkdir(parents=True)
    (data / "origin.txt").write_bytes("C:\\PROGRAM FILES\\MetaTrader 5".encode("utf-16"))
    (data / "config" / "common.ini").write_bytes(INI.encode("utf-16"))
    return home


def test_a_wine_prefix_is_searched_whatever_the_capitals(prefix):
    ((name, found),) = here(prefix)
    assert name.endswith(".wine")
    assert found.path == r"C:\Program Files\MetaTrader 5\terminal64.exe"
    assert found.last_server == "Exness-MT5Trial7"


def test_a_prefix_that_is_named_comes_first_and_may_not_be_left(prefix, tmp_path, monkeypatch):
    other = tmp_path / "other"
    (other / "drive_c").mkdir(parents=True)
    monkeypatch.setenv("WINEPREFIX", str(other))
    assert [name for name, _ in machines.this_machine(prefix)] == [str(other), str(prefix / ".wine")]
    machine = WinePrefix(other)
    assert not machine.is_file(r"Z:\etc\passwd")
    assert machine.read(r"Z:\etc\passwd", 10) == b""
    assert machine.folders(r"Z:\etc") == []


def test_the_command_lists_them(prefix, monkeypatch, capsys):
    monkeypatch.delenv("WINEPREFIX", raising=False)
    monkeypatch.setenv("HOME", str(prefix))
    assert main(["connector", "terminals"]) == 0
    told = capsys.readouterr().out
    assert "MetaTrader 5" in told
    assert "51234567 at Exness-MT5Trial7" in told
    assert "Exness" in told
