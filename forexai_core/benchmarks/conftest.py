"""What all benchmarks share: the data, the peers' environments, and the contest of a row."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent
# Modules of this folder import one another by their names, here and in the peers' processes.
sys.path.insert(0, str(BENCHMARKS))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--peers", default=None, help="Where the peers' environments are kept; default .benchmarks/peers.")
    parser.addoption("--live-ticks", type=int, default=100_000, help="How many ticks the live loop is measured on.")
    parser.addoption("--without-peers", action="store_true", help="Measure ours and the bare kernels only.")


@pytest.fixture(scope="session")
def place(request):
    """Where the peers' environments are kept; None when they are left out."""
    if request.config.getoption("--without-peers"):
        return None
    return Path(request.config.getoption("--peers") or request.config.rootpath / ".benchmarks" / "peers").resolve()


@pytest.fixture(scope="session", autouse=True)
def home():
    """Keep the trials that runs record out of the person's own ledger: a new one, that starts empty."""
    with tempfile.TemporaryDirectory(prefix="forexai-benchmarks-") as folder:
        os.environ["XDG_DATA_HOME"] = folder
        yield Path(folder)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where the columns lie that contenders read."""
    import market  # loads the library: only who needs the data

    place = tmp_path_factory.mktemp("columns")
    market.write(place)
    return place


@pytest.fixture
def contest(benchmark, capsys, folder, place):
    """The contest of one row; needs ``--benchmark-enable``."""
    from contest import Contest  # loads the library: only who needs it

    if benchmark.disabled:
        pytest.skip("a contest is timed: add --benchmark-enable")
    return Contest(benchmark, capsys, folder, place)
