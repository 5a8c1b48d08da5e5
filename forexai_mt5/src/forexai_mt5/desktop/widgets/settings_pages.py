"""The pages of the settings: connection, limits, window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from forexai_mt5.desktop.forms import SettingsForm
from forexai_mt5.desktop.preferences import Preferences
from forexai_mt5.desktop.widgets.dressing import label
from forexai_mt5.desktop.words.saying import LANGUAGES, Texts
from forexai_mt5.profiles.terminals import InstalledTerminal

__all__ = ["ConnectionPage", "LimitsPage", "WindowPage"]


def _line(text: str, hint: str = "") -> QLineEdit:
    made = QLineEdit(text)
    made.setPlaceholderText(hint)
    made.setMaxLength(500)
    return made


def _choice(options: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
    made = QComboBox()
    for value, text in options:
        made.addItem(text, value)
    made.setCurrentIndex(max(0, made.findData(chosen)))
    return made


def _tick(text: str, *, on: bool) -> QCheckBox:
    made = QCheckBox(text)
    made.setChecked(on)
    return made


class _Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.form = QFormLayout(self)
        self.form.setContentsMargins(18, 16, 18, 16)
        self.form.setVerticalSpacing(10)
        self.form.setHorizontalSpacing(16)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)


class ConnectionPage(_Page):
    """Platform, terminal and account."""

    def __init__(self, form: SettingsForm, terminals: Sequence[InstalledTerminal], texts: Texts) -> None:
        super().__init__()
        self._terminals = terminals
        say = texts.say
        self.platform = _line(form.platform, "https://trade.example.org/api/v1/connector")
        none = say("settings.anyTerminal" if terminals else "settings.noTerminal")
        found = [(str(place), f"{each.name} ({each.path})") for place, each in enumerate(terminals)]
        self.found = _choice([("", none), *found], self._place_of(form.path))
        self.found.setMinimumContentsLength(24)
        self.found.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.path = _line(form.path)
        self.login, self.server = _line(form.login), _line(form.server, "Broker-Demo")
        hint = say("settings.passwordKept" if form.has_password else "settings.passwordHint")
        self.password = _line("", hint)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.file_store = _tick(say("settings.fileStore"), on=form.file_store)
        kinds = [(kind, say(f"settings.{kind}")) for kind in ("demo", "contest", "real")]
        self.kind = _choice(kinds, form.account_kind)
        self.take_over = _tick(say("settings.takeOver"), on=form.take_over)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("platform", self.platform), ("found", self.found), ("path", self.path), ("login", self.login),
            ("server", self.server), ("password", self.password),
        )  # fmt: skip
        for name, field in rows:
            self.form.addRow(say(f"settings.{name}"), field)
        self.form.addRow("", self.file_store)
        self.form.addRow(say("settings.kind"), self.kind)
        self.form.addRow("", self.take_over)
        self.found.currentIndexChanged.connect(self._choose)

    def _place_of(self, path: str) -> str:
        paths = [each.path.casefold() for each in self._terminals]
        return str(paths.index(path.casefold())) if path.casefold() in paths else ""

    def _choose(self) -> None:
        """Fill in what is known of the terminal that was chosen."""
        place = self.found.currentData()
        terminal = self._terminals[int(place)] if place else None
        self.path.setText(terminal.path if terminal else "")
        if terminal and terminal.last_login and terminal.last_server:
            self.login.setText(terminal.last_login)
            self.server.setText(terminal.last_server)

    def values(self) -> dict[str, Any]:
        """Give its fields of a form."""
        return {
            "platform": self.platform.text(),
            "path": self.path.text(),
            "login": self.login.text(),
            "server": self.server.text(),
            "account_kind": str(self.kind.currentData()),
            "file_store": self.file_store.isChecked(),
            "take_over": self.take_over.isChecked(),
        }


class LimitsPage(_Page):
    """The caps of this machine."""

    def __init__(self, form: SettingsForm, texts: Texts) -> None:
        super().__init__()
        say = texts.say
        explained = label("muted", wraps=True)
        explained.setText(say("settings.hold"))
        self.opens = _tick(say("settings.opens"), on=form.opens)
        self.lots, self.rate, self.count = QDoubleSpinBox(), QDoubleSpinBox(), QSpinBox()
        self.lots.setRange(0.01, 10_000)
        self.lots.setSingleStep(0.1)
        self.rate.setRange(0.1, 10_000)
        self.rate.setDecimals(1)
        self.count.setRange(1, 100_000)
        self.lots.setValue(form.max_lots)
        self.rate.setValue(form.openings_per_minute)
        self.count.setValue(form.max_positions)
        for box in (self.lots, self.rate, self.count):
            box.lineEdit().setTextMargins(8, 0, 8, 0)
        self.symbols = _line(form.symbols, say("settings.symbolsHint"))
        self.form.addRow(explained)
        self.form.addRow("", self.opens)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("lots", self.lots), ("rate", self.rate), ("count", self.count), ("symbols", self.symbols),
        )  # fmt: skip
        for name, field in rows:
            self.form.addRow(say(f"settings.{name}"), field)

    def values(self) -> dict[str, Any]:
        """Give its fields of a form."""
        return {
            "opens": self.opens.isChecked(),
            "max_lots": self.lots.value(),
            "openings_per_minute": self.rate.value(),
            "max_positions": self.count.value(),
            "symbols": self.symbols.text(),
        }


class WindowPage(_Page):
    """How the window is."""

    def __init__(self, preferences: Preferences, texts: Texts) -> None:
        super().__init__()
        say = texts.say
        languages = [("system", say("settings.system")), *((code, each.name) for code, each in LANGUAGES.items())]
        self.language = _choice(languages, preferences.language)
        self.theme = _choice(
            [(name, say(f"settings.{name}")) for name in ("system", "light", "dark")], preferences.theme
        )
        self.start = _tick(say("settings.startWithWindow"), on=preferences.start_with_window)
        self.keep = _tick(say("settings.keepInTray"), on=preferences.keep_in_tray)
        self.updates = _line(preferences.updates, say("settings.updatesHint"))
        self.form.addRow(say("settings.language"), self.language)
        self.form.addRow(say("settings.theme"), self.theme)
        self.form.addRow("", self.start)
        self.form.addRow("", self.keep)
        self.form.addRow(say("settings.updates"), self.updates)

    def values(self) -> dict[str, Any]:
        """Give the preferences."""
        return {
            "language": str(self.language.currentData()),
            "theme": str(self.theme.currentData()),
            "start_with_window": self.start.isChecked(),
            "keep_in_tray": self.keep.isChecked(),
            "updates": self.updates.text().strip(),
        }
