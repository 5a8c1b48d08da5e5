"""Models that several tests look at."""

from __future__ import annotations

import pytest
from teachable_market import swinging

from forexai_ml import LightGbmSettings, train_direction

SMALL = LightGbmSettings(trees=30, leaves=7)


@pytest.fixture(scope="session")
def market():
    """Prices in which something can be learned."""
    return swinging(3_000)


@pytest.fixture(scope="session")
def trained(market):
    """A model of the first two thousand bars."""
    return train_direction(market[:2_000], horizon=6, settings=SMALL, seed=3)


@pytest.fixture
def model_file(trained, tmp_path):
    """The model in a file."""
    return str(trained.save(tmp_path / "direction.json"))
