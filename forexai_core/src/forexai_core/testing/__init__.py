"""Conformance suites for the authors of plugins, and the simulated venues and markets that they need."""

from __future__ import annotations

from forexai_core.testing.brokers import SimulatedBroker, SimulatedSettings, simulated_broker_offer
from forexai_core.testing.conformance import Conformance, ConformanceFailure, Rule, Subject, Suite, SuiteReport
from forexai_core.testing.doctor import DoctorReport, check, doctor
from forexai_core.testing.faults import Fault, FaultyBroker, FaultyVenue
from forexai_core.testing.markets import probe_bars
from forexai_core.testing.proposals import ordinary_proposal, proposals
from forexai_core.testing.results import SampleResult, sample_result
from forexai_core.testing.suites import SUITES
from forexai_core.testing.suites.advisor import AdvisorConformance
from forexai_core.testing.suites.app import AppConformance
from forexai_core.testing.suites.billing import BillingConformance
from forexai_core.testing.suites.broker import BrokerConformance
from forexai_core.testing.suites.cli import CliConformance
from forexai_core.testing.suites.data import DataConformance
from forexai_core.testing.suites.indicator import IndicatorConformance
from forexai_core.testing.suites.model import ModelConformance
from forexai_core.testing.suites.notifier import NotifierConformance
from forexai_core.testing.suites.report import ReportConformance
from forexai_core.testing.suites.risk import RiskConformance
from forexai_core.testing.suites.strategy import StrategyConformance
from forexai_core.testing.venues import SimulatedVenue

__all__ = [
    "SUITES",
    "AdvisorConformance",
    "AppConformance",
    "BillingConformance",
    "BrokerConformance",
    "CliConformance",
    "Conformance",
    "ConformanceFailure",
    "DataConformance",
    "DoctorReport",
    "Fault",
    "FaultyBroker",
    "FaultyVenue",
    "IndicatorConformance",
    "ModelConformance",
    "NotifierConformance",
    "ReportConformance",
    "RiskConformance",
    "Rule",
    "SampleResult",
    "SimulatedBroker",
    "SimulatedSettings",
    "SimulatedVenue",
    "StrategyConformance",
    "Subject",
    "Suite",
    "SuiteReport",
    "check",
    "doctor",
    "ordinary_proposal",
    "probe_bars",
    "proposals",
    "sample_result",
    "simulated_broker_offer",
]
