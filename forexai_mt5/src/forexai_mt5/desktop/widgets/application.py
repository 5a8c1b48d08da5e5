"""The window, its dialogs, the tray and the connector, put together."""

from __future__ import annotations

import platform as system
import signal
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import attrs
from PySide6.QtCore import QEvent, QLocale, QObject, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from forexai_core.errors import ForexAIError
from forexai_core.ports.secrets import Secret
from forexai_core.services.assembly import embedded_services
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.desktop.autostart import Autostart, autostart_here, command_here
from forexai_mt5.desktop.controller import Controller, Controls
from forexai_mt5.desktop.events import Ended, Event, Happened, PairingEnded, PairingKnown, PasswordKept
from forexai_mt5.desktop.failures import failure_of
from forexai_mt5.desktop.forms import SettingsForm, SettingsStore
from forexai_mt5.desktop.preferences import Preferences, language_here, read_preferences, write_preferences
from forexai_mt5.desktop.view_model import Known, ViewModel
from forexai_mt5.desktop.widgets.pairing import PairingDialog
from forexai_mt5.desktop.widgets.settings import SettingsActions, SettingsDialog
from forexai_mt5.desktop.widgets.tray import Tray
from forexai_mt5.desktop.widgets.window import Actions, Bridge, MainWindow, theme_here
from forexai_mt5.desktop.words.saying import Texts, texts_of
from forexai_mt5.profiles.machines import here
from forexai_mt5.profiles.terminals import InstalledTerminal

__all__ = ["Application", "run_window"]

_A_DAY_MS = 24 * 3_600 * 1_000


def _terminals() -> list[InstalledTerminal]:
    return [found for _, found in here()]


