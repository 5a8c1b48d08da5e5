"""Pictures of the window in every state, theme and language: ``screenshots.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))

from desktop_scenes import SCENES, scene

from forexai_mt5.desktop.theme import THEMES
from forexai_mt5.desktop.widgets.window import MainWindow
from forexai_mt5.desktop.words.saying import LANGUAGES


def pictures(folder: Path) -> list[Path]:
    """Write a picture of each, and give their places."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in SCENES:
        for language, texts in LANGUAGES.items():
            for colours, theme in THEMES.items():
                window = MainWindow(scene(name), texts, theme, now_s=lambda: 4_725.0)
                window.show()
                QApplication.processEvents()
                place = folder / f"{name}-{language}-{colours}.png"
                if not window.grab().save(str(place)):
                    raise OSError(f"{place} could not be written")
                made.append(place)
                window.close()
                window.deleteLater()
                QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    return made


if __name__ == "__main__":
    application = QApplication([sys.argv[0], "-platform", "offscreen", "-style", "Fusion"])
    for place in pictures(Path(sys.argv[1])):
        print(place)
