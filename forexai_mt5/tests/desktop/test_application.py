"""A person pairs, starts, stops and sets things in the window: over the real core, at a platform in memory."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from gateway_bench import HOST, CountingBroker, DirectTransport, Platform, opening
from qt_tests import need_qt
from update_manifests import NOW, OTHER, PINNED, signed

need_qt()

from PySide6.QtCore import Qt  # noqa: E402 - only where it loads
from PySide6.QtGui import QCloseEvent  # noqa: E402
from PySide6.QtWidgets import QLineEdit  # noqa: E402

from forexai_core.errors import ConfigError  # noqa: E402
from forexai_core.services import embedded_services  # noqa: E402
from forexai_mt5.connector.settings_file import read_settings, write_toml  # noqa: E402
from forexai_mt5.desktop.controller import Controller  # noqa: E402
from forexai_mt5.desktop.forms import SettingsStore  # noqa: E402
from forexai_mt5.desktop.loop_thread import LoopThread  # noqa: E402
from forexai_mt5.desktop.preferences import Preferences, read_preferences, write_preferences  # noqa: E402
from forexai_mt5.desktop.runner import Ways  # noqa: E402
from forexai_mt5.desktop.update_check import UpdateCheck  # noqa: E402
from forexai_mt5.desktop.widgets.application import Application  # noqa: E402
from forexai_mt5.profiles.terminals import InstalledTerminal  # noqa: E402

PATIENCE_MS = 120_000
TERMINALS = [
    InstalledTerminal(
        path=r"C:\Program Files\MT5 Exness\terminal64.exe", name="MetaTrader 5 EXNESS", data_path="", portable=False,
        last_login="5012345", last_server="Exness-MT5Trial7", servers=(), found_by=("folders",),
    )
]  # fmt: skip


class Autostart:
    def __init__(self):
        self.on = False

    def is_on(self):
        return self.on

    def turn(self, *, on):
        self.on = on


class Bench:
    """A window over a connector whose platform lives in the connector's own thread."""

    def __init__(self, qtbot, folder):
        self.qtbot, self.folder = qtbot, folder
        self.broker, self.answers, self.asked = CountingBroker(), [], []
        self.autostart = Autostart()
        self.fetched, self.manifest = [], b""
        self.controller = None
        self.application = None
        self.platform = None

    def _controls(self, tell):
        ways = Ways(broker=lambda *_: self.broker, transport=lambda _: self.transport)
        updates = UpdateCheck(self.folder, "0.1.0", fetch=self._fetch, keys=lambda: PINNED, now=lambda: NOW)
        self.controller = Controller(self.services, self.folder, tell, ways, updates)
        return self.controller

    def _fetch(self, address):
        self.fetched.append(address)
        return self.manifest

    def there(self, work):
        """Have something done in the connector's thread, and wait for it."""
        return self.controller._thread.submit(work).result(120)

    def _ask(self, title, _text):
        self.asked.append(title)
        return self.answers.pop(0)

    def open(self):
        self.services = embedded_services(self.folder)
        self.application = Application(
            SettingsStore(self.folder / "connector.toml"), self.folder, self._controls,
            autostart=self.autostart, ask=self._ask, terminals=lambda: TERMINALS,
        )  # fmt: skip

        async def make():
            return Platform()

        if self.platform is None:
            self.platform = self.there(make())
            self.transport = DirectTransport(lambda: self.platform.gateways[0])
        self.application.open()
        self.window = self.application.window

    def set_up(self, **preferences):
        write_toml(
            self.folder / "connector.toml",
            {"platform": f"https://{HOST}/connector", "report_s": 0.1, "broker": "paper", "password_store": "file"},
        )
        write_preferences(self.folder, Preferences(language="en", theme="light", **preferences))
        self.open()

    def click(self, button):
        assert button.isEnabled()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def pair(self):
        code = self.there(self.platform.admission.issue_code("main")).text
        self.click(self.window.buttons["pair"])
        dialog = self.application.dialog
        dialog.code.setText(code)
        self.click(dialog.go)
        self.until(lambda: self.application.dialog is None)

    def headline(self):
        return self.window.platform.headline.text()

    def log(self):
        table = self.window.log.table
        return [table.item(row, 2).text() for row in range(table.rowCount())]

    def close(self):
        if self.application is not None:
            self.application.close()
            self.services.close()
        if self.platform is not None:
            self.platform.services.close()


@pytest.fixture
def bench(qtbot, tmp_path):
    made = Bench(qtbot, tmp_path / "home")
    yield made
    made.close()


