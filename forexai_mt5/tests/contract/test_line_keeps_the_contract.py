"""An account behind gateway and connector keeps what the core asks of brokers, whatever broker is there."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest
from adapter_bench import AdapterBench
from gateway_bench import CountingBroker, Machine, Platform, until

from forexai_core.testing import BrokerConformance
from forexai_mt5.offers import broker_offers
from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.settings import LineSettings

pytestmark = pytest.mark.usefixtures("ledger")

OFFER = next(each for each in broker_offers() if each.name == "connector")


BEGUN: list[Platform] = []


@pytest.fixture(autouse=True)
def closing():
    """Close what platforms have opened; their tasks end with the loop of the rule."""
    yield
    while BEGUN:
        BEGUN.pop().services.close()


class Behind(LineBroker):
    """Whose platform, gateway and connector begin with the first session."""

    def __init__(self, broker: Any) -> None:
        self.platform = Platform(messages_per_s=10_000.0)
        BEGUN.append(self.platform)
        self.machine = Machine(self.platform, broker, report_s=0.05, quote_s=0.05, caps={"max_lots": 10_000.0})
        super().__init__(LineSettings(account="main"), self.platform.services)

    async def connect(self):
        if self.machine.task is None:
            await self.machine.pair()
            self.machine.start()
            await until(lambda: self.machine.states and self.machine.states[-1][0] == "connected")
        return await super().connect()


class TestAVenueInMemory(BrokerConformance):
    offer = attrs.evolve(OFFER, open=lambda _settings, _services: Behind(CountingBroker()))
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD"}


class TestATerminal(BrokerConformance):
    offer = attrs.evolve(OFFER, open=lambda _settings, _services: Behind(AdapterBench().broker()))
    probe: ClassVar[dict[str, str]] = {"symbol": "EURUSD"}
