"""Small things that every widget needs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from forexai_mt5.desktop.views import Tone

__all__ = ["button", "card", "label", "set_text", "set_tone"]


def label(part: str = "", *, wraps: bool = False) -> QLabel:
    """Make a text of a part of the style sheet."""
    made = QLabel()
    made.setProperty("part", part)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what others wrote is never markup
    made.setWordWrap(wraps)
    return made


def card() -> QFrame:
    """Make an empty card."""
    frame = QFrame()
    frame.setObjectName("card")
    return frame


def button(name: str, part: str = "") -> QPushButton:
    """Make a button."""
    made = QPushButton()
    made.setObjectName(name)
    made.setProperty("part", part)
    return made


def set_text(shown: QLabel, text: str) -> None:
    """Set a text, and hide what has none."""
    if shown.text() != text:
        shown.setText(text)
    shown.setVisible(bool(text))


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Set a tone, and have the style sheet looked up again."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
