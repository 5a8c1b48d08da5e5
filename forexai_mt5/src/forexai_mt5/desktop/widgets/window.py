"""The main window."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from forexai_mt5.desktop.events import Event
from forexai_mt5.desktop.theme import THEMES, Theme
from forexai_mt5.desktop.view_model import ViewModel
from forexai_mt5.desktop.views import View
from forexai_mt5.desktop.widgets.cards import AccountCard, StatusCard
from forexai_mt5.desktop.widgets.dressing import button, label, set_text
from forexai_mt5.desktop.widgets.icon import icon
from forexai_mt5.desktop.widgets.tables import ActivityLog, PositionsTable
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["Actions", "Bridge", "MainWindow", "theme_here"]

_BUTTONS = (("pair", ""), ("start", "main"), ("stop", ""), ("halt", "danger"), ("settings", ""))


def _nothing() -> None:
    """Do nothing: there is no such button's work yet."""


@attrs.frozen(kw_only=True)
class Actions:
    """What the buttons do."""

    pair: Callable[[], None] = _nothing
    start: Callable[[], None] = _nothing
    stop: Callable[[], None] = _nothing
    halt: Callable[[], None] = _nothing
    settings: Callable[[], None] = _nothing


class Bridge(QObject):
    """Takes events from the connector's thread into Qt's."""

    heard = Signal(object)

    def tell(self, event: Event) -> None:
        """Hand over; from any thread."""
        self.heard.emit(event)


def theme_here(chosen: str) -> Theme:
    """Give the theme to wear: the one that was chosen, or the one that the system has."""
    if chosen in THEMES:
        return THEMES[chosen]
    scheme = QApplication.styleHints().colorScheme()
    return THEMES["dark" if scheme == Qt.ColorScheme.Dark else "light"]


class MainWindow(QMainWindow):
    """Shows what a view model says, and hands clicks on.

    Parameters
    ----------
    model : ViewModel
        What is shown.
    texts : Texts
        The language.
    theme : Theme
        The colours.
    now_s : callable
        Monotonic seconds, for how long it has run.
    """

    shown = Signal(object)
    """The view that is shown, whenever it was drawn anew."""
    closing = Signal(QCloseEvent)
    """Somebody wants to close it; ignore the event to keep it."""

    def __init__(
        self, model: ViewModel, texts: Texts, theme: Theme, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.model, self.texts, self.theme, self._now_s = model, texts, theme, now_s
        self.actions_of_buttons = Actions()
        self._log_shown: tuple[object, ...] = ()
        self._build()
        self.wear(texts, theme)
        self._ticking = QTimer(self)
        self._ticking.setInterval(1_000)
        self._ticking.timeout.connect(self.refresh)
        self._ticking.start()
        self.resize(1_000, 760)

    # --------------------------------------------------------------------------------------------------------- building
    def _build(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(18, 14, 18, 10)
        column.setSpacing(12)
        column.addLayout(self._head())
        self.banner = label()
        self.banner.setObjectName("banner")
        column.addWidget(self.banner)
        self.platform, self.terminal = StatusCard("platform"), StatusCard("terminal")
        cards = QHBoxLayout()
        cards.setSpacing(12)
        cards.addWidget(self.platform, 1)
        cards.addWidget(self.terminal, 1)
        column.addLayout(cards)
        self.account = AccountCard()
        column.addWidget(self.account)
        self.positions, self.log = PositionsTable(), ActivityLog()
        self.log.clear.clicked.connect(self._clear_log)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setHandleWidth(12)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.positions)
        parts.addWidget(self.log)
        column.addWidget(parts, 1)
        column.addLayout(self._foot())
        self.setCentralWidget(body)
        body.setFocus()  # not the first button: a stray key would press it
        self.setWindowIcon(icon())

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.title = label("title")
        row.addWidget(self.title, 1)
        self.buttons: dict[str, QPushButton] = {}
        for name, part in _BUTTONS:
            made = button(name, part)
            made.clicked.connect(lambda _checked=False, name=name: getattr(self.actions_of_buttons, name)())
            self.buttons[name] = made
            row.addWidget(made)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(22)
        self.version, self.uptime, self.trades = label("muted"), label("muted"), label("muted")
        for shown in (self.version, self.uptime, self.trades):
            row.addWidget(shown)
        row.addStretch(1)
        self.update_link = button("update")
        self.update_link.clicked.connect(self._open_notes)
        row.addWidget(self.update_link)
        self.autostart = QCheckBox()
        self.autostart.setObjectName("autostart")
        row.addWidget(self.autostart)
        return row

    # ---------------------------------------------------------------------------------------------------------- showing
    def wear(self, texts: Texts, theme: Theme) -> None:
        """Speak another language, or wear other colours."""
        self.texts, self.theme = texts, theme
        self.setStyleSheet(theme.style_sheet())
        self.setWindowTitle(texts.say("app.title"))
        self.title.setText(texts.say("app.title"))
        for name, made in self.buttons.items():
            made.setText(texts.say(f"app.{name}"))
        self.autostart.setText(texts.say("footer.autostart"))
        self.refresh()

    def hear(self, event: Event) -> None:
        """Take an event, and show what it changes."""
        self.model.apply(event)
        self.refresh()

    def refresh(self) -> None:
        """Show how things stand."""
        view = self.model.view(self.texts, self._now_s())
        self.platform.show_view(view.platform)
        self.terminal.show_view(view.terminal)
        self.account.show_view(view.account, self.texts)
        self.positions.show_lines(view.positions, view.positions_note, self.texts, self.theme)
        set_text(self.banner, self.texts.say("account.halted") if view.halted else "")
        self._show_buttons(view)
        self.version.setText(view.footer.version)
        self.uptime.setText(view.footer.uptime)
        self.trades.setText(view.footer.trades)
        self.update_link.setText(view.footer.update)
        self.update_link.setToolTip(view.footer.notes)
        self.update_link.setVisible(bool(view.footer.update))
        shown = (self.model.log_changes, self.texts.language, self.theme)
        if shown != self._log_shown:
            self._log_shown = shown
            self.log.show_lines(self.model.log(self.texts), self.texts, self.theme)
        self.shown.emit(view)

    def _show_buttons(self, view: View) -> None:
        self.buttons["start"].setEnabled(view.can_start)
        self.buttons["stop"].setEnabled(view.running)
        self.buttons["pair"].setEnabled(view.can_pair)
        self.buttons["halt"].setText(self.texts.say("app.rearm" if view.halted else "app.halt"))

    def _open_notes(self) -> None:
        QDesktopServices.openUrl(QUrl(self.update_link.toolTip(), QUrl.ParsingMode.StrictMode))

    def _clear_log(self) -> None:
        self.model.clear_log()
        self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let whoever keeps the window decide."""
        self.closing.emit(event)
