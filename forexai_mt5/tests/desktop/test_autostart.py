"""Starting with the computer, on Windows' registry and on XDG's folder."""

from __future__ import annotations

import configparser
import shlex
import sys

import pytest

from forexai_core.errors import StorageError
from forexai_mt5.desktop import autostart
from forexai_mt5.desktop.autostart import DesktopEntry, RunKey, command_here

COMMAND = ["/opt/my programs/forexai", 'a "quoted" $HOME `x` \\ 100%', "--in-tray"]
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"


class Registry(dict):
    def get(self, key, name):
        return super().get((key, name))

    def set(self, key, name, text):
        if text is None:
            self.pop((key, name), None)
        else:
            self[key, name] = text


def test_windows_has_a_value_of_the_run_key():
    registry = Registry()
    entry = RunKey(["C:\\Program Files\\ForexAI\\connector.exe", "C:\\a b\\c.toml", "--in-tray"], registry)
    assert not entry.is_on()
    entry.turn(on=True)
    line = '"C:\\Program Files\\ForexAI\\connector.exe" "C:\\a b\\c.toml" --in-tray'
    assert registry == {(RUN, "ForexAI Connector"): line}
    assert entry.is_on()
    entry.turn(on=False)
    entry.turn(on=False)
    assert (registry, entry.is_on()) == ({}, False)


def test_a_registry_that_refuses_is_said():
    class Locked(Registry):
        def set(self, key, name, text):
            raise PermissionError(5, "Access is denied")

    with pytest.raises(StorageError, match="registry"):
        RunKey(COMMAND, Locked()).turn(on=True)


def test_linux_has_an_entry_whose_command_is_quoted_as_its_specification_wants(tmp_path):
    entry = DesktopEntry(COMMAND, tmp_path / "autostart")
    assert not entry.is_on()
    entry.turn(on=True)
    assert entry.is_on()
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(tmp_path / "autostart" / "forexai-connector.desktop", encoding="utf-8")
    section = parser["Desktop Entry"]
    assert (section["Type"], section["Terminal"]) == ("Application", "false")
    # A value's "\\" is "\"; then quotation marks are undone as a shell does; then "%%" is "%".
    unquoted = shlex.split(section["Exec"].replace("\\\\", "\\"))
    assert [each.replace("%%", "%").replace("\\$", "$").replace("\\`", "`") for each in unquoted] == COMMAND
    entry.turn(on=False)
    entry.turn(on=False)
    assert not entry.is_on()


def test_an_entry_that_a_session_hides_is_off(tmp_path):
    entry = DesktopEntry(COMMAND, tmp_path)
    entry.turn(on=True)
    file = tmp_path / "forexai-connector.desktop"
    file.write_text(file.read_text(encoding="utf-8") + "Hidden=true\n", encoding="utf-8")
    assert not entry.is_on()
    entry.turn(on=True)
    assert entry.is_on()


def test_the_command_is_this_program_without_a_console(tmp_path, monkeypatch):
    assert command_here(["--in-tray"]) == [sys.executable, "-m", "forexai_mt5.desktop", "--in-tray"]
    (tmp_path / "pythonw.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    assert command_here([])[0] == str(tmp_path / "pythonw.exe")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command_here(["x"]) == [str(tmp_path / "python.exe"), "x"]


def test_linux_looks_where_the_person_keeps_settings(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    autostart.autostart_here(["x"]).turn(on=True)
    assert (tmp_path / "autostart" / "forexai-connector.desktop").exists()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert autostart.autostart_here(["x"]) is None
