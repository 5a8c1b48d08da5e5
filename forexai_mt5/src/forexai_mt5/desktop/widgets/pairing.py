"""The dialog that pairs this machine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from forexai_mt5.desktop.events import PairingEnded
from forexai_mt5.desktop.views import Tone
from forexai_mt5.desktop.widgets.dressing import button, label, set_text, set_tone
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["PairingDialog"]

_WIDTH = 480


class PairingDialog(QDialog):
    """Asks for a code, and stays until it was taken or somebody gives up.

    Parameters
    ----------
    texts : Texts
        The language.
    host : str
        Of the platform.
    account : str
        Which this machine is paired for already; empty where it is not.
    name : str
        Proposed for this machine.
    pair : callable
        ``pair(code, name)`` begins; `hear` ends it.
    parent : QWidget, optional
        The window.
    """

    def __init__(
        self,
        texts: Texts,
        *,
        host: str,
        account: str,
        name: str,
        pair: Callable[[str, str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._texts, self._pair = texts, pair
        self.setWindowTitle(texts.say("pairing.title"))
        self.setFixedWidth(_WIDTH)
        explained = label("muted", wraps=True)
        explained.setText(texts.say("pairing.explain", host=host))
        self.code, self.name = QLineEdit(), QLineEdit(name)
        self.code.setPlaceholderText("XXXX-XXXX-XXXX")
        self.code.setMaxLength(40)
        self.name.setMaxLength(100)
        self.said = label("", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(explained)
        if account:
            former = label("muted", wraps=True)
            former.setText(texts.say("pairing.again", account=account))
            column.addWidget(former)
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow(texts.say("pairing.code"), self.code)
        form.addRow(texts.say("pairing.name"), self.name)
        column.addLayout(form)
        column.addWidget(self.said)
        column.addLayout(self._buttons())
        self.code.textChanged.connect(self._enable)
        self._waiting = False
        self._enable()
        self._say("off", "")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Fit once the style is known, which changes what texts need."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the texts, which wrap, need it: Qt does not see to that by itself."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _say(self, tone: Tone, text: str) -> None:
        set_tone(self.said, tone)
        set_text(self.said, text)
        self._fit()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.cancel, self.go = button("cancel"), button("go", "main")
        self.cancel.setText(self._texts.say("pairing.cancel"))
        self.go.setText(self._texts.say("pairing.pair"))
        self.go.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.go.clicked.connect(self._begin)
        row.addWidget(self.cancel)
        row.addWidget(self.go)
        return row

    def _enable(self) -> None:
        for field in (self.code, self.name):
            field.setReadOnly(self._waiting)
        self.go.setEnabled(not self._waiting and bool(self.code.text().strip()))

    def _begin(self) -> None:
        self._waiting = True
        self._enable()
        self._say("busy", self._texts.say("pairing.waiting"))
        self._pair(self.code.text(), self.name.text().strip())

    def hear(self, event: PairingEnded) -> None:
        """Take what came of it: close, or say why not."""
        if event.account:
            self.accept()
            return
        self._waiting = False
        self._enable()
        code = "pairing.refused" if event.reason == "unpaired" else f"failed.{event.reason}"
        reason = self._texts.say(code)
        self._say("bad", " ".join((self._texts.say("pairing.failed"), reason, event.detail)))
        self.code.setFocus()
        self.code.selectAll()