class Application(QObject):
    """Everything of the window.

    Parameters
    ----------
    store : SettingsStore
        The connector's settings.
    folder : Path
        Of the connector; the window's own wishes lie there, too.
    controls : callable
        ``controls(tell)`` makes what the buttons work on.
    autostart : Autostart or None
        Of this system.
    ask : callable, optional
        ``ask(title, text)`` asks a person for yes or no.
    terminals : callable
        Finds those of this machine.
    """

    def __init__(
        self,
        store: SettingsStore,
        folder: Path,
        controls: Callable[[Callable[[Event], None]], Controls],
        *,
        autostart: Autostart | None = None,
        ask: Callable[[str, str], bool] | None = None,
        terminals: Callable[[], list[InstalledTerminal]] = _terminals,
    ) -> None:
        super().__init__()
        self._store, self._folder, self._terminals = store, folder, terminals
        self._autostart, self._ask = autostart, ask or self._ask_in_a_box
        self.settings: ConnectorSettings | None = None
        self.preferences = Preferences()
        self.dialog: PairingDialog | SettingsDialog | None = None
        self._starts_when_paired = False
        self._said_kept = False
        self.window = MainWindow(ViewModel(Known(version=version("forexai-mt5"))), self._texts(), theme_here("system"))
        self.tray = Tray(self.window)
        bridge = Bridge(self)
        bridge.heard.connect(self._hear)
        self.controls = controls(bridge.tell)
        self._asking = QTimer(self)
        self._asking.setInterval(_A_DAY_MS)
        self._asking.timeout.connect(self._ask_for_updates)
        self._asking.start()
        self._connect()

    def _connect(self) -> None:
        window = self.window
        window.actions_of_buttons = Actions(
            pair=self._pair, start=self._start, stop=self._stop, halt=self._halt, settings=self._open_settings
        )
        window.closing.connect(self._closing)
        window.shown.connect(lambda view: self.tray.show_view(view, self.window.texts))
        for name, work in (("start", self._start), ("stop", self._stop), ("quit", self._quit)):
            self.tray.entries[name].triggered.connect(work)
        QApplication.styleHints().colorSchemeChanged.connect(self._wear)
        window.autostart.setVisible(self._autostart is not None)
        window.autostart.clicked.connect(self._turn_autostart)

    # -------------------------------------------------------------------------------------------------------- beginning
    def open(self, *, in_tray: bool = False) -> None:
        """Read what is stored, and show the window, or only its icon in the tray."""
        for read in (self._read_preferences, self._read_settings, self._read_autostart):
            try:
                read()
            except ForexAIError as problem:
                self._fail(problem)
        self._starts_when_paired = self.preferences.start_with_window
        self._wear()
        self._know()
        self._ask_for_updates()
        if self.tray.is_there:
            self.tray.icon.show()
        if not (in_tray and self.tray.is_there):
            self.window.show()

    def _ask_for_updates(self) -> None:
        if self.preferences.updates:
            self.controls.ask_for_updates(self.preferences.updates)

    def _read_preferences(self) -> None:
        self.preferences = read_preferences(self._folder)

    def _read_settings(self) -> None:
        self.settings = self._store.read()

    def _read_autostart(self) -> None:
        if self._autostart is not None:
            self.window.autostart.setChecked(self._autostart.is_on())

    def _fail(self, problem: Exception) -> None:
        reason, detail = failure_of(problem)
        self._note("failed", reason=reason, detail=detail)
        self.window.hear(Ended(reason, detail))

    def _note(self, code: str, **values: str) -> None:
        self.window.hear(Happened(time.time_ns(), "here", code, values))

    def _texts(self) -> Texts:
        return texts_of(language_here(self.preferences.language, QLocale.system().name()))

    def _wear(self) -> None:
        self.window.wear(self._texts(), theme_here(self.preferences.theme))

    def _know(self) -> None:
        """Have the window know the settings, and ask for the rest."""
        model, settings = self.window.model, self.settings
        if settings is not None:
            server = str(settings.broker_settings.get("server", ""))
            model.known = attrs.evolve(model.known, host=settings.host, server=server)
        self.controls.look(settings)
        self.window.refresh()

    # ----------------------------------------------------------------------------------------------------------- events
    def _hear(self, event: Event) -> None:
        self.window.hear(event)
        dialog = self.dialog
        if isinstance(dialog, PairingDialog) and isinstance(event, PairingEnded):
            dialog.hear(event)
        if isinstance(dialog, SettingsDialog) and isinstance(event, PasswordKept):
            dialog.hear(event)
        if isinstance(event, PairingKnown) and self._starts_when_paired:
            self._starts_when_paired = False
            if event.account:
                self._start()

    # ---------------------------------------------------------------------------------------------------------- buttons
    def _start(self) -> None:
        if self.settings is not None:
            self.controls.start(self.settings)

    def _stop(self) -> None:
        self.controls.stop()

    def _halt(self) -> None:
        halted, say = self.window.model.halted, self.window.texts.say
        if not halted or self._ask(say("rearm.title"), say("rearm.ask")):
            self.controls.halt(halted=not halted)

    def _pair(self) -> None:
        settings, known = self.settings, self.window.model.known
        if settings is None:
            return
        self._show(
            PairingDialog(
                self.window.texts,
                host=settings.host,
                account=known.account,
                name=system.node(),
                pair=lambda code, name: self.controls.pair(settings, code, name or system.node()),
                parent=self.window,
            )
        )

    def _open_settings(self) -> None:
        form = SettingsForm.of(self.settings) if self.settings is not None else SettingsForm()
        actions = SettingsActions(
            save=lambda wanted, preferences: self._save(form, wanted, preferences),
            keep_password=self._keep_password,
            agree=lambda: self._ask(
                self.window.texts.say("settings.realTitle"), self.window.texts.say("settings.realAsk")
            ),
        )
        self._show(
            SettingsDialog(
                self.window.texts,
                form=form,
                preferences=self.preferences,
                terminals=self._terminals(),
                actions=actions,
                parent=self.window,
            )
        )

    def _show(self, dialog: PairingDialog | SettingsDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _forget_dialog(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

    def _keep_password(self, form: SettingsForm, password: Secret) -> None:
        former = self.settings.password_store if self.settings is not None else "auto"
        kind = "file" if form.file_store else "auto" if former == "file" else former
        self.controls.keep_password(kind, form.secret_name, password)

    def _save(self, former: SettingsForm, form: SettingsForm, preferences: Preferences) -> None:
        changed = form != former
        if changed:
            self.settings = self._store.save(form)
        write_preferences(self._folder, preferences)
        asks_elsewhere = preferences.updates != self.preferences.updates
        self.preferences = preferences
        self._wear()
        self._note("settings")
        self._know()
        if asks_elsewhere:
            self._ask_for_updates()
        if changed and self.window.model.running:
            self._start()

    def _turn_autostart(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        if self._autostart is None:
            return
        try:
            self._autostart.turn(on=on)
        except ForexAIError as problem:
            reason, detail = failure_of(problem)
            self._note("failed", reason=reason, detail=detail)
            self.window.autostart.setChecked(not on)

    # ----------------------------------------------------------------------------------------------------------- ending
    def _closing(self, event: QCloseEvent) -> None:
        if self.preferences.keep_in_tray and self.tray.is_there:
            event.ignore()
            self.window.hide()
            if not self._said_kept and self.window.model.running:
                self._said_kept = True
                self.tray.icon.showMessage(self.window.texts.say("app.title"), self.window.texts.say("tray.kept"))
        elif self._may_quit():
            event.accept()
            QApplication.quit()
        else:
            event.ignore()

    def _may_quit(self) -> bool:
        say = self.window.texts.say
        return not self.window.model.running or self._ask(say("quit.title"), say("quit.ask"))

    def _quit(self) -> None:
        if self._may_quit():
            QApplication.quit()

    def close(self) -> None:
        """Stop the connector, and take the window apart, in the order that Qt wants."""
        self.controls.close()
        self.tray.icon.hide()
        QApplication.styleHints().colorSchemeChanged.disconnect(self._wear)
        for each in (self.window, self):
            each.deleteLater()
            QApplication.sendPostedEvents(each, QEvent.Type.DeferredDelete)

    def _ask_in_a_box(self, title: str, text: str) -> bool:
        answer = QMessageBox.question(self.window, title, text)
        return answer == QMessageBox.StandardButton.Yes


def run_window(file: Path, folder: Path, *, in_tray: bool = False) -> int:
    """Open the window, and give its exit code when it was closed.

    Parameters
    ----------
    file : Path
        Settings of the connector; written by the window where there are none.
    folder : Path
        Of keys, commands and the kill switch.
    in_tray : bool
        Begin with the icon in the tray only.
    """
    application = QApplication(["ForexAI Connector"])
    application.setApplicationName("ForexAI Connector")
    application.setDesktopFileName("forexai-connector")
    application.setQuitOnLastWindowClosed(False)
    application.setStyle("Fusion")  # the same on every system; the style sheet is made for it
    signal.signal(signal.SIGINT, lambda *_: application.quit())
    command = command_here([str(file.resolve()), "--home", str(folder.resolve()), "--in-tray"])
    with embedded_services(folder) as services:
        desk = Application(
            SettingsStore(file),
            folder,
            lambda tell: Controller(services, folder, tell),
            autostart=autostart_here(command),
        )
        desk.open(in_tray=in_tray)
        try:
            return application.exec()
        finally:
            desk.close()
