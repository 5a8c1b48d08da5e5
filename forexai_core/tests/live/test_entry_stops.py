"""The stops of entries: one counts if it is the one that was asked for, before a restart and after it."""

from __future__ import annotations

import pytest
from live.netting_venues import NettingVenue
from live_desks import Bench, buy

from forexai_core.errors import IntegrityError, OrderRejectedError, RejectionKind, StorageError
from forexai_core.live.records import encode
from forexai_core.ports.journal import Entry
from forexai_core.testing import SimulatedBroker
from forexai_core.values.orders import OrderKind

pytestmark = pytest.mark.asyncio
STOP = 1.09


class Obstinate(SimulatedBroker):
    """A venue that may refuse changes, and closes."""

    moves = closes = True

    def __init__(self, venue):
        super().__init__(venue)
        self.asked = []

    async def modify(self, ticket, *, price=None, stop_loss=None, take_profit=None):
        self.asked.append(stop_loss)
        if not self.moves:
            raise OrderRejectedError("too near")
        await super().modify(ticket, price=price, stop_loss=stop_loss, take_profit=take_profit)

    async def submit(self, request):
        if not self.closes and request.position:
            self.asked.append("close")
            raise OrderRejectedError("market closed", code=10018, kind=RejectionKind.SYMBOL)
        return await super().submit(request)


class Immovable(Obstinate):
    moves = False


class Shut(Immovable):
    closes = False


async def entered(bench, **terms):
    """An entry whose process ends before it has seen it at the venue."""
    desk = await bench.desk()
    outcome = await bench.drive(desk.place(buy(**({"stop_loss": STOP} | terms)), owner="cross"))
    return desk, outcome.answer.position


@pytest.mark.parametrize("shown", [0.0, 1.0850])
async def test_an_inherited_entry_without_the_stop_that_was_asked_for_gets_it(shown):
    bench = Bench(broker=Obstinate)
    _, ticket = await entered(bench)
    bench.venue.modify(ticket, None, shown, None)
    desk = await bench.desk()
    await bench.drive(desk.reconcile())
    assert bench.venue.positions[ticket].stop_loss == STOP
    assert not desk.unsettled
    assert bench.told == []


@pytest.mark.parametrize("inherited", [True, False])
@pytest.mark.parametrize("shown", [0.0, 1.0850])
async def test_an_entry_whose_stop_is_not_taken_in_time_is_closed_and_told_of(shown, inherited):
    bench = Bench(broker=Immovable)
    desk, ticket = await entered(bench)
    bench.venue.modify(ticket, None, shown, None)
    if inherited:
        desk = await bench.desk()
    await bench.look_on(desk, 4, every=1)
    assert list(bench.venue.positions) == [ticket]
    await bench.look_on(desk, 3, every=1)
    assert not bench.venue.positions
    assert bench.told == [f"unprotected:{ticket}"]
    assert not desk.blocks.halted
    await bench.look_on(desk, 20)
    assert len(bench.venue.deals) == 2  # closed once


async def test_an_entry_that_neither_gets_its_stop_nor_is_closed_halts_the_account_and_is_closed_when_it_can_be():
    bench = Bench(broker=Obstinate)
    _, ticket = await entered(bench)
    bench.venue.modify(ticket, None, 0.0, None)
    desk = await bench.desk(Shut(bench.venue))
    await bench.look_on(desk, 30, every=1)
    assert list(bench.venue.positions) == [ticket]
    assert desk.blocks.halted
    assert set(bench.told) == {f"unprotected:{ticket}", f"unprotected:{ticket}:open"}
    assert 4 <= bench.broker.asked.count("close") <= 7  # every five seconds, not at each look
    bench.broker.closes = True
    await bench.look_on(desk, 6, every=1)
    assert not bench.venue.positions
    assert desk.blocks.halted  # until a person has looked


@pytest.mark.parametrize(("shown", "stands"), [(1.09, True), (1.0905, True), (1.08975, True), (1.0895, False)])
async def test_a_stop_on_the_coarser_grid_of_a_venue_or_a_nearer_one_counts(shown, stands):
    bench = Bench(broker=Immovable)
    bench.venue.instruments["EURUSD"] = bench.venue.instruments["EURUSD"].with_values(tick_size=0.00025)
    _, ticket = await entered(bench, stop_loss=1.08990 if shown == 1.08975 else STOP)
    bench.venue.modify(ticket, None, shown, None)
    desk = await bench.desk()
    await bench.look_on(desk, 10, every=1)
    assert bool(bench.venue.positions) == stands
    assert bool(bench.broker.asked) != stands


