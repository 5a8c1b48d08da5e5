"""The icon of the window and of the tray, painted: a bar chart, and a dot that says how things stand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from forexai_mt5.desktop.theme import THEMES
from forexai_mt5.desktop.views import Tone

__all__ = ["icon"]

_SIZES = (16, 24, 32, 48, 64, 256)
_BARS = ((0.20, 0.52, 0.80), (0.42, 0.34, 0.66), (0.64, 0.18, 0.50))
"""Left edge, top and bottom of each bar, of the whole."""


def icon(tone: Tone = "good") -> QIcon:
    """Paint the icon."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_painted(size, tone))
    return made


def _painted(size: int, tone: Tone) -> QPixmap:
    theme = THEMES["dark"]
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#123a7a"))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.2, size * 0.2)
    painter.setBrush(QColor("#ffffff"))
    for left, top, bottom in _BARS:
        painter.drawRect(QRectF(size * left, size * top, size * 0.14, size * (bottom - top)))
    painter.setBrush(QColor(getattr(theme, tone)))
    painter.drawEllipse(QRectF(size * 0.62, size * 0.62, size * 0.36, size * 0.36))
    painter.end()
    return pixmap
