"""Options of the core's tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the number of random programs that both ledgers run."""
    parser.addoption("--programs", type=int, default=2_000, help="how many random programs both ledgers run")