def test_pairing_starting_a_command_and_stopping(bench):
    bench.set_up()
    assert bench.headline() == "Not paired"
    assert not bench.window.buttons["start"].isEnabled()
    bench.pair()
    assert bench.headline() == "Not connected"
    bench.click(bench.window.buttons["start"])
    bench.until(lambda: bench.headline().startswith("Connected"))
    bench.until(lambda: bench.window.account.values["balance"].text() == "10,000.00 USD")

    async def command():
        async with bench.platform.line() as line:
            return await line.command(opening(line, "c1"))

    assert bench.there(command()).success
    bench.until(lambda: bench.window.positions.table.rowCount() == 1)
    assert bench.window.positions.table.item(0, 0).text() == "EURUSD"
    assert "Open Buy 0.10 EURUSD" in bench.log()
    assert any(line.startswith("Done: 0.10 lots at 1.1001") for line in bench.log())
    bench.click(bench.window.buttons["stop"])
    bench.until(lambda: bench.headline() == "Not connected")
    assert bench.window.positions.table.rowCount() == 0
    assert bench.log()[0] == "Stopped"


def test_a_wrong_code_is_said_and_another_one_may_be_tried(bench):
    bench.set_up()
    bench.click(bench.window.buttons["pair"])
    dialog = bench.application.dialog
    assert not dialog.go.isEnabled()
    dialog.code.setText("0000-0000-0000")
    bench.click(dialog.go)
    assert not dialog.go.isEnabled()
    bench.until(dialog.go.isEnabled)
    assert dialog.said.text().startswith("Not paired.")
    dialog.code.setText(bench.there(bench.platform.admission.issue_code("main")).text)
    bench.click(dialog.go)
    bench.until(lambda: bench.application.dialog is None)
    assert bench.window.buttons["start"].isEnabled()


def test_a_network_that_is_cut_is_said_and_caught_up_with(bench):
    bench.set_up()
    bench.pair()
    bench.click(bench.window.buttons["start"])
    bench.until(lambda: bench.headline().startswith("Connected"))

    async def cut():
        bench.transport.down = True
        bench.transport.cut()

    async def mend():
        bench.transport.down = False

    bench.there(cut())
    bench.until(lambda: bench.headline() == "Connection lost, trying again")
    bench.there(mend())
    bench.until(lambda: bench.headline().startswith("Connected"))
    assert any(line.startswith("Connection lost:") for line in bench.log())


def test_the_kill_switch_is_set_at_once_and_lifted_only_after_a_question(bench):
    bench.set_up()
    halt = bench.window.buttons["halt"]
    bench.click(halt)
    bench.until(bench.window.banner.isVisible)
    assert bench.asked == []
    bench.answers = [False, True]
    bench.click(halt)
    assert bench.there(bench.services.halts.read()).halts
    bench.click(halt)
    bench.until(lambda: not bench.window.banner.isVisible())
    assert not bench.there(bench.services.halts.read()).halts
    assert bench.asked == ["Allow openings"] * 2


def test_settings_are_filled_in_saved_and_at_work(bench):
    bench.open()
    bench.application.preferences = Preferences(language="en", theme="light")
    bench.application._wear()
    assert bench.headline() == "No platform set"
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    page = dialog.connection
    page.platform.setText("http://trade.example.org/connector")
    bench.click(dialog.save)
    assert "only https" in dialog.said.text()
    page.platform.setText(f"https://{HOST}/connector")
    page.found.setCurrentIndex(1)
    assert (page.login.text(), page.server.text()) == ("5012345", "Exness-MT5Trial7")
    dialog.limits.lots.setValue(0.25)
    dialog.limits.symbols.setText("EURUSD")
    dialog.window_page.language.setCurrentIndex(dialog.window_page.language.findData("id"))
    dialog.window_page.theme.setCurrentIndex(dialog.window_page.theme.findData("dark"))
    bench.click(dialog.save)
    assert bench.application.dialog is None
    settings = read_settings(bench.folder / "connector.toml")
    assert (settings.host, settings.caps.max_lots, settings.caps.symbols) == (HOST, 0.25, ("EURUSD",))
    assert settings.broker_settings["path"] == TERMINALS[0].path
    assert bench.window.windowTitle() == "Konektor ForexAI"
    assert bench.window.terminal.detail.text() == "Server Exness-MT5Trial7"
    assert bench.log() == ["Pengaturan disimpan"]
    bench.close()
    bench.platform = None
    bench.open()  # as after a restart
    assert bench.headline() == "Belum dipasangkan"
    assert read_preferences(bench.folder).theme == "dark"


def test_every_field_of_the_settings_can_be_read(bench):
    bench.set_up()
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    for place in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(place)
        for field in dialog.tabs.currentWidget().findChildren(QLineEdit):
            assert field.width() >= 100, field.text()
            assert field.height() >= field.fontMetrics().height(), field.text()


def test_a_password_is_kept_and_shown_nowhere(bench):
    bench.set_up()
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    dialog.connection.login.setText("7")
    dialog.connection.password.setText("hunter2-correct")
    bench.click(dialog.save)
    bench.until(lambda: bench.application.dialog is None)
    assert bench.there(bench.services.secrets.get("mt5-7")).reveal() == "hunter2-correct"
    assert bench.application.settings.broker_settings["password"] == "secret:mt5-7"
    for file in bench.folder.rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes()
    bench.click(bench.window.buttons["settings"])
    page = bench.application.dialog.connection
    assert page.password.text() == ""
    assert "Kept on this machine" in page.password.placeholderText()
    page.login.setText("8")  # another account: the password is not taken along
    bench.click(bench.application.dialog.save)
    assert "password" not in bench.application.settings.broker_settings


