"""The command line as a whole: its list, its exit codes, what loads when."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forexai_core.cli import application, plugin_commands
from forexai_core.cli.application import COMMANDS, command
from forexai_core.cli.failures import ExitCode, exit_code, message_of
from forexai_core.cli.remedies import in_options
from forexai_core.errors import (
    BrokerUnreachableError,
    ConfigError,
    DataFormatError,
    IntegrityError,
    NotFoundError,
    OrderRefusedError,
    PluginMissingError,
    RateError,
)
from forexai_core.plugins import discover
from forexai_core.ports.cli import CliOffer
from forexai_core.ports.markers import hookimpl
from forexai_core.ports.settings import NoSettings
from forexai_core.testing.suites.cli import RESERVED_COMMANDS


def python(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, **options)


def test_help_lists_every_command_and_shows_examples(forexai):
    ended = forexai("--help")
    assert ended.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in ended.out
    assert "Examples:" in ended.out


def test_no_argument_is_wrong_use_and_helps(forexai):
    ended = forexai()
    assert ended.code == 2
    assert "Commands:" in ended.out


def test_help_loads_nothing_slow():
    slow = {"numba", "pandas", "pyarrow", "jinja2", "rich", "scipy"}
    code = (
        "import sys; from forexai_core.cli import main; main(['--help']); "
        "main(['backtest', '--help']); main(['data', 'import', '--help']); "
        f"print(sorted({slow!r} & set(sys.modules)), file=sys.stderr)"
    )
    ended = python("-c", code)
    assert ended.stderr.strip().endswith("[]"), ended.stderr


def test_every_command_helps_with_an_example(forexai):
    def visit(path, node):
        below = getattr(node, "commands", {})
        ended = forexai(*path, "--help")
        assert ended.code == 0
        assert "Example" in ended.out, path
        if not below:
            assert "--json" in ended.out, path
        for name, child in below.items():
            visit((*path, name), child)

    for name in COMMANDS:
        visit((name,), application._opened(name))


def test_core_commands_are_reserved():
    assert set(COMMANDS) <= RESERVED_COMMANDS


def test_version(forexai):
    ended = forexai("--version")
    assert ended.code == 0
    assert ended.out.startswith("forexai ")


def test_wrong_use_is_one_line_with_a_hint(forexai):
    ended = forexai("bactest")
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert "'backtest'" in ended.err
    assert ended.out == ""
    assert forexai("backtest", "sma-cross", "--no-such-option").code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (PluginMissingError("x"), 2),
        (DataFormatError("x", file="f"), 3),
        (RateError("x"), 3),
        (IntegrityError("x"), 3),
        (NotFoundError("x"), 3),
        (FileNotFoundError(2, "No such file", "f.csv"), 3),
        (BrokerUnreachableError("x"), 4),
        (OrderRefusedError("x", rule="r"), 5),
        (ZeroDivisionError("x"), None),
        (OSError("no file named"), None),
    ],
)
def test_exit_codes(error, code):
    assert exit_code(error) == code


def test_a_message_is_one_line():
    assert message_of(ConfigError("first\n  second")) == "first second"
    assert message_of(FileNotFoundError(2, "No such file", "f.csv")) == "f.csv: No such file."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Pass on_overlap='skip' to keep it.", "Pass --on-overlap skip to keep it."),
        ("Pass sort=True.", "Pass --read sort=True."),
        ("pass encoding='cp1252' (Western)", "pass --read encoding=cp1252 (Western)"),
        ("Pass timeframe='D1' if daily", "Pass --timeframe D1 if daily"),
        ("Say so with decimal=',' if it is", "Say so with --read decimal=, if it is"),
        ("for another mark pass delimiter=….", "for another mark pass --read delimiter=…."),
        ("pass delimiter=';'.", "pass --read delimiter=';'."),
        ("Pass date_order='dmy' or date_order='mdy'.", "Pass --read date_order=dmy or --read date_order=mdy."),
        ("or pass missing='forward'.", "or pass --read missing=forward."),
        ("Name it with columns={'time': …}.", "Name it with --read columns.time=…."),
        ("insist with columns={'time': 'Gmt time'}.", "insist with --read columns.time='Gmt time'."),
        ("Say which one by its number, columns={'close': 3}.", "Say which one by its number, --read columns.close=3."),
        ("name another column with columns={…}.", "name another column with --read columns.ROLE=…."),
        ("or pass limits=ReadLimits(max_file_bytes=…).", "or pass --read max_file_bytes=…."),
        (
            "pass limits=ReadLimits(max_unpacked_bytes=…, max_ratio=…).",
            "pass --read max_unpacked_bytes=… and --read max_ratio=….",
        ),
        ("such as --read max_ratio=500.", "such as --read max_ratio=500."),
        ("for example rates={'USDGBP': bars} (or", "for example --rate USDGBP=FILE (or"),
        ("For another one, pass instrument=Instrument(…).", "For another one, pass --instrument FILE."),
        ("Give it with instrument.with_values(margin_initial=…).", "Give margin_initial with --instrument FILE."),
        (
            "the rates in points: Costs(swap_long_points=…, swap_short_points=…).",
            "the rates in points: --swap-long-points … and --swap-short-points ….",
        ),
        ("These are columns for forexai_core.read_ticks.", "These are columns for --timeframe tick."),
        ("or use forexai_core.read_bars.", "or use a --timeframe such as H1."),
        ("Pass clock= of their server", "Pass --clock of their server"),
        ("cannot be written. Pass quarantine=PATH.", "cannot be written. Pass --quarantine PATH."),
        ("x > 5, y = 3 and symbol EURUSD", "x > 5, y = 3 and symbol EURUSD"),
    ],
)
def test_remedies_name_options(said, shown):
    assert in_options(said) == shown


def test_debug_shows_the_traceback(tmp_path):
    ended = python("-m", "forexai_core.cli", "--debug", "report", "none.json", cwd=tmp_path)
    assert ended.returncode == 3
    assert "Traceback" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("error: ")


def test_interrupt_ends_with_130(forexai, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("forexai_core.indicators.catalogue.catalogue", interrupted)
    assert forexai("indicators").code == 130


def test_a_bug_is_not_hidden(forexai, monkeypatch):
    monkeypatch.setattr("forexai_core.indicators.catalogue.catalogue", None)
    with pytest.raises(TypeError):
        forexai("indicators")


@pytest.mark.skipif(os.name == "nt", reason="pipes of this kind are of POSIX")
def test_a_closed_pipe_ends_without_a_word():
    reader, writer = os.pipe()
    os.close(reader)
    code = "from forexai_core.cli import main; import sys; sys.exit(main(['indicators', '--json']))"
    ended = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert ended.returncode == ExitCode.CLOSED_PIPE
    assert ended.stderr == ""


def test_completion_offers_commands_without_loading_them():
    environment = os.environ | {"_FOREXAI_COMPLETE": "complete_bash", "COMP_WORDS": "forexai ba", "COMP_CWORD": "1"}
    ended = python("-m", "forexai_core.cli", env=environment)
    assert ended.stdout.split() == ["backtest"]


class Cli:
    def __init__(self, loaded, *, adds=True):
        self.loaded, self.adds = loaded, adds

    def add_to(self, app):
        self.loaded.append("added")

        def greet(name: str = "you") -> None:
            """Greet. Example: forexai greet"""
            print(f"hello {name}")

        if self.adds:
            app.command("greet")(greet)


def plugin(loaded, *, name="greeting", adds=True):
    class Greeting:
        plugin_name = name

        @hookimpl
        def forexai_cli_offers(self):
            return [
                CliOffer(
                    name=name,
                    title="Greeting",
                    settings=NoSettings,
                    open=lambda _settings, _services: Cli(loaded, adds=adds),
                    api_version=1,
                    commands={"greet": "Say hello.", "backtest": "Replace the core's."},
                )
            ]

    return Greeting()


@pytest.fixture
def given(monkeypatch):
    def install(*extra):
        monkeypatch.setattr(
            plugin_commands, "discover", lambda *, kinds: discover(extra, entry_points=False, kinds=kinds)
        )

    return install


def test_a_plugins_command_is_listed_unloaded_and_runs(forexai, given):
    loaded = []
    given(plugin(loaded))
    assert "greet       Say hello." in forexai("--help").out
    assert loaded == []
    ended = forexai("greet", "--name", "trader")
    assert (ended.code, ended.out) == (0, "hello trader\n")
    assert loaded == ["added"]
    assert forexai("greet", "--nam").code == 2


def test_a_plugin_cannot_replace_a_command_of_the_core(forexai, given):
    given(plugin([]))
    assert "Run a strategy over prices" in forexai("backtest", "--help").out


def test_two_plugins_with_one_command_are_named(forexai, given):
    given(plugin([], name="one"), plugin([], name="two"))
    ended = forexai("greet")
    assert ended.code == 2
    assert "one and two" in ended.err


def test_a_plugin_that_does_not_add_its_command_is_named(forexai, given):
    given(plugin([], adds=False))
    ended = forexai("greet")
    assert ended.code == 2
    assert "greeting" in ended.err


def test_the_command_is_built_anew_for_each_call():
    assert command() is not command()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the data folder lies elsewhere, by other variables")
@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("backtest", "sma-cross", "--data", "EURUSD_H1.csv.gz"), "--ledger FILE"),
        (("data", "import", "EURUSD_H1.csv.gz"), "--library FOLDER"),
        (("data", "fetch", "sample"), "--library FOLDER"),
    ],
)
def test_a_data_folder_that_cannot_be_written_is_named_with_the_remedy(forexai, tmp_path, monkeypatch, command, option):
    forexai("data", "sample")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file" / "below"))
    ended = forexai(*command, "-s", "EURUSD", "-t", "H1")
    assert ended.code == 2
    assert f"Your data folder {tmp_path}/file/below/forexai cannot be written (Not a directory)" in ended.err
    assert f"Name another place with {option}, or set XDG_DATA_HOME" in ended.err
    name, place = option.split()
    assert forexai(*command, "-s", "EURUSD", "-t", "H1", name, tmp_path / place.casefold()).code == 0
