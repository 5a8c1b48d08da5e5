"""What a built program begins with, and the manifests of whoever builds it."""

from __future__ import annotations

import base64
import importlib.util
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forexai_mt5.desktop.updates import UpdateRefusedError, check

PACKAGING = Path(__file__).parents[2] / "packaging"


def script(name):
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_key_is_made_once_and_signs_what_the_window_believes(tmp_path, monkeypatch, capsys):
    manifest, key, packed = script("manifest"), tmp_path / "key", tmp_path / "c.zip"
    packed.write_bytes(b"program")
    assert manifest.main(["key", str(key)]) == 0
    public = base64.b64decode(capsys.readouterr().out)
    assert os.name != "posix" or key.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        manifest.main(["key", str(key)])
    out = tmp_path / "manifest.json"
    sign = ["sign", "--version", "9.1.0", "--notes", "https://example.org/9.1.0", "--out", str(out)]
    sign.append(f"windows-x64=https://example.org/c.zip={packed}")
    monkeypatch.delenv("FOREXAI_UPDATE_KEY", raising=False)
    assert manifest.main(sign) == 2
    monkeypatch.setenv("FOREXAI_UPDATE_KEY", key.read_text(encoding="utf-8"))
    assert manifest.main(sign) == 0
    told = check(out.read_bytes(), keys=(public,), running="0.1.0", now=datetime.now(UTC), seen=None)
    assert (told.version, told.files[0].size) == ("9.1.0", 7)
    with pytest.raises(UpdateRefusedError):
        check(out.read_bytes(), keys=(bytes(32),), running="0.1.0", now=datetime.now(UTC), seen=None)


def test_the_built_program_is_its_own_worker(monkeypatch):
    entry, ran = script("entry"), []
    monkeypatch.setitem(entry.PROCESSES, "forexai_mt5.worker", lambda: ran.append("worker"))
    monkeypatch.setattr(entry.window, "main", lambda arguments: ran.append(arguments) or 5)
    assert entry.main(["-m", "forexai_mt5.worker"]) == 0
    assert entry.main(["-m", "forexai_mt5.gateway"]) == 5
    assert entry.main(["--in-tray"]) == 5
    assert ran == ["worker", ["-m", "forexai_mt5.gateway"], ["--in-tray"]]


def test_every_process_that_is_started_by_its_module_is_known_to_the_built_program():
    package = PACKAGING.parent / "src" / "forexai_mt5"
    started = set()
    for place in package.rglob("*.py"):
        started |= set(re.findall(r'"-m", "(forexai_mt5\.\w+)"', place.read_text(encoding="utf-8")))
    assert started - {"forexai_mt5.desktop"} == set(script("entry").PROCESSES)


def test_a_program_that_cannot_load_qt_says_what_to_install(tmp_path):
    qt = tmp_path / "PySide6"
    qt.mkdir()
    (qt / "__init__.py").touch()
    (qt / "QtCore.py").write_text('raise ImportError("libEGL.so.1: cannot open shared object file")', encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    command = [sys.executable, "-m", "forexai_mt5.desktop", "--home", str(tmp_path / "home")]
    run = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 2
    assert "forexai-mt5[desktop]" in run.stderr
    assert "libegl1" in run.stderr
    assert "Traceback" not in run.stderr