@pytest.mark.parametrize("moved", [1.0850, 0.0])
async def test_a_stop_that_we_have_moved_or_taken_away_stays_so_over_a_restart(moved):
    bench = Bench(broker=Obstinate)
    desk, ticket = await entered(bench)
    await bench.drive(desk.modify(ticket, stop_loss=moved))
    await bench.look_on(desk, 10, every=1)
    desk = await bench.desk()
    await bench.look_on(desk, 10, every=1)
    assert bench.venue.positions[ticket].stop_loss == moved
    assert bench.broker.asked == []
    assert bench.told == []
    if moved:  # and the venue has to show the moved one
        bench.venue.modify(ticket, None, 0.0, None)
        desk = await bench.desk()
        await bench.drive(desk.reconcile())
        assert bench.venue.positions[ticket].stop_loss == moved


async def test_a_change_that_the_venue_has_refused_is_not_what_a_position_has_to_show():
    bench = Bench(broker=Immovable)
    desk, ticket = await entered(bench)
    with pytest.raises(OrderRejectedError):
        await bench.drive(desk.modify(ticket, stop_loss=1.0950))
    desk = await bench.desk()
    await bench.look_on(desk, 10, every=1)
    assert bench.venue.positions[ticket].stop_loss == STOP
    assert bench.broker.asked == []


async def test_the_moved_stop_of_an_order_that_waits_is_that_of_the_position_that_it_opens_later():
    bench = Bench(broker=Obstinate)
    desk = await bench.desk()
    limit = buy(kind=OrderKind.LIMIT, price=1.0990, stop_loss=1.0950)
    order = (await bench.drive(desk.place(limit, owner="cross"))).answer.order
    await bench.drive(desk.modify(order, stop_loss=1.0900))
    bench.venue.set_quote("EURUSD", 1.0988, 1.0989)  # filled while no process runs
    desk = await bench.desk()
    await bench.look_on(desk, 10, every=1)
    assert [each.stop_loss for each in bench.venue.positions.values()] == [1.0900]
    assert bench.broker.asked == []


async def test_on_an_account_that_nets_the_last_order_gives_the_stop_and_a_turn_is_an_entry_of_its_own():
    bench = Bench(broker=Obstinate)
    bench.venue = NettingVenue(("EURUSD",))
    bench.venue.set_quote("EURUSD", 1.1000, 1.1001)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.1, stop_loss=1.0950), owner="cross"))
    await bench.drive(desk.reconcile())
    await bench.drive(desk.place(buy(0.1, stop_loss=1.0900), owner="cross"))
    await bench.drive(desk.reconcile())
    assert [each.stop_loss for each in bench.venue.positions.values()] == [1.0900]
    desk = await bench.desk()
    await bench.look_on(desk, 10, every=1)
    assert bench.broker.asked == []
    await bench.drive(desk.place(buy(0.5, side=-1, stop_loss=1.1100), owner="cross"))
    (held,) = bench.venue.positions.values()
    assert held.side == -1
    bench.venue.modify(held.position, None, 0.0, None)
    await bench.drive(desk.reconcile())
    assert bench.venue.positions[held.position].stop_loss == 1.1100


class Failing:
    """A journal whose appends to the stops fail while it is told to."""

    def __init__(self, inner):
        self._inner, self.fails = inner, False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def append(self, stream, *given, **terms):
        if self.fails and stream.startswith("order-stops/"):
            raise StorageError("disk full")
        return await self._inner.append(stream, *given, **terms)


async def test_a_stop_that_cannot_be_written_down_halts_the_account():
    bench = Bench(broker=Obstinate)
    journal = Failing(bench.services.journal)
    object.__setattr__(bench.services, "journal", journal)
    desk, ticket = await entered(bench)
    journal.fails = True
    with pytest.raises(StorageError, match="disk full"):
        await bench.drive(desk.modify(ticket, stop_loss=1.0950))
    assert desk.blocks.halted


async def test_stops_that_cannot_be_read_let_nothing_be_opened():
    bench = Bench(broker=Obstinate)
    desk, _ = await entered(bench)
    entry = Entry(time_ns=1, kind="stop", payload=encode("stop", 1, {"intent": "main-1-1-1"}))
    await bench.services.journal.append("order-stops/main", [entry], fence=desk.fence)
    with pytest.raises(IntegrityError, match="which stop a position has to have"):
        await bench.desk()
