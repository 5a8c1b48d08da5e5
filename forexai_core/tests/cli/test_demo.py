"""The demo: what a newcomer sees first."""

from __future__ import annotations

import webbrowser

import pytest

from forexai_core.cli import demo


def test_it_compares_two_strategies_and_writes_their_reports(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("no browser without a terminal"))
    assert demo.main([]) == 0
    out = capsys.readouterr().out
    for name in ("sma-cross", "donchian-breakout"):
        page = (tmp_path / "forexai-demo" / f"{name}.html").read_text(encoding="utf-8")
        assert "<html" in page
        assert str(tmp_path / "forexai-demo" / f"{name}.html") in out
    for words in ("no promise", "commission", "spread", "Try next", "once"):
        assert words in out
    assert max(len(line) for line in out.splitlines() if "report:" not in line) <= 120


def test_the_report_opens_where_a_person_sits(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(demo, "_has_display", lambda: True)
    demo._open_page(tmp_path / "r.html")
    assert opened == [(tmp_path / "r.html").as_uri()]


def test_an_unknown_option_is_wrong_use(capsys):
    assert demo.main(["--browser"]) == 2
    assert "--no-browser" in capsys.readouterr().err


def test_no_display_without_a_terminal():
    assert demo._has_display() is False
