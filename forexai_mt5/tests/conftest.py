"""Options of the tests about MetaTrader 5, and what has to be compiled before the time of a call counts."""

from __future__ import annotations

from collections import Counter

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what makes a longer run."""
    parser.addoption(
        "--mt5-schedules",
        type=_seeds,
        default=range(60),
        help="which schedules of faults an order desk over the adapter goes through: how many, or FIRST:STOP",
    )
    parser.addoption(
        "--mt5-links",
        type=_seeds,
        default=range(1),
        help="which schedules of cuts and kills a platform and a connector go through: how many, or FIRST:STOP",
    )
    parser.addoption(
        "--mt5-sessions",
        type=_seeds,
        default=range(1),
        help="which schedules of faults sessions at a terminal go through: how many, or FIRST:STOP",
    )


def _seeds(text: str) -> range:
    """Read a count, or a first and a last number."""
    first, _, stop = text.rpartition(":")
    return range(int(first or 0), int(stop))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what schedules of faults came to."""
    came: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", ()):
        for name, count in report.user_properties:
            if str(name).startswith("mt5: longest"):
                came[str(name)] = max(came[str(name)], count)
            elif str(name).startswith("mt5: "):
                came[str(name)] += count
    for name in sorted(came):
        terminalreporter.write_line(f"{name:<44}{came[name]:>10}")


@pytest.fixture(scope="session")
def ledger() -> None:
    """Have the ledger compiled."""
    from simulated_terminal import Bench  # what collects tests does not load the ledger

    bench = Bench()
    bench.deal("EURUSD", 1, 0.1)
    bench.quote("EURUSD", 1.0995, 1.0996)
    assert bench.history()
