"""Options of the core's tests, and a data folder of their own."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what makes a longer run: more random programs, more prices."""
    parser.addoption(
        "--programs",
        type=_seeds,
        default=range(2_000),
        help="which random programs both ledgers run: how many, or FIRST:STOP of their seeds",
    )
    parser.addoption(
        "--schedules",
        type=_seeds,
        default=range(300),
        help="which schedules of faults an order desk goes through: how many, or FIRST:STOP of their seeds",
    )
    parser.addoption("--every-kill", action="store_true", help="kill a trading process at every marked point, not some")
    parser.addoption("--whole-soak", action="store_true", help="soak sessions in a day of ten symbols, not in an hour")
    parser.addoption("--soak-seed", type=int, default=1, help="when the sessions of the soak are killed")
    parser.addoption("--intervals", type=int, default=4, help="how many tick series each interval is proven on")
    parser.addoption(
        "--prices",
        default=None,
        help="a folder of SYMBOL_H1.csv.gz files (clock new-york+7) and SYMBOL_M1_bid*.csv.gz, SYMBOL_M1_ask*.csv.gz "
        "pairs (UTC), on which whole backtests are compared with the reference; default the bundled sample",
    )


def _seeds(text: str) -> range:
    """Read a count, or a first and a last number."""
    first, _, stop = text.rpartition(":")
    return range(int(first or 0), int(stop))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many random programs were the same on both ledgers, and which."""
    names = [report.nodeid for report in terminalreporter.stats.get("passed", ())]
    chunks = [name.rpartition("[")[2].rstrip("]") for name in names if "test_both_ledgers_agree[" in name]
    seeds = sorted(tuple(map(int, chunk.split("-"))) for chunk in chunks)
    if seeds:
        count = sum(stop - start for start, stop in seeds)
        terminalreporter.write_line(f"{count} random programs equal, of seeds {seeds[0][0]} to {seeds[-1][1] - 1}")
    _tell_schedules(terminalreporter)


def _tell_schedules(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what schedules of faults came to."""
    came: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", ()):
        came.update({name: count for name, count in report.user_properties if str(name).startswith("schedules: ")})
    for name in sorted(came):
        terminalreporter.write_line(f"{name.removeprefix('schedules: '):<52}{came[name]:>10}")


def _forget_ledger() -> None:
    """Let the default ledger be found anew; nothing is loaded for it that a test does without."""
    recording = sys.modules.get("forexai_core.backtesting.recording")
    if recording is not None:
        recording.default_trials.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the trials of tests out of the ledger of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        _forget_ledger()
        yield
    _forget_ledger()
