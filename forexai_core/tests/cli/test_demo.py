"""The demo: what a newcomer sees first."""

from __future__ import annotations

import os
import subprocess
import sys
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
    assert max(len(line) for line in out.splitlines() if "report:" not in line and demo._program() not in line) <= 120


def test_what_to_try_next_runs_as_it_is_printed(tmp_path, monkeypatch):
    """In a folder that is not the environment's, with no scripts of one on the path, as a newcomer's shell is."""
    monkeypatch.chdir(tmp_path)
    lines = demo._NEXT.format(program=demo._program()).splitlines()[1:]
    commands = [line.partition("   ")[0].strip() for line in (line.strip() for line in lines)]
    assert len(commands) == 4
    environment = {"PATH": os.defpath, "XDG_DATA_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    keep = {
        name: value for name, value in os.environ.items() if name in {"NUMBA_CACHE_DIR", "PYTHONPATH", "SYSTEMROOT"}
    }
    for command in commands:
        ended = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment | keep, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, (command, ended.stderr)
    assert (tmp_path / "r.html").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written otherwise there")
@pytest.mark.parametrize(
    ("script", "here", "typed"),
    [
        (".nox/demo/bin/forexai", ".", ".nox/demo/bin/forexai"),
        ("my env/bin/forexai", ".", "'my env/bin/forexai'"),
        ("bin/forexai", "bin", "./forexai"),
        ("bin/forexai", "elsewhere", "{root}/bin/forexai"),
        (None, ".", "{root}/bin/python -m forexai_core.cli"),
    ],
)
def test_the_program_is_named_by_its_place(tmp_path, monkeypatch, script, here, typed):
    python = tmp_path / "bin" / "python" if script is None else (tmp_path / script).with_name("python")
    python.parent.mkdir(parents=True)
    (tmp_path / here).mkdir(exist_ok=True)
    if script is not None:
        (tmp_path / script).write_text("")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.chdir(tmp_path / here)
    assert demo._program() == typed.format(root=tmp_path)


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
