"""A screen of its own, which nobody sees, for tests that draw."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(scope="session")
def qapp_args():
    return [sys.argv[0], "-platform", "offscreen", "-style", "Fusion"]
