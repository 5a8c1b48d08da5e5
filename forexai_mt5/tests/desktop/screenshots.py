"""Pictures of the window in every state, theme and language: ``screenshots.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parents[1]))

from desktop_scenes import SCENES, scene

from forexai_mt5.desktop.events import PairingEnded
from forexai_mt5.desktop.forms import SettingsForm
from forexai_mt5.desktop.preferences import Preferences
from forexai_mt5.desktop.theme import THEMES
from forexai_mt5.desktop.widgets.pairing import PairingDialog
from forexai_mt5.desktop.widgets.settings import SettingsActions, SettingsDialog
from forexai_mt5.desktop.widgets.window import MainWindow
from forexai_mt5.desktop.words.saying import LANGUAGES

FORM = SettingsForm(
    platform="https://trade.example.org/api/v1/connector",
    login="5012345",
    server="Exness-MT5Trial7",
    has_password=True,
    max_lots=0.5,
    symbols="EURUSD, XAUUSD",
)
ACTIONS = SettingsActions(save=lambda *_: None, keep_password=lambda *_: None, agree=lambda: True)


def pictures(folder: Path) -> list[Path]:
    """Write a picture of each, and give their places."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in SCENES:
        for language, texts in LANGUAGES.items():
            for colours, theme in THEMES.items():
                window = MainWindow(scene(name), texts, theme, now_s=lambda: 4_725.0)
                made.append(_grabbed(window, folder / f"{name}-{language}-{colours}.png"))
                _end(window)
    return made


def dialogs(folder: Path) -> list[Path]:
    """Write pictures of the dialogs, one of each page, and give their places."""
    made = []
    for language, texts in LANGUAGES.items():
        for colours, theme in THEMES.items():
            window = MainWindow(scene("connected"), texts, theme)
            pairing = PairingDialog(
                texts, host="trade.example.org", account="main", name="desk", pair=lambda *_: None, parent=window
            )
            pairing.code.setText("ABCD-EFGH-JKMN")
            made.append(_grabbed(pairing, folder / f"pairing-{language}-{colours}.png"))
            pairing.hear(PairingEnded("", "unpaired", "The code is not known."))
            made.append(_grabbed(pairing, folder / f"pairing-refused-{language}-{colours}.png"))
            settings = SettingsDialog(
                texts, form=FORM, preferences=Preferences(), terminals=(), actions=ACTIONS, parent=window
            )
            for place in range(settings.tabs.count()):
                settings.tabs.setCurrentIndex(place)
                made.append(_grabbed(settings, folder / f"settings-{place}-{language}-{colours}.png"))
            _end(window)
    return made


def _grabbed(widget: QWidget, place: Path) -> Path:
    widget.show()
    QApplication.processEvents()
    if not widget.grab().save(str(place)):
        raise OSError(f"{place} could not be written")
    return place


def _end(window: QWidget) -> None:
    """Take a window apart while the application is there."""
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


if __name__ == "__main__":
    application = QApplication([sys.argv[0], "-platform", "offscreen", "-style", "Fusion"])
    for place in (*pictures(Path(sys.argv[1])), *dialogs(Path(sys.argv[1]))):
        print(place)
