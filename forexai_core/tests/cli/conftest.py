"""A command line to call, in a folder and with a data folder of each test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from forexai_core.backtesting.recording import default_trials
from forexai_core.cli import main, plugin_commands


@attrs.frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Forexai = Callable[..., Ended]


@pytest.fixture
def forexai(tmp_path, monkeypatch, capsys) -> Forexai:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    default_trials.cache_clear()
    plugin_commands._offers.cache_clear()

    def call(*arguments: object) -> Ended:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ended(int(code), captured.out, captured.err)

    return call


@pytest.fixture(autouse=True)
def _forget():
    yield
    default_trials.cache_clear()
    plugin_commands._offers.cache_clear()
