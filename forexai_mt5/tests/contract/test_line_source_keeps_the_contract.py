"""The prices of an account behind gateway and connector keep what the core asks of sources."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import attrs
import pytest
from adapter_bench import AdapterBench
from gateway_bench import Machine, Platform, connected

from forexai_core.testing import DataConformance
from forexai_mt5.adapter.loops import LoopThread
from forexai_mt5.offers import data_offers
from forexai_mt5.platform_broker.settings import LineDataSettings
from forexai_mt5.platform_broker.source import LineSource

pytestmark = pytest.mark.usefixtures("ledger")

OFFER = next(each for each in data_offers() if each.name == "connector")


class Elsewhere:
    """A platform with a connector in an event loop of its own, as a server has them."""

    open: ClassVar[list[Elsewhere]] = []

    def __init__(self, suffix: str) -> None:
        self.thread, self.bench = LoopThread(), AdapterBench(suffix=suffix)
        self.thread.run(self._begin())
        self.open.append(self)

    async def _begin(self) -> None:
        self.platform = Platform(messages_per_s=10_000.0)
        self.machine = Machine(self.platform, self.bench.broker(), report_s=5.0)
        await self.machine.pair()
        self.machine.start()
        await connected(self.platform, self.machine)

    async def _source(self, settings: LineDataSettings) -> LineSource:
        return LineSource(settings, attrs.evolve(self.platform.services, clock=self.bench.clock))

    def source(self, **settings: Any) -> LineSource:
        return self.thread.run(self._source(LineDataSettings(account="main", history_days=1, **settings)))

    def close(self) -> None:
        self.thread.close(self._end())

    async def _end(self) -> None:
        await self.machine.kill()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        self.platform.services.close()


@pytest.fixture(autouse=True)
def closing():
    """Close what sources have opened."""
    yield
    while Elsewhere.open:
        Elsewhere.open.pop().close()


class TestBarsWithEndings(DataConformance):
    offer = attrs.evolve(OFFER, open=lambda _settings, _services: Elsewhere(".raw").source(timeframes=("M5", "H1")))
    probe: ClassVar[dict[str, str]] = {"symbol": "USDJPY", "timeframe": "M5"}
