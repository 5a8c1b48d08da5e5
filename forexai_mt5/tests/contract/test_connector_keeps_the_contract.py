"""``forexai connector`` keeps the contract of every command."""

from __future__ import annotations

from forexai_core.testing import CliConformance
from forexai_mt5.plugin import plugin


class TestConnector(CliConformance):
    (offer,) = plugin.forexai_cli_offers()
