"""Colours of the window, light and dark, and the style sheet made of them."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from types import MappingProxyType

import attrs

__all__ = ["THEMES", "Theme", "contrast"]


@attrs.frozen(kw_only=True)
class Theme:
    """Colours, each as ``#rrggbb``; texts have a contrast of 4.5 at least on what they stand on (WCAG 2.2, AA)."""

    ground: str
    card: str
    stripe: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    chosen: str
    good: str
    busy: str
    bad: str
    off: str

    def style_sheet(self) -> str:
        """Write the style sheet."""
        return _SHEET.substitute(attrs.asdict(self))


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21, by WCAG 2.2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_LIGHT = Theme(
    ground="#f3f5f8",
    card="#ffffff",
    stripe="#f7f9fb",
    border="#d5dce5",
    text="#1a2330",
    muted="#566476",
    accent="#1a5fd0",
    on_accent="#ffffff",
    chosen="#dbe8fd",
    good="#11713f",
    busy="#8a5200",
    bad="#b3261e",
    off="#5f6c7d",
)
_DARK = Theme(
    ground="#11151b",
    card="#1a2029",
    stripe="#1e2530",
    border="#2e3846",
    text="#e7ecf3",
    muted="#9cabbd",
    accent="#6aa5ff",
    on_accent="#0b1220",
    chosen="#24364f",
    good="#4cc78a",
    busy="#e5ab4b",
    bad="#f58078",
    off="#94a2b4",
)
THEMES: Mapping[str, Theme] = MappingProxyType({"light": _LIGHT, "dark": _DARK})
"""By name."""

_SHEET = Template("""
QWidget { background: $ground; color: $text; font-size: 13px; }
QLabel, QCheckBox { background: transparent; }
QFrame#card { background: $card; border: 1px solid $border; border-radius: 8px; }
QFrame#card QWidget { background: $card; }
QLabel[part="caption"] { color: $muted; font-size: 12px; font-weight: 600; }
QLabel[part="label"] { color: $muted; font-size: 12px; }
QLabel[part="headline"] { font-size: 15px; font-weight: 600; }
QLabel[part="figure"] { font-size: 17px; font-weight: 600; }
QLabel[part="title"] { font-size: 18px; font-weight: 700; }
QLabel[part="muted"], QFrame#card QLabel[part="muted"] { color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="busy"] { color: $busy; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="off"] { color: $off; }
QLabel[part="figure"][tone="off"] { color: $text; }
QLabel[part="stale"] { color: $busy; font-size: 12px; font-weight: 600; }
QLabel#banner { background: $card; color: $bad; border: 1px solid $bad; border-radius: 6px; padding: 7px 12px; }
QPushButton {
    background: $card; color: $text; border: 1px solid $border; border-radius: 6px; padding: 6px 14px; min-height: 18px;
}
QPushButton:hover { border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:disabled { color: $off; background: $ground; }
QPushButton[part="main"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[part="main"]:focus { border-color: $text; }
QPushButton[part="main"]:disabled { background: $ground; color: $off; border-color: $border; }
QPushButton[part="danger"] { color: $bad; }
QPushButton[part="danger"]:disabled { color: $off; }
QTableWidget {
    background: $card; alternate-background-color: $stripe; border: none; gridline-color: $border;
    selection-background-color: $chosen; selection-color: $text; outline: none;
}
QTableWidget::item { padding: 3px 8px; }
QHeaderView, QHeaderView::section { background: $card; }
QHeaderView::section {
    color: $muted; border: none; border-bottom: 1px solid $border; padding: 5px 8px; font-weight: 600; font-size: 12px;
}
QTableCornerButton::section { background: $card; border: none; }
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit {
    background: $card; color: $text; border: 1px solid $border; border-radius: 5px; padding: 5px 8px;
    min-height: 18px; selection-background-color: $chosen; selection-color: $text;
}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: $accent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; height: 0; border: none; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 8px; min-height: 0; background: transparent; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow {
    image: none; width: 0; height: 0; margin-right: 8px;
    border-left: 4px solid $card; border-right: 4px solid $card; border-top: 6px solid $muted;
}
QComboBox QAbstractItemView { background: $card; color: $text; selection-background-color: $chosen; }
QScrollBar:vertical { background: $card; width: 11px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 5px; min-height: 26px; margin: 2px; }
QScrollBar:horizontal { background: $card; height: 11px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 5px; min-width: 26px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: none; border: none; width: 0; height: 0;
}
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 12px; height: 12px; border: 2px solid $muted; border-radius: 4px; background: $card; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $border; }
QCheckBox:focus { color: $accent; }
QMenu { background: $card; border: 1px solid $border; }
QMenu::item { padding: 6px 22px; }
QMenu::item:selected { background: $chosen; }
QToolTip { background: $card; color: $text; border: 1px solid $border; }
QSplitter::handle { background: transparent; }
QTabWidget::pane { border: 1px solid $border; border-radius: 6px; }
QTabBar::tab {
    background: $ground; color: $muted; padding: 7px 16px; border: 1px solid transparent;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
""")
