"""A new plugin of every kind passes its suite as it was written, and is found once it is installed."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import forexai_core
from forexai_core.cli.scaffold import new_plugin
from forexai_core.errors import ConfigError
from forexai_core.plugins import discover
from forexai_core.ports.markers import KINDS
from forexai_core.testing import SUITES, doctor

SOURCE = str(Path(forexai_core.__file__).resolve().parents[1])


def run_tests(folder):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_plugin_passes_its_suite_unedited(kind, tmp_path):
    made = new_plugin(kind, f"try-{kind}", tmp_path / "made")
    done = run_tests(made.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(SUITES[kind].rules) + 1} passed" in done.stdout  # every rule, and that it is found
    assert sorted(made.files) == sorted(
        path.relative_to(made.folder)
        for path in made.folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def test_its_suite_can_fail(tmp_path):
    made = new_plugin("risk", "try-risk", tmp_path / "made")
    module = made.folder / "src" / "try_risk" / "risk.py"
    module.write_text(module.read_text().replace("if not proposal.opens:", "if False:"))
    done = run_tests(made.folder)
    assert done.returncode == 1
    assert "risk-can-always-be-reduced" in done.stdout


def test_its_entry_point_names_the_plugin(tmp_path, monkeypatch):
    made = new_plugin("indicator", "pace", tmp_path / "pace")
    project = tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]
    ((name, value),) = project["entry-points"]["forexai"].items()
    assert project["name"] == name == "pace"
    assert project["dependencies"][0].startswith("forexai-core>=")
    monkeypatch.syspath_prepend(str(made.folder / "src"))
    point = importlib.metadata.EntryPoint(name, value, "forexai")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: [point])
    plugins = discover(required=["pace"])
    assert list(plugins.indicators) == ["pace"]
    report = doctor(plugins)
    assert report.clean, str(report)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("brokr", "my-broker", "Did you mean 'broker'"),
        ("broker", "My Broker", "cannot be the name"),
        ("broker", "my--broker", "cannot be the name"),
        ("broker", "../escape", "cannot be the name"),
        ("broker", "1st", "cannot be the name"),
        ("broker", "class", "cannot be the name"),
        ("broker", "forexai-core", "cannot be the name"),
        ("broker", "numpy", "installed already"),
        ("strategy", "strategy", "class Strategy"),
        ("risk", "proposal", "class Proposal"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(kind, name, words, tmp_path):
    with pytest.raises(ConfigError, match=words):
        new_plugin(kind, name, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "made").mkdir()
    kept = tmp_path / "made" / "notes.txt"
    kept.write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        new_plugin("risk", "my-risk", tmp_path / "made")
    assert kept.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "made").mkdir()
    made = new_plugin("risk", "my-risk", tmp_path / "made")
    assert (made.folder / "pyproject.toml").is_file()


def test_the_working_folder_is_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = new_plugin("report", "my-report")
    assert made.folder == Path("my-report")
    assert (tmp_path / "my-report" / "src" / "my_report" / "report.py").is_file()
