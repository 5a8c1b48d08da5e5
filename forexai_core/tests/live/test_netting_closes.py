"""The order desk on accounts that keep one position a symbol, where a close may come too late, or twice."""

from __future__ import annotations

import attrs
import pytest
from live.netting_venues import NettingVenue
from live_desks import Bench, buy

from forexai_core.errors import OrderRefusedError, OrderStateUnknownError
from forexai_core.live.session.ownership import Ownership
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.testing import SimulatedBroker
from forexai_core.testing.venues import SIMULATED_CAPABILITIES
from forexai_core.values.accounts import Account, AccountMode
from forexai_core.values.orders import DealEntry, OrderRequest

pytestmark = pytest.mark.asyncio


class NettingBroker(SimulatedBroker):
    """Shows ``old`` positions and no ``hidden`` deals, where it is told so; ``first`` comes before an order arrives."""

    old = first = lost = None
    hidden = frozenset()

    @property
    def capabilities(self):
        return attrs.evolve(SIMULATED_CAPABILITIES, modes=frozenset({AccountMode.NETTING}))

    async def positions(self):
        return await super().positions() if self.old is None else self.old

    async def history(self, start_ns, stop_ns):
        return tuple(each for each in await super().history(start_ns, stop_ns) if each.client_id not in self.hidden)

    async def submit(self, request):
        if self.first:
            self.first()
            self.first = None
        if self.lost:
            self.venue.submit(attrs.evolve(request, volume_lots=self.lost))
            self.lost = None
            raise OrderStateUnknownError("the line broke")
        return await super().submit(request)


def netting(*, names=False):
    bench = Bench(broker=NettingBroker)
    bench.venue = NettingVenue(("EURUSD", "GBPUSD"), Account(balance=100_000.0), names=names)
    bench.venue.set_quote("EURUSD", 1.1000, 1.1001)
    return bench


async def opened(bench, lots=0.3):
    desk = await bench.desk()
    await bench.drive(desk.place(buy(lots, stop_loss=1.09), owner="a"))
    await bench.drive(desk.reconcile())
    return desk


async def test_what_a_part_that_was_closed_left_open_stays_though_it_bears_the_marks_of_the_close():
    class Remarked(NettingBroker):
        async def positions(self):
            shown = await super().positions()
            marks = [{"client_id": each.client_id, "magic": each.magic, "tag": each.tag} for each in self.venue.deals]
            return tuple(attrs.evolve(each, **marks[-1]) for each in shown)

    bench = netting()
    bench.make_broker = Remarked
    desk = await opened(bench)
    await bench.drive(desk.close(desk.snapshot.positions[0], volume_lots=0.1, owner="a"))
    await bench.drive(desk.reconcile())
    (left,) = bench.venue.positions.values()
    assert (left.volume_lots, bench.told) == (0.2, [])
    assert set(desk.owned.values()) == {"a"}


@pytest.mark.parametrize("taken", [0.3, 0.1], ids=["whole", "part"])
async def test_what_a_late_close_opens_is_told_of_and_closed(taken):
    bench = netting()
    desk = await opened(bench)
    sold = OrderRequest(client_id="by hand", symbol="EURUSD", side=-1, volume_lots=taken)
    bench.broker.first = lambda: bench.venue.submit(sold)
    late = await bench.drive(desk.close(desk.snapshot.positions[0], owner="a"))
    assert late.answer.state is IntentState.FILLED
    (turned,) = bench.venue.positions.values()
    assert (turned.side, turned.volume_lots) == (-1, taken)
    await bench.drive(desk.reconcile())
    assert bench.venue.positions == {}
    assert [key for key in bench.told if key.startswith("turned:")] == [
        f"turned:{turned.position}:{turned.open_time_ns}"
    ]
    await bench.drive(desk.reconcile())
    assert (desk.snapshot.positions, desk.blocks.reasons()) == ((), ())


async def test_what_a_late_close_opens_is_nobodys():
    bench = netting()
    desk = await opened(bench)
    bench.broker.first = lambda: bench.venue.set_quote("EURUSD", 1.0899, 1.0900)
    late = await bench.drive(desk.close(desk.snapshot.positions[0], owner="a"))
    await bench.drive(desk.reconcile())
    assert desk.owned == {late.answer.position: ""}
    assert desk.plans == {}


async def test_where_names_count_a_late_close_is_refused_and_nothing_opens():
    bench = netting(names=True)
    desk = await opened(bench)
    bench.broker.first = lambda: bench.venue.set_quote("EURUSD", 1.0899, 1.0900)
    late = await bench.drive(desk.close(desk.snapshot.positions[0]))
    assert (late.answer.state, late.answer.refusal) == (IntentState.REJECTED, "gone")
    assert (bench.venue.positions, bench.told) == ({}, [])


