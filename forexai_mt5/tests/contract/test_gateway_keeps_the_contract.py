"""The door of connectors keeps the contract of parts of the application."""

from __future__ import annotations

from forexai_core.testing import AppConformance
from forexai_mt5.plugin import plugin


class TestGateway(AppConformance):
    (offer,) = plugin.forexai_app_offers()
