"""The adapter over the simulated terminal keeps what the core asks of brokers and of sources of prices."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest
from adapter_bench import AdapterBench

from forexai_core.testing import BrokerConformance, DataConformance
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.source import Mt5Source
from forexai_mt5.offers import broker_offers, data_offers
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

pytestmark = pytest.mark.usefixtures("ledger")

OFFER = next(each for each in broker_offers() if each.name == "mt5")


def _open(_settings: Mt5Settings, _services: Any) -> Mt5Broker:
    return AdapterBench().broker()


def _open_with_endings(_settings: Mt5Settings, _services: Any) -> Mt5Broker:
    return AdapterBench(suffix="m").broker()


class TestHedging(BrokerConformance):
    offer = attrs.evolve(OFFER, open=_open)
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD"}


class TestWithEndings(BrokerConformance):
    offer = attrs.evolve(OFFER, open=_open_with_endings)
    probe: ClassVar[dict[str, str]] = {"symbol": "USDJPY"}


def _open_netting(_settings: Mt5Settings, _services: Any) -> Mt5Broker:
    return AdapterBench(accounts=[AccountSettings(margin_mode=c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING)]).broker()


class TestNetting(BrokerConformance):
    offer = attrs.evolve(OFFER, open=_open_netting)
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD"}


SOURCE = next(each for each in data_offers() if each.name == "mt5")


def _open_source(_settings: Mt5Settings, _services: Any) -> Mt5Source:
    return AdapterBench().source(timeframes=("M5", "H1"))


def _open_source_with_endings(_settings: Mt5Settings, _services: Any) -> Mt5Source:
    return AdapterBench(suffix=".raw").source(timeframes=("M1", "D1"), tick_days=0, history_days=2)


class TestTicks(DataConformance):
    offer = attrs.evolve(SOURCE, open=_open_source)
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD", "timeframe": "tick"}


class TestBars(DataConformance):
    offer = attrs.evolve(SOURCE, open=_open_source)
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD", "timeframe": "M5"}


class TestBarsWithEndings(DataConformance):
    offer = attrs.evolve(SOURCE, open=_open_source_with_endings)
    probe: ClassVar[dict[str, str]] = {"symbol": "USDJPY", "timeframe": "M1"}
