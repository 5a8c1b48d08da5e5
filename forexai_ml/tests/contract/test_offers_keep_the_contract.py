"""The model and the strategy keep the contracts of their kinds."""

from __future__ import annotations

import subprocess
import sys

from forexai_core.plugins import discover
from forexai_core.testing import ModelConformance, StrategyConformance
from forexai_ml.offers import model_offers, strategy_offers


class TestLightGbm(ModelConformance):
    (offer,) = model_offers()


class TestDirection(StrategyConformance):
    (offer,) = strategy_offers()


def test_the_plugin_is_found_and_offers_both():
    plugins = discover(required=["ml"], kinds=["model", "strategy"])
    assert plugins.models.origin("lightgbm").distribution == "forexai-ml"
    assert plugins.strategies.origin("ml-direction").distribution == "forexai-ml"


def test_the_plugin_loads_without_its_libraries():
    code = (
        "import sys, forexai_ml.plugin\n"
        "sys.exit(', '.join(sorted({'lightgbm', 'sklearn', 'numba', 'pandas'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
