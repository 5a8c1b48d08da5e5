"""The desk of a connector: what is answered to copies of a command, whoever sends them, and in whatever order."""

from __future__ import annotations

import asyncio

import pytest
from gateway_bench import CountingBroker, until

from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.connector.command_desk import CommandDesk
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.settings import Caps
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import TradeCommand

OLD, NEW, NEWEST = (FenceToken(epoch=1, number=number) for number in (1, 2, 3))


def never():
    return False


class Desk:
    """A desk over a broker in memory, and what it tells."""

    def __init__(self, services=None, broker=None):
        self.services = services or embedded_services(None)
        self.broker = broker or CountingBroker()
        self.guard = Guard(Caps(), MemoryHalts(), self.services.clock)
        self.guard.hear_platform()
        self.told = []
        self.desk = CommandDesk(
            self.broker, self.services.intents, self.guard, self.services.clock, tell=self._told, call_s=60.0
        )
        self.working = None

    async def begin(self):
        await self.broker.connect()
        self.working = asyncio.ensure_future(self.desk.work())
        return self

    async def end(self):
        self.working.cancel()
        await asyncio.gather(self.working, return_exceptions=True)

    async def _told(self, result):
        self.told.append(result)

    async def accept(self, command_id, fence, expired=never, **changes):
        fields = {"action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.1} | changes
        fields |= {"id": command_id, "issued_at": 1, "ttl_ms": 60_000, "fence": fence}
        await self.desk.accept(TradeCommand.model_validate(fields), expired)

    async def tells(self, count):
        await until(lambda: len(self.told) >= count)
        return [(each.fence, each.outcome) for each in self.told]


@pytest.fixture
async def desk():
    made = await Desk().begin()
    yield made
    await made.end()
    made.services.close()


async def test_a_copy_of_an_older_sender_is_not_refused_under_the_id_of_the_one_under_way(desk):
    desk.broker.wait_s = 0.2
    await desk.accept("c1", NEW)
    await until(lambda: desk.broker.submitted)
    await desk.accept("c1", OLD)
    assert await desk.tells(2) == [(NEW, "DONE"), (OLD, "DONE")]
    assert desk.broker.submitted == ["c1"]


async def test_a_copy_of_an_older_sender_is_told_what_became_of_the_command(desk):
    await desk.accept("c1", NEW)
    await desk.tells(1)
    await desk.accept("c1", OLD)
    await desk.accept("c1", NEWEST)
    assert await desk.tells(3) == [(NEW, "DONE"), (OLD, "DONE"), (NEWEST, "DONE")]
    assert desk.broker.submitted == ["c1"]


async def test_an_older_sender_is_refused_what_nobody_has_commanded_since(desk):
    await desk.accept("c1", NEW)
    await desk.accept("c2", OLD)
    await desk.accept("c1", OLD, lot_size=0.2)  # not what is known by that id
    told = await desk.tells(3)
    assert set(told) == {(NEW, "DONE"), (OLD, "REFUSED")}
    assert [each.error.kind for each in desk.told if each.error] == ["fenced", "fenced"]
    assert desk.broker.submitted == ["c1"]


async def test_what_waits_is_carried_out_for_the_newest_who_has_asked_for_it_and_answered_to_all(desk):
    desk.broker.wait_s = 0.1
    await desk.accept("c0", OLD)
    await until(lambda: desk.broker.submitted)
    await desk.accept("c1", OLD, lambda: True)
    await desk.accept("c1", NEW)
    told = await desk.tells(3)
    assert sorted(told, key=lambda each: each[0].number) == [(OLD, "DONE"), (OLD, "DONE"), (NEW, "DONE")]
    assert desk.broker.submitted == ["c0", "c1"]
