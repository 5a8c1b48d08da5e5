"""The window shows what the view model says, and hands clicks on."""

from __future__ import annotations

import threading

import pytest
from desktop_scenes import HOST, SCENES, happened, scene, update, working
from qt_tests import need_qt

need_qt()

from PySide6.QtCore import Qt  # noqa: E402 - only where it loads
from PySide6.QtWidgets import QLabel  # noqa: E402

from forexai_mt5.connector.service import ConnectorState  # noqa: E402
from forexai_mt5.desktop.events import AccountHeard, Ended, Pinged, PlatformHeard  # noqa: E402
from forexai_mt5.desktop.theme import THEMES  # noqa: E402
from forexai_mt5.desktop.widgets.window import Actions, Bridge, MainWindow  # noqa: E402
from forexai_mt5.desktop.words.saying import LANGUAGES  # noqa: E402


@pytest.fixture
def shown(qtbot):
    def show(name, language="en", theme="light"):
        window = MainWindow(scene(name), LANGUAGES[language], THEMES[theme], now_s=lambda: 4_725.0)
        qtbot.addWidget(window)
        window.show()
        return window

    return show


def rows(table):
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def test_a_connector_at_work_is_shown(shown):
    window = shown("connected")
    assert window.platform.headline.text() == "Connected · Ping 38 ms"
    assert window.terminal.accessibleName() == "Terminal: Connected"
    assert window.account.values["balance"].text() == "12,480.55 USD"
    assert rows(window.positions.table)[0] == ["EURUSDm", "Buy", "0.10", "1.10012", "42.50"]
    assert rows(window.log.table)[0][1:] == ["to the platform", "The broker refused: Market closed (10018)."]
    assert window.uptime.text() == "Running for 1:02:05"
    assert not window.banner.isVisible()
    enabled = {name for name, made in window.buttons.items() if made.isEnabled()}
    assert enabled == {"stop", "halt", "settings"}


def test_events_change_what_is_shown(shown):
    window = shown("connected")
    window.hear(AccountHeard(update(killed=True, positions=1)))
    assert window.banner.isVisible()
    assert window.buttons["halt"].text() == "Allow openings"
    assert len(rows(window.positions.table)) == 1
    window.hear(PlatformHeard(ConnectorState.WAITING, "cut"))
    assert window.platform.headline.property("tone") == "bad"
    window.hear(Ended("dismissed", "Another one."))
    assert window.positions.empty.isVisible()
    assert window.buttons["start"].isEnabled()


def test_buttons_do_what_they_say(shown, qtbot):
    pressed = []
    window = shown("connected")
    window.actions_of_buttons = Actions(
        **{name: lambda name=name: pressed.append(name) for name in ("pair", "start", "stop", "halt", "settings")}
    )
    for name in window.buttons:
        qtbot.mouseClick(window.buttons[name], Qt.MouseButton.LeftButton)
    assert pressed == ["stop", "halt", "settings"]  # the others cannot be pressed now


def test_the_log_is_cleared(shown, qtbot):
    window = shown("connected")
    qtbot.mouseClick(window.log.clear, Qt.MouseButton.LeftButton)
    assert rows(window.log.table) == []
    assert (window.log.empty.isVisible(), window.log.clear.isEnabled()) == (True, False)
    window.hear(happened(1, "here", "started"))
    assert rows(window.log.table)[0][1:] == ["on this machine", "Started"]


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_word_changes_with_the_language(shown, name):
    window = shown(name)
    english = {label.text() for label in window.findChildren(QLabel)}
    window.wear(LANGUAGES["id"], THEMES["dark"])
    indonesian = {label.text() for label in window.findChildren(QLabel)}
    assert window.windowTitle() == "Konektor ForexAI"
    words = {text for code, text in LANGUAGES["en"].words.items() if text != LANGUAGES["id"].words[code]}
    assert words & english
    assert not words & indonesian
    assert THEMES["dark"].card in window.styleSheet()


def test_markup_of_others_is_text(shown):
    window = shown("connected")
    window.hear(PlatformHeard(ConnectorState.WAITING, "<b>no</b><img src='x'>"))
    assert window.platform.extra.text() == "<b>no</b><img src='x'>"
    assert window.platform.extra.textFormat() == Qt.TextFormat.PlainText


def test_events_of_another_thread_arrive_in_this_one(shown, qtbot):
    window, threads = shown("new"), []
    bridge = Bridge()
    bridge.heard.connect(window.hear)
    bridge.heard.connect(lambda _event: threads.append(threading.current_thread()))
    telling = threading.Thread(target=lambda: [bridge.tell(event) for event in working()])
    telling.start()
    qtbot.waitUntil(lambda: len(threads) == len(list(working())), timeout=60_000)
    telling.join()
    assert set(threads) == {threading.main_thread()}
    assert window.model.running


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_the_picture_wears_the_theme(shown, theme):
    window = shown("connected", theme=theme)
    window.hear(Pinged(3.0))
    picture = window.grab().toImage()
    corner = picture.pixelColor(3, picture.height() // 2)
    assert corner.name() == THEMES[theme].ground
    assert HOST in window.platform.detail.text()
