"""``forexai serve`` keeps the contract of every command."""

from __future__ import annotations

import subprocess
import sys

from forexai_core.plugins import discover
from forexai_core.testing import CliConformance
from reference_app.plugin import plugin

OFFERS = {offer.name: offer for offer in plugin.forexai_cli_offers()}


class TestServe(CliConformance):
    offer = OFFERS["serve"]


class TestHome(CliConformance):
    offer = OFFERS["home"]


class TestDatabase(CliConformance):
    offer = OFFERS["platform-database"]


def test_the_plugin_is_found_and_offers_the_command():
    plugins = discover(required=["app"], kinds=["cli"])
    assert plugins.cli.origin("serve").distribution == "forexai-app"


def test_the_plugin_loads_without_the_web():
    code = (
        "import sys, reference_app.plugin\n"
        "sys.exit(', '.join(sorted({'litestar', 'uvicorn', 'typer', 'numba', 'pandas'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
