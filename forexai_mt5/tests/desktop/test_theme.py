"""Colours can be told apart from what they stand on."""

from __future__ import annotations

import pytest

from forexai_mt5.desktop.theme import THEMES, contrast


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the usual example of what just fails


@pytest.mark.parametrize("name", sorted(THEMES))
def test_every_text_can_be_read(name):
    theme = THEMES[name]
    for ground in (theme.card, theme.stripe, theme.ground, theme.chosen):
        assert contrast(theme.text, ground) >= 4.5
    for colour in ("muted", "good", "busy", "bad", "off"):
        for ground in (theme.card, theme.stripe, theme.ground):
            assert contrast(getattr(theme, colour), ground) >= 4.5, (colour, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.accent, theme.card) >= 3  # the ring around what has the focus


@pytest.mark.parametrize("name", sorted(THEMES))
def test_the_style_sheet_is_whole(name):
    sheet = THEMES[name].style_sheet()
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
