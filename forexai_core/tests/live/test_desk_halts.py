"""What a person has to release: it outlives the process, and only its owner can write or lift it."""

from __future__ import annotations

import attrs
import pytest
from live_desks import Bench, buy

from forexai_core.errors import (
    ConfigError,
    FencedError,
    IntegrityError,
    OrderRefusedError,
    OrderRejectedError,
    RejectionKind,
    StorageError,
)
from forexai_core.live.records import encode
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.ports.journal import Entry
from forexai_core.services import embedded_services
from forexai_core.testing import SimulatedBroker
from forexai_core.values.orders import OrderKind

pytestmark = pytest.mark.asyncio
STREAM = "order-desk/main"


class Refusing(SimulatedBroker):
    """Refuses the first order of each session for want of money."""

    refuses = True

    async def submit(self, request):
        if self.refuses:
            self.refuses = False
            raise OrderRejectedError("no money", code=1, kind=RejectionKind.RESOURCES)
        return await super().submit(request)


class Failing:
    """A journal whose appends fail while it is told to."""

    def __init__(self, inner):
        self._inner, self.fails = inner, False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def append(self, *given, **terms):
        if self.fails:
            raise StorageError("disk full")
        return await self._inner.append(*given, **terms)


@pytest.mark.parametrize("on_disk", [False, True])
async def test_a_halt_stands_over_restarts_until_a_person_releases_it(tmp_path, on_disk):
    bench = Bench(broker=Refusing)
    if on_disk:
        bench.services = embedded_services(tmp_path, clock=bench.clock)
    with bench.services:
        desk = await bench.desk()
        outcome = await bench.drive(desk.place(buy()))
        assert outcome.answer.refusal == RejectionKind.RESOURCES
        for _ in range(2):
            desk = await bench.desk(SimulatedBroker(bench.venue))
            assert desk.blocks.halted
            with pytest.raises(OrderRefusedError, match="no money"):
                await bench.drive(desk.place(buy()))
        with pytest.raises(ConfigError, match="Say who"):
            await desk.release(person=" ")
        (reason,) = await desk.release(person="Ada")
        assert "no money" in reason
        desk = await bench.desk(SimulatedBroker(bench.venue))
        assert not desk.blocks.halted
        assert (await bench.drive(desk.place(buy()))).answer.state is IntentState.FILLED
        said = [record.payload async for record in bench.services.journal.read(STREAM)]
    assert any(b"Ada" in each for each in said)
    assert bench.told.count("venue:resources") == 3  # told when it came, and at each start that it still stands


async def test_a_halt_is_on_disk_before_the_answer_that_led_to_it():
    bench = Bench(broker=Refusing)
    seen = []
    journal, intents = bench.services.journal, bench.services.intents

    class Watching:
        def __getattr__(self, name):
            return getattr(intents, name)

        async def record_sent(self, draft, **terms):
            seen.append((IntentState.SENT, await journal.last(STREAM)))
            return await intents.record_sent(draft, **terms)

        async def advance(self, intent_id, state, **terms):
            seen.append((state, await journal.last(STREAM)))
            return await intents.advance(intent_id, state, **terms)

    bench.services = attrs.evolve(bench.services, intents=Watching())
    desk = await bench.desk()
    await bench.drive(desk.place(buy()))
    assert seen == [(IntentState.SENT, 0), (IntentState.REJECTED, 1)]


async def test_a_halt_that_cannot_be_written_holds_is_told_and_is_written_later():
    bench = Bench(broker=Refusing)
    journal = Failing(bench.services.journal)
    bench.services = attrs.evolve(bench.services, journal=journal)
    desk = await bench.desk()
    journal.fails = True
    await bench.drive(desk.place(buy()))
    assert desk.blocks.halted
    assert "halt-store" in bench.told
    with pytest.raises(StorageError, match="disk full"):
        await desk.release(person="Ada")
    assert desk.blocks.halted
    journal.fails = False
    await bench.drive(desk.reconcile())
    desk = await bench.desk(SimulatedBroker(bench.venue))
    assert desk.blocks.halted


async def test_who_lost_the_account_halts_and_releases_nobody_else():
    bench = Bench(broker=Refusing)
    old = await bench.desk()
    new = await bench.desk(SimulatedBroker(bench.venue))
    await bench.drive(old.reconcile())
    old.taken_over(FencedError("gone"))
    await bench.drive(old.reconcile())
    assert old.blocks.halted
    with pytest.raises(FencedError):
        await old.release(person="Ada")
    assert not new.blocks.halted
    newest = await bench.desk(SimulatedBroker(bench.venue))
    assert not newest.blocks.halted


async def test_an_account_whose_halts_cannot_be_read_is_not_opened():
    bench = Bench()
    desk = await bench.desk()
    payload = encode("halted", 1, {"name": "venue:resources"})
    await bench.services.journal.append(
        STREAM, [Entry(time_ns=1, kind="halted", payload=payload)], fence=desk._halts._fence
    )
    with pytest.raises(IntegrityError, match=r"order-desk/main.*Restore"):
        await bench.desk()


async def test_more_than_was_asked_of_a_working_order_can_be_decided():
    bench = Bench()
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(kind=OrderKind.LIMIT, price=1.09)))
    assert outcome.answer.state is IntentState.ACKNOWLEDGED
    (sent,) = [each.request for each in bench.venue.orders.values()]
    bench.venue.submit(attrs.evolve(sent, client_id="again", kind=OrderKind.MARKET, price=0.0))
    await bench.drive(desk.reconcile())
    assert desk.blocks.halted
    assert desk.unknown == (outcome.intent_id,)
    await bench.drive(desk.decide(outcome.intent_id, Resolution.FILLED, person="Ada"))
    assert desk.unknown == ()


@pytest.mark.parametrize("minutes", [0, 20])
async def test_a_duplicate_of_an_order_that_was_filled_halts(minutes):
    bench = Bench()
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy()))
    await bench.drive(desk.reconcile())
    assert not desk.blocks.halted
    bench.clock.advance(60.0 * minutes)
    bench.venue.time_ns = bench.clock.now_ns()
    (position,) = bench.venue.positions.values()
    bench.venue.submit(buy(client_id="again", tag=position.tag, magic=position.magic))
    for _ in range(2):
        await bench.drive(desk.reconcile())
    (reason,) = desk.blocks.reasons()
    assert outcome.intent_id in reason
    assert "0.2 of 0.1 lots" in reason
    assert await desk.release(person="Ada")
    await bench.drive(desk.reconcile())
    assert not desk.blocks.halted


async def test_a_part_that_is_closed_and_a_stop_that_strikes_are_no_duplicates():
    bench = Bench()
    desk = await bench.desk()
    await bench.drive(desk.place(buy(stop_loss=1.09)))
    (position,) = bench.venue.positions.values()
    await bench.drive(desk.close(position, volume_lots=0.04))
    await bench.drive(desk.reconcile())
    bench.venue.set_quote("EURUSD", 1.08, 1.0801)
    await bench.drive(desk.reconcile())
    assert bench.venue.positions == {}
    assert not desk.blocks.halted
