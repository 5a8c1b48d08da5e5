"""The dialog of the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from forexai_core.errors import ForexAIError
from forexai_core.ports.secrets import Secret
from forexai_mt5.connector.settings_file import checked
from forexai_mt5.desktop.events import PasswordKept
from forexai_mt5.desktop.forms import SettingsForm
from forexai_mt5.desktop.preferences import Preferences
from forexai_mt5.desktop.widgets.dressing import button, label, set_text, set_tone
from forexai_mt5.desktop.widgets.settings_pages import ConnectionPage, LimitsPage, WindowPage
from forexai_mt5.desktop.words.saying import Texts
from forexai_mt5.profiles.terminals import InstalledTerminal

__all__ = ["SettingsActions", "SettingsDialog"]


@attrs.frozen(kw_only=True)
class SettingsActions:
    """What the dialog has done.

    Attributes
    ----------
    save : callable
        ``save(form, preferences)`` writes both, or raises what does not fit.
    keep_password : callable
        ``keep_password(form, password)`` begins to keep one; `SettingsDialog.hear` ends it.
    agree : callable
        Asks whether real money is meant.
    """

    save: Callable[[SettingsForm, Preferences], None]
    keep_password: Callable[[SettingsForm, Secret], None]
    agree: Callable[[], bool]


class SettingsDialog(QDialog):
    """Three pages, saved together or not at all; a password is kept first, and is never shown again.

    Parameters
    ----------
    texts : Texts
        The language.
    form : SettingsForm
        As it is now.
    preferences : Preferences
        Likewise.
    terminals : sequence of InstalledTerminal
        Of this machine.
    actions : SettingsActions
        What is done.
    parent : QWidget, optional
        The window.
    """

    def __init__(
        self,
        texts: Texts,
        *,
        form: SettingsForm,
        preferences: Preferences,
        terminals: Sequence[InstalledTerminal],
        actions: SettingsActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts, self._former, self._actions = texts, form, actions
        self.setWindowTitle(texts.say("settings.title"))
        self.setMinimumWidth(680)
        self.connection = ConnectionPage(form, terminals, texts)
        self.limits = LimitsPage(form, texts)
        self.window_page = WindowPage(preferences, texts)
        self.tabs = QTabWidget()
        pages = (("connection", self.connection), ("limits", self.limits), ("window", self.window_page))
        for name, page in pages:
            self.tabs.addTab(page, texts.say(f"settings.{name}"))
        self.said = label("", wraps=True)
        set_tone(self.said, "bad")
        set_text(self.said, "")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.said)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.cancel, self.save = button("cancel"), button("save", "main")
        self.cancel.setText(self._texts.say("settings.cancel"))
        self.save.setText(self._texts.say("settings.save"))
        self.save.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._begin)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        return row

    def form(self) -> SettingsForm:
        """Give what is filled in."""
        values = self.connection.values() | self.limits.values()
        typed = bool(self.connection.password.text())
        # A password belongs to its account: the one of another account is not taken along.
        same = values["login"].strip() == self._former.login.strip()
        return SettingsForm(**values, has_password=typed or (self._former.has_password and same))

    def _begin(self) -> None:
        form, password = self.form(), self.connection.password.text()
        risky = form.account_kind == "real" and self._former.account_kind != "real"
        if risky and not self._actions.agree():
            return
        if not password:
            self._finish()
            return
        self.save.setEnabled(False)
        self._actions.keep_password(form, Secret(password))

    def hear(self, event: PasswordKept) -> None:
        """Take whether the password was kept: go on, or say why not."""
        self.save.setEnabled(True)
        if event.reason:
            self._refuse(f"{self._texts.say(f'failed.{event.reason}')} {event.detail}")
        else:
            self._finish()

    def _finish(self) -> None:
        try:
            preferences = checked(Preferences, self.window_page.values(), "Window")
            self._actions.save(self.form(), preferences)
        except ForexAIError as problem:
            self._refuse(str(problem))
            return
        self.connection.password.clear()
        self.accept()

    def _refuse(self, detail: str) -> None:
        set_text(self.said, f"{self._texts.say('settings.wrong')} {detail}")
