"""The order desk while several of its tasks write, hear and look at once."""

from __future__ import annotations

import asyncio

import pytest
from live_desks import Bench, buy

from forexai_core.errors import ConfigError, OrderStateUnknownError
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.testing import SimulatedBroker
from forexai_core.values.orders import OrderKind

pytestmark = pytest.mark.asyncio


class SlowIntents:
    """A store that lets other tasks run before and after each write, as a disk does."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def record_sent(self, *args, **fields):
        return await self._slowly(self._inner.record_sent(*args, **fields))

    async def advance(self, *args, **fields):
        return await self._slowly(self._inner.advance(*args, **fields))

    @staticmethod
    async def _slowly(writing):
        for _ in range(20):
            await asyncio.sleep(0)
        intent = await writing
        for _ in range(20):
            await asyncio.sleep(0)
        return intent


async def test_a_look_while_an_answer_is_written_neither_spoils_it_nor_halts():
    bench = Bench(intents=SlowIntents)
    desk = await bench.desk()
    placing = asyncio.ensure_future(desk.place(buy(stop_loss=1.09)))
    while not placing.done():
        await desk.reconcile()
        await asyncio.sleep(0)
    outcome = placing.result()
    assert outcome.answer.state is IntentState.FILLED
    assert (await bench.services.intents.get(outcome.intent_id)).state is IntentState.FILLED
    assert (desk.blocks.reasons(), bench.told) == ((), [])


async def test_a_fill_that_is_heard_and_seen_at_once_is_written_once():
    bench = Bench(intents=SlowIntents)
    desk = await bench.desk()
    outcomes = [await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=price))) for price in (1.09, 1.091)]
    bench.venue.set_quote("EURUSD", 1.0898, 1.0899)
    orders = [bench.venue.orders[outcome.answer.order] for outcome in outcomes]
    # The second is heard while the look is still busy with the first.
    looking = asyncio.ensure_future(desk.reconcile())
    await asyncio.gather(*(desk.hear(order) for order in orders))
    assert await looking
    for outcome in outcomes:
        steps = await bench.services.intents.history(outcome.intent_id)
        assert [step.state for step in steps][-2:] == [IntentState.ACKNOWLEDGED, IntentState.FILLED]
    assert (desk.blocks.reasons(), bench.told) == ((), [])


async def test_a_person_who_decides_while_a_look_settles_is_told_so():
    class Losing(SimulatedBroker):
        async def submit(self, request):
            await super().submit(request)
            raise OrderStateUnknownError("the line broke")

    bench = Bench(intents=SlowIntents, broker=Losing)
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(stop_loss=1.09)))
    looking = asyncio.ensure_future(desk.reconcile())
    for _ in range(1_000):
        if desk._book.find(outcome.intent_id).settling.locked():
            break
        await asyncio.sleep(0)
    with pytest.raises(ConfigError, match="settled just now"):
        await desk.decide(outcome.intent_id, Resolution.ABSENT, person="Ada")
    assert await looking
    assert (await bench.services.intents.get(outcome.intent_id)).resolution is Resolution.FILLED
