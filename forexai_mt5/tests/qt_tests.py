"""What every test of widgets begins with: Qt, or a skip that says what is missing."""

from __future__ import annotations

import pytest

WHY = (
    "Qt cannot be loaded: pip install PySide6-Essentials; on Debian apt install libegl1 libgl1 libxkbcommon0 "
    "libdbus-1-3 libfontconfig1 libglib2.0-0"
)


def need_qt():
    """Skip the module that calls it where widgets cannot be made."""
    pytest.importorskip("PySide6.QtWidgets", reason=WHY, exc_type=ImportError)
    pytest.importorskip("pytestqt", reason="pytest-qt is not installed")