def test_without_a_safe_store_a_password_is_refused_until_a_file_is_chosen(bench, monkeypatch):
    monkeypatch.setattr("forexai_mt5.connector.passwords.keyring_here", lambda: None)
    bench.set_up()
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    dialog.connection.file_store.setChecked(False)
    dialog.connection.login.setText("7")
    dialog.connection.password.setText("hunter2-correct")
    monkeypatch.setattr("forexai_mt5.desktop.controller.open_passwords", refuse)
    bench.click(dialog.save)
    bench.until(lambda: "no safe store" in dialog.said.text())
    assert bench.application.dialog is dialog
    assert "hunter2" not in dialog.said.text()


def refuse(kind, *_):
    assert kind == "auto"
    raise ConfigError("This machine has no safe store of passwords.")


def test_real_money_is_asked_about(bench):
    bench.set_up()
    bench.answers = [False, True]
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    dialog.connection.kind.setCurrentIndex(dialog.connection.kind.findData("real"))
    bench.click(dialog.save)
    assert bench.application.dialog is dialog
    bench.click(dialog.save)
    assert bench.application.settings.broker_settings["account_kind"] == "real"
    assert bench.asked == ["Real money"] * 2


def test_settings_that_cannot_be_read_are_said(bench):
    bench.folder.mkdir()
    (bench.folder / "connector.toml").write_text("platform = ", encoding="utf-8")
    write_preferences(bench.folder, Preferences(language="en"))
    bench.open()
    assert bench.headline() == "Stopped"
    assert "no TOML" in bench.window.platform.extra.text()
    assert not bench.window.buttons["start"].isEnabled()


def test_a_window_that_starts_by_itself_does_so_only_where_it_is_paired(bench):
    bench.set_up(start_with_window=True)
    bench.until(lambda: bench.headline() == "Not paired")
    bench.pair()
    assert not bench.window.model.running
    bench.application.close()
    bench.services.close()
    bench.open()
    bench.until(lambda: bench.window.model.running)


def test_nobody_is_asked_for_updates_unless_an_address_is_set(bench):
    bench.manifest = signed()
    bench.set_up()
    assert bench.fetched == []
    bench.click(bench.window.buttons["settings"])
    dialog = bench.application.dialog
    dialog.window_page.updates.setText("https://example.org/manifest.json")
    bench.click(dialog.save)
    bench.until(bench.window.update_link.isVisible)
    assert bench.fetched == ["https://example.org/manifest.json"]
    assert bench.window.update_link.text() == "Version 0.2.0 is there…"
    assert bench.log()[0] == "Version 0.2.0 is there: https://example.org/0.2.0"


def test_a_manifest_that_is_not_believed_is_said_and_nothing_offered(bench):
    bench.manifest = signed(key=OTHER)
    bench.set_up(updates="https://example.org/manifest.json")
    bench.until(lambda: len(bench.log()) == 1)
    assert bench.log() == [
        "Updates: The manifest is not believed. The manifest is not signed by a key that this program was built with."
    ]
    assert not bench.window.update_link.isVisible()


def test_starting_with_the_computer_is_turned_on_and_off(bench):
    bench.set_up()
    tick = bench.window.autostart
    assert (tick.isVisible(), tick.isChecked()) == (True, False)
    tick.click()
    assert bench.autostart.on
    tick.click()
    assert not bench.autostart.on


def test_closing_asks_while_it_works_where_there_is_no_tray(bench):
    bench.set_up()
    assert not bench.application.tray.is_there  # the screen of tests has none
    bench.window.model._running_since_s = time.monotonic()
    bench.answers = [False, True]
    for accepted in (False, True):
        event = QCloseEvent()
        bench.window.closeEvent(event)
        assert event.isAccepted() is accepted
    assert bench.asked == ["Quit"] * 2


def test_closing_with_a_tray_leaves_it_at_work(bench, monkeypatch):
    monkeypatch.setattr("forexai_mt5.desktop.widgets.tray.Tray.is_there", property(lambda _self: True))
    bench.set_up()
    event = QCloseEvent()
    bench.window.closeEvent(event)
    assert not event.isAccepted()
    assert not bench.window.isVisible()
    tray = bench.application.tray
    tray.entries["show"].trigger()
    assert bench.window.isVisible()
    assert tray.icon.toolTip().splitlines()[1] == "Platform: Not paired"
    assert [entry.text() for entry in tray.entries.values()] == ["Show the window", "Start", "Stop", "Quit"]
    assert not tray.entries["start"].isEnabled()


def test_a_loop_in_a_thread_ends_what_runs_in_it():
    thread, began, ended = LoopThread("test"), threading.Event(), threading.Event()

    async def forever():
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    thread.submit(forever())
    assert began.wait(60)
    assert thread.close(60)
    assert thread.close(60)
    assert ended.is_set()