async def test_a_list_that_lags_closes_nothing_twice():
    bench = netting()
    desk = await opened(bench)
    bench.broker.old = before = tuple(desk.snapshot.positions)
    await bench.drive(desk.close(before[0]))
    await bench.drive(desk.reconcile())
    assert desk.snapshot.positions == before
    with pytest.raises(OrderRefusedError, match=r"0 lots left to close, not 0\.3"):
        await bench.drive(desk.close(before[0]))
    assert bench.venue.positions == {}
    bench.broker.old = None
    await bench.drive(desk.reconcile())
    bench.broker.old = before  # an older list once more
    await bench.drive(desk.reconcile())
    with pytest.raises(OrderRefusedError, match="does not show that yet"):
        await bench.drive(desk.close(before[0]))


async def test_a_list_is_believed_again_after_a_minute():
    bench = netting()
    desk = await opened(bench)
    bench.broker.old = before = tuple(desk.snapshot.positions)
    await bench.drive(desk.close(before[0], volume_lots=0.1))
    bench.clock.advance(60)
    await bench.drive(desk.reconcile())
    assert (await bench.drive(desk.close(before[0], volume_lots=0.2))).answer.filled_lots == 0.2


async def test_parts_are_closed_one_after_the_other_without_a_look_between():
    bench = netting()
    desk = await opened(bench)
    position = desk.snapshot.positions[0]
    for lots in (0.1, 0.15):
        assert (await bench.drive(desk.close(position, volume_lots=lots))).answer.filled_lots == lots
    with pytest.raises(OrderRefusedError, match=r"0\.05 lots left to close, not 0\.1"):
        await bench.drive(desk.close(position, volume_lots=0.1))
    assert (await bench.drive(desk.close(position, volume_lots=0.05))).answer.filled_lots == 0.05
    assert bench.venue.positions == {}


async def test_what_was_added_since_can_be_closed_before_it_is_shown():
    bench = netting()
    desk = await opened(bench)
    position = desk.snapshot.positions[0]
    await bench.drive(desk.close(position, volume_lots=0.1))
    await bench.drive(desk.place(buy(0.2), decided_price=1.1001))
    assert (await bench.drive(desk.close(position, volume_lots=0.4))).answer.filled_lots == 0.4


async def test_a_position_that_others_made_larger_proves_no_fill():
    bench = netting()
    desk = await bench.desk()
    bench.broker.lost = 0.1  # a part, and the answer is lost
    lost = await bench.drive(desk.place(buy(0.3, stop_loss=1.09)))
    bench.venue.submit(OrderRequest(client_id="by hand", symbol="EURUSD", side=1, volume_lots=0.5))
    await bench.look_on(desk, 120)
    intent = await bench.services.intents.get(lost.intent_id)
    assert (intent.state, intent.resolution) == (IntentState.RESOLVED, Resolution.FILLED)
    assert b'"filled_lots":0.1' in intent.detail.replace(b" ", b"")


async def test_without_its_deals_a_position_settles_nothing_and_a_person_is_asked():
    bench = netting()
    desk = await bench.desk()
    bench.broker.lost = 0.3
    bench.broker.hidden = frozenset({"main-1-1-1"})
    lost = await bench.drive(desk.place(buy(0.3, stop_loss=1.09)))
    assert lost.intent_id in bench.broker.hidden
    await bench.look_on(desk, 200)
    assert (desk.unknown, desk.blocks.halted) == ((lost.intent_id,), False)
    await bench.look_on(desk, 150)
    assert bench.told[-1] == f"person:{lost.intent_id}"
    bench.broker.hidden = frozenset()
    await bench.drive(desk.reconcile())
    assert desk.unknown == ()


async def test_a_position_that_a_close_has_opened_is_no_strategys():
    bench = netting()
    bench.venue.submit(buy(0.1, client_id="opening"))
    bench.venue.submit(OrderRequest(client_id="closing", symbol="EURUSD", side=-1, volume_lots=0.3, position=1))
    first, turning = bench.venue.deals
    assert turning.entry is DealEntry.INOUT
    ownership = Ownership(("a",), [[""]])
    ownership.asked("opening", 0, "", buy(0.1, client_id="opening"))
    ownership.asked(
        "closing", 0, "", OrderRequest(client_id="x", symbol="EURUSD", side=-1, volume_lots=0.3, position=1)
    )
    ownership.hear(attrs.evolve(turning, position=9))
    assert ownership._positions == {}
    ownership.hear(first)
    assert ownership.owner(first) == "a"
