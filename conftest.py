"""What every test of the workspace shares: one hypothesis profile, the mark of kernels, and no silent skip.

With ``CI`` set, a skipped test fails the run unless ``.ci/allowed-skips.txt`` lists it with a reason.
"""

from __future__ import annotations

import fnmatch
import importlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("forexai", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("forexai")

pytest_plugins = ["pytester"]

# Tests under a folder of one of these subjects, or in a file named for one, run compiled code.
KERNEL_SUBJECTS = ("engine", "indicators", "kernels")
SKIPPED: pytest.StashKey[dict[str, str]] = pytest.StashKey()


def read_allowed_skips(path: Path) -> dict[str, str]:
    """Return pattern to reason from lines ``node id pattern | reason``; ``#`` starts a comment line."""
    allowed = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, bar, reason = (part.strip() for part in line.partition("|"))
        if not (pattern and bar and reason):
            message = f"{path}, line {number}: write 'node id pattern | reason'"
            raise pytest.UsageError(message)
        allowed[pattern] = reason
    return allowed


def skips_not_allowed(skipped: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return the node ids that no pattern of the list covers."""
    patterns = list(allowed)
    # Brackets of a parametrised test are meant literally.
    return [n for n in skipped if not any(fnmatch.fnmatchcase(n, p.replace("[", "[[]")) for p in patterns)]


def qt_loads() -> bool:
    """Say whether Qt's wheel is here and finds the libraries that it expects of the system."""
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError:
        return False
    return True


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the option that names the list of allowed skips; leave pytest-qt out where it would stop the whole run."""
    if pluginmanager.has_plugin("pytest-qt") and not qt_loads():
        pluginmanager.set_blocked("pytest-qt")
    parser.addoption("--allowed-skips", default=str(Path(__file__).parent / ".ci" / "allowed-skips.txt"))


def pytest_configure(config: pytest.Config) -> None:
    """Start the record of skips."""
    config.stash[SKIPPED] = {}
    config.pluginmanager.register(SkipWatch(config), "forexai-skip-watch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of kernels by where they live."""
    for item in items:
        place = item.nodeid.partition("::")[0].removesuffix(".py")
        if set(re.split(r"[/_]", place)).intersection(KERNEL_SUBJECTS):
            item.add_marker("kernels")


class SkipWatch:
    """Records every skip, and fails a CI run for one that is not on the list."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a test that was skipped or is expected to fail."""
        self._record(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a module that skipped itself."""
        self._record(report)

    def _record(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped:
            self.config.stash[SKIPPED][report.nodeid] = str(report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run when CI is set and a skip is not on the list."""
        if os.environ.get("CI") and self._refused() and session.exitstatus in {0, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the skips that are not on the list."""
        for nodeid in self._refused() if os.environ.get("CI") else []:
            terminalreporter.write_line(
                f"SKIP NOT ALLOWED {nodeid}: list it in .ci/allowed-skips.txt or run it", red=True
            )

    def _refused(self) -> list[str]:
        if hasattr(self.config, "workerinput"):
            return []
        allowed = read_allowed_skips(Path(str(self.config.getoption("--allowed-skips"))))
        skipped = self.config.stash[SKIPPED]
        return skips_not_allowed(skipped, allowed)
