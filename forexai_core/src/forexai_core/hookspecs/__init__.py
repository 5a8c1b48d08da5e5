"""The hooks through which plugins join: one file a kind, each with one hook."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from forexai_core.hookspecs.advisor import AdvisorSpecs
from forexai_core.hookspecs.app import AppSpecs
from forexai_core.hookspecs.billing import BillingSpecs
from forexai_core.hookspecs.broker import BrokerSpecs
from forexai_core.hookspecs.cli import CliSpecs
from forexai_core.hookspecs.data import DataSpecs
from forexai_core.hookspecs.indicator import IndicatorSpecs
from forexai_core.hookspecs.model import ModelSpecs
from forexai_core.hookspecs.notifier import NotifierSpecs
from forexai_core.hookspecs.report import ReportSpecs
from forexai_core.hookspecs.risk import RiskSpecs
from forexai_core.hookspecs.strategy import StrategySpecs

__all__ = [
    "SPECIFICATIONS",
    "AdvisorSpecs",
    "AppSpecs",
    "BillingSpecs",
    "BrokerSpecs",
    "CliSpecs",
    "DataSpecs",
    "IndicatorSpecs",
    "ModelSpecs",
    "NotifierSpecs",
    "ReportSpecs",
    "RiskSpecs",
    "StrategySpecs",
]

SPECIFICATIONS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "strategy": StrategySpecs,
        "broker": BrokerSpecs,
        "data": DataSpecs,
        "risk": RiskSpecs,
        "billing": BillingSpecs,
        "indicator": IndicatorSpecs,
        "model": ModelSpecs,
        "advisor": AdvisorSpecs,
        "notifier": NotifierSpecs,
        "report": ReportSpecs,
        "cli": CliSpecs,
        "app": AppSpecs,
    }
)
"""The class that specifies the hook of each kind."""
