"""The commands of the documents run, and print what the page says; ``…`` stands for anything, and ``$?`` is checked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from forexai_core.backtesting.recording import default_trials
from forexai_core.cli import main
from forexai_core.cli.application import COMMANDS

DOCS = Path(__file__).parents[3] / "docs"
FENCE = re.compile(r"^```console\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def sessions() -> list[str]:
    pages = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]
    return [page.relative_to(DOCS).as_posix() for page in pages if FENCE.search(page.read_text(encoding="utf-8"))]


def steps(page: Path) -> Iterator[tuple[str, str]]:
    """Give each command with what it prints."""
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed.strip()


def code_of(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("name", sessions())
def test_the_commands_of_a_page_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("forexai_core.services.assembly.default_home", lambda: tmp_path / "home")
    monkeypatch.setattr("forexai_core.backtesting.recording.default_home", lambda: tmp_path / "home")
    default_trials.cache_clear()
    code = 0
    for command, printed in steps(DOCS / name):
        if command == "echo $?":
            assert str(code) == printed, f"{name}: the command before '$ echo $?' ended with {code}"
            code = 0
            continue
        assert code == 0, f"{name}: the command before '{command}' ended with {code}: {capsys.readouterr().err}"
        program, *arguments = shlex.split(command)
        assert program == "forexai"
        capsys.readouterr()
        code = code_of(arguments)
        said = capsys.readouterr().out.strip()
        pattern = ".*?".join(re.escape(part) for part in printed.split("…"))
        assert re.fullmatch(pattern, said, re.DOTALL), f"{name}: {command} printed:\n{said}"
    default_trials().close()  # type: ignore[attr-defined]
    default_trials.cache_clear()


def test_the_page_names_every_command() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`forexai {name} " in page, f"docs/command-line.md does not name forexai {name}"
