"""The page of sessions lists every figure that a session has, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from forexai_core.live.session.figures import ABOUT

PAGE = Path(__file__).parents[3] / "docs" / "sessions.md"


def test_every_figure_is_on_the_page():
    section = PAGE.read_text(encoding="utf-8").partition("(figures)=")[2].partition("\n(")[0]
    told = re.findall(r"`((?:session|order|orders)_[a-z_]+)`", section)
    assert sorted(told) == sorted(ABOUT)
