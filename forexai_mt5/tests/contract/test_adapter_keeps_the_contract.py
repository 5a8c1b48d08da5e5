"""The adapter over the simulated terminal keeps what the core asks of brokers."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest
from adapter_bench import AdapterBench

from forexai_core.testing import BrokerConformance
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.offers import broker_offers
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

pytestmark = pytest.mark.usefixtures("ledger")

(OFFER,) = broker_offers()


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
