"""Cards: how a connection stands, and how the account does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from forexai_mt5.desktop.views import AccountView, CardView
from forexai_mt5.desktop.widgets.dressing import label, set_text, set_tone
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["AccountCard", "StatusCard"]

_FIGURES = ("balance", "equity", "margin", "free", "profit")
_FACTS = ("broker", "number", "server")
_NOTHING = "\N{EN DASH}"


class StatusCard(QFrame):
    """A connection: a dot, a headline, and two lines about it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setProperty("card", name)
        self.title, self.headline = label("caption"), label("headline")
        self.dot = label("headline")
        self.dot.setText("●")
        self.detail, self.extra = label("muted", wraps=True), label("muted", wraps=True)
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(self.dot)
        row.addWidget(self.headline, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(5)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.detail)
        column.addWidget(self.extra)
        column.addStretch(1)

    def show_view(self, view: CardView) -> None:
        """Show how it stands."""
        self.title.setText(view.title)
        self.headline.setText(view.headline)
        set_tone(self.dot, view.tone)
        set_tone(self.headline, view.tone)
        set_text(self.detail, view.detail)
        set_text(self.extra, view.extra)
        self.extra.setToolTip(view.extra)
        # For screen readers, which see no colours.
        self.setAccessibleName(f"{view.title}: {view.headline}")
        self.setAccessibleDescription(" ".join(filter(None, (view.detail, view.extra))))


class AccountCard(QFrame):
    """The account: money above, whose it is below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title, self.stale = label("caption"), label("stale")
        self.stale.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.values: dict[str, QLabel] = {}
        self._labels: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(3)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.stale, 0, 2, 1, len(_FIGURES) - 2)
        grid.setRowMinimumHeight(0, 24)
        for column, name in enumerate(_FIGURES):
            self._add(grid, name, "figure", 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowMinimumHeight(3, 6)
        for column, name in enumerate(_FACTS):
            self._add(grid, name, "fact", 4, column)

    def _add(self, grid: QGridLayout, name: str, part: str, row: int, column: int) -> None:
        self._labels[name], self.values[name] = label("label"), label(part)
        grid.addWidget(self._labels[name], row, column)
        grid.addWidget(self.values[name], row + 1, column)

    def show_view(self, view: AccountView, texts: Texts) -> None:
        """Show how it stands."""
        self.title.setText(texts.say("account.title"))
        for name, shown in self.values.items():
            said = texts.say(f"account.{name}")
            value = getattr(view, name) or _NOTHING
            self._labels[name].setText(said)
            shown.setText(value)
            shown.setAccessibleName(f"{said}: {value}")
        set_text(self.stale, view.stale)
        set_tone(self.values["profit"], view.profit_tone)
