"""The icon in the tray: how things stand, at a glance, with the window closed."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from forexai_mt5.desktop.views import Tone, View
from forexai_mt5.desktop.widgets.icon import icon
from forexai_mt5.desktop.widgets.window import MainWindow
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["Tray", "tone_of"]

_ENTRIES = ("show", "start", "stop", "quit")


def tone_of(view: View) -> Tone:
    """Give the worse of both connections."""
    tones = {view.platform.tone, view.terminal.tone}
    if view.halted and view.running:
        return "bad"
    return next((tone for tone in ("bad", "busy", "off") if tone in tones), "good")


class Tray:
    """The icon, its menu and its text.

    Parameters
    ----------
    window : MainWindow
        Which it opens.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.icon = QSystemTrayIcon(window)
        self.menu = QMenu(window)
        self.entries: dict[str, QAction] = {name: self.menu.addAction("") for name in _ENTRIES}
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.entries["show"].triggered.connect(self.open_window)
        self._tone: Tone | None = None

    @property
    def is_there(self) -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_view(self, view: View, texts: Texts) -> None:
        """Show how things stand."""
        tone = tone_of(view)
        if tone != self._tone:
            self._tone = tone
            self.icon.setIcon(icon(tone))
        lines = [texts.say("app.title")]
        lines += [f"{card.title}: {card.headline}" for card in (view.platform, view.terminal)]
        self.icon.setToolTip("\n".join(lines))
        for name, entry in self.entries.items():
            entry.setText(texts.say(f"app.{name}"))
        self.entries["start"].setEnabled(view.can_start)
        self.entries["stop"].setEnabled(view.running)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.open_window()

    def open_window(self) -> None:
        """Open the window, in front."""
        self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()
