"""The suite of each kind of offer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forexai_core.testing.conformance import Suite
from forexai_core.testing.suites.advisor import ADVISOR_SUITE
from forexai_core.testing.suites.app import APP_SUITE
from forexai_core.testing.suites.billing import BILLING_SUITE
from forexai_core.testing.suites.broker import BROKER_SUITE
from forexai_core.testing.suites.cli import CLI_SUITE
from forexai_core.testing.suites.data import DATA_SUITE
from forexai_core.testing.suites.indicator import INDICATOR_SUITE
from forexai_core.testing.suites.model import MODEL_SUITE
from forexai_core.testing.suites.notifier import NOTIFIER_SUITE
from forexai_core.testing.suites.report import REPORT_SUITE
from forexai_core.testing.suites.risk import RISK_SUITE
from forexai_core.testing.suites.strategy import STRATEGY_SUITE

__all__ = ["SUITES"]

SUITES: Final[Mapping[str, Suite]] = MappingProxyType(
    {
        "strategy": STRATEGY_SUITE,
        "broker": BROKER_SUITE,
        "data": DATA_SUITE,
        "risk": RISK_SUITE,
        "billing": BILLING_SUITE,
        "indicator": INDICATOR_SUITE,
        "model": MODEL_SUITE,
        "advisor": ADVISOR_SUITE,
        "notifier": NOTIFIER_SUITE,
        "report": REPORT_SUITE,
        "cli": CLI_SUITE,
        "app": APP_SUITE,
    }
)
"""The suite of each kind."""
