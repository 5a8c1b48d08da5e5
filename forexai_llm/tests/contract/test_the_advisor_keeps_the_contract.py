"""The plain-text advisor keeps the contract of every advisor."""

from __future__ import annotations

import subprocess
import sys

from forexai_core.plugins import discover
from forexai_core.testing import AdvisorConformance
from forexai_llm.offers import advisor_offers


class TestPlainText(AdvisorConformance):
    (offer,) = advisor_offers()


def test_the_plugin_is_found_and_offers_the_advisor():
    plugins = discover(required=["llm"], kinds=["advisor"])
    assert plugins.advisors.origin("plain-text").distribution == "forexai-llm"
    assert not plugins.advisors["plain-text"].needs_provider


def test_neither_plugin_nor_advisor_loads_a_provider():
    code = (
        "import sys, forexai_llm.plugin\n"
        "forexai_llm.plugin.plugin.forexai_advisor_offers()\n"
        "sys.exit(', '.join(sorted({'openai', 'httpx', 'numba', 'pandas'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
