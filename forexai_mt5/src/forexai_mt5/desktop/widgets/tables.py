"""The table of positions, and the log."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from forexai_mt5.desktop.theme import Theme
from forexai_mt5.desktop.views import LogLine, PositionLine, Tone
from forexai_mt5.desktop.widgets.dressing import button, label, set_text
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["ActivityLog", "PositionsTable"]

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_COLUMNS = ("symbol", "type", "lots", "price", "profit")
_NUMBERS = {"lots", "price", "profit"}


def _table(columns: int) -> QTableWidget:
    table = QTableWidget(0, columns)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.setTabKeyNavigation(False)  # the key leads on to the next widget
    return table


def _cell(text: str, *, colour: str = "", alignment: Qt.AlignmentFlag = _LEFT) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(alignment)
    if colour:
        item.setForeground(QColor(colour))
    return item


def _colour(theme: Theme, tone: Tone) -> str:
    return "" if tone == "off" else str(getattr(theme, tone))


class _TableCard(QFrame):
    """A title, a table, and a text in its place where it is empty."""

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.title, self.empty = label("caption"), label("muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.table = _table(columns)
        self.head = QHBoxLayout()
        self.head.addWidget(self.title, 1)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(6)
        column.addLayout(self.head)
        column.addLayout(self._pages, 1)

    def _show_filled(self, *, filled: bool) -> None:
        self._pages.setCurrentWidget(self.table if filled else self.empty)


class PositionsTable(_TableCard):
    """What is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(len(_COLUMNS), parent)
        self.note = label("muted")
        self.head.addWidget(self.note)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._shown: tuple[object, ...] = ()

    def show_lines(self, lines: Sequence[PositionLine], note: str, texts: Texts, theme: Theme) -> None:
        """Show them."""
        self.title.setText(texts.say("positions.title"))
        self.table.setAccessibleName(texts.say("positions.title"))
        self.empty.setText(note)
        set_text(self.note, note if lines else "")
        self._show_filled(filled=bool(lines))
        if self._shown == (tuple(lines), texts.language, theme):
            return
        self._shown = (tuple(lines), texts.language, theme)
        for column, name in enumerate(_COLUMNS):
            head = QTableWidgetItem(texts.say(f"positions.{name}"))
            head.setTextAlignment(_RIGHT if name in _NUMBERS else _LEFT)
            self.table.setHorizontalHeaderItem(column, head)
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, cell in enumerate(_cells(line, theme)):
                self.table.setItem(row, column, cell)


def _cells(line: PositionLine, theme: Theme) -> tuple[QTableWidgetItem, ...]:
    return (
        _cell(line.symbol),
        _cell(line.side, colour=_colour(theme, line.side_tone)),
        _cell(line.lots, alignment=_RIGHT),
        _cell(line.price, alignment=_RIGHT),
        _cell(line.profit, colour=_colour(theme, line.profit_tone), alignment=_RIGHT),
    )


class ActivityLog(_TableCard):
    """What has happened, the newest above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(3, parent)
        self.clear = button("clear")
        self.head.addWidget(self.clear)
        self.table.horizontalHeader().hide()
        header = self.table.horizontalHeader()
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    def show_lines(self, lines: Sequence[LogLine], texts: Texts, theme: Theme) -> None:
        """Show them."""
        self.title.setText(texts.say("log.title"))
        self.table.setAccessibleName(texts.say("log.title"))
        self.clear.setText(texts.say("log.clear"))
        self.clear.setEnabled(bool(lines))
        self.empty.setText(texts.say("log.none"))
        self._show_filled(filled=bool(lines))
        self.table.setRowCount(len(lines))
        for row, line in enumerate(lines):
            text = _cell(line.text, colour=_colour(theme, line.tone))
            text.setToolTip(line.text)
            cells = (_cell(line.time, colour=theme.muted), _cell(line.direction, colour=theme.muted), text)
            for column, cell in enumerate(cells):
                self.table.setItem(row, column, cell)
