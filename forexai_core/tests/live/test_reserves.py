"""What was sent counts in risk until the venue's own lists account for it, however far these lag behind its answers."""

from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from random import Random

import attrs
import pytest
from live.netting_venues import NettingVenue
from live_desks import Bench, buy

from forexai_core.errors import OrderRefusedError
from forexai_core.testing import SimulatedBroker
from forexai_core.testing.venues import SIMULATED_CAPABILITIES
from forexai_core.values.accounts import Account, AccountMode
from forexai_core.values.orders import OrderKind

pytestmark = pytest.mark.asyncio

LOTS = 1e-8


class Lagging(SimulatedBroker):
    """A venue whose list of positions, and that of orders, are those of some looks ago; its deals are of now."""

    looks, nets = 3, False

    def __init__(self, venue):
        super().__init__(venue)
        self._lists = {name: deque(maxlen=self.looks + 1) for name in ("positions", "orders")}

    @property
    def capabilities(self):
        modes = frozenset({AccountMode.NETTING if self.nets else AccountMode.HEDGING})
        return attrs.evolve(SIMULATED_CAPABILITIES, modes=modes)

    async def positions(self):
        return self._late("positions", await super().positions())

    async def orders(self):
        return self._late("orders", await super().orders())

    def _late(self, name, now):
        self._lists[name].append(now)
        return self._lists[name][0]


class LaggingAndNetting(Lagging):
    nets = True


def lagging_bench(*, nets=False, looks=3):
    kind = LaggingAndNetting if nets else Lagging
    bench = Bench(broker=type("Late", (kind,), {"looks": looks}))
    if nets:
        bench.venue = NettingVenue(("EURUSD", "GBPUSD"), Account(balance=100_000.0))
        bench.venue.set_quote("EURUSD", 1.1000, 1.1001)
        bench.venue.set_quote("GBPUSD", 1.3000, 1.3002)
    return bench


def counted(desk):
    """Give what risk counts of each side of a symbol: what is shown, works, or is reserved."""
    lots = defaultdict(float)
    for position in desk.snapshot.positions:
        lots[position.symbol, position.side] += position.volume_lots
    for order in desk.snapshot.orders:
        lots[order.symbol, order.side] += order.left_lots
    for request in desk.reserved:
        lots[request.symbol, request.side] += request.volume_lots
    return lots


def hidden(bench, desk):
    """Give what the venue has more than risk counts; none where nothing hides."""
    lots, found = defaultdict(float), counted(desk)
    for position in bench.venue.positions.values():
        lots[position.symbol, position.side] += position.volume_lots
    return {key: have - found[key] for key, have in lots.items() if have > found[key] + LOTS}


@pytest.mark.parametrize("nets", [False, True])
async def test_an_executed_opening_is_reserved_until_the_list_shows_it(nets):
    bench = lagging_bench(nets=nets)
    desk = await bench.desk()
    seen = []
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09)))
    for _ in range(6):
        seen.append(([each.volume_lots for each in desk.reserved], len(desk.snapshot.positions)))
        await bench.drive(desk.reconcile())
    waits = bench.broker.looks + 1  # and before the first look after it
    assert seen[:waits] == [([0.2], 0)] * waits
    assert seen[-1] == ([], 1)
    assert all(lots or shown for lots, shown in seen)


@pytest.mark.parametrize("nets", [False, True])
async def test_what_was_executed_is_reserved_over_a_restart(nets):
    bench = lagging_bench(nets=nets)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09)))
    late = type(bench.broker)(bench.venue)
    late._lists["positions"].extend([[]] * 4)
    later = await bench.desk(late)
    assert later.snapshot.positions == ()
    assert [each.volume_lots for each in later.reserved] == [0.2]
    await bench.look_on(later, 100)
    assert later.reserved == ()
    assert len(later.snapshot.positions) == 1


@pytest.mark.parametrize("nets", [False, True])
async def test_what_is_gone_before_it_was_listed_needs_no_reserve(nets):
    bench = lagging_bench(nets=nets)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09)))
    bench.venue.set_quote("EURUSD", 1.0890, 1.0891)
    assert bench.venue.positions == {}
    await bench.drive(desk.reconcile())
    assert desk.reserved == ()


async def test_what_no_list_ever_shows_is_given_up_as_any_absence_is():
    class Blind(Lagging):
        async def positions(self):
            return ()

    bench = Bench(broker=Blind)
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09)))
    seconds = 0
    while desk.reserved:
        bench.clock.advance(1)
        seconds += 1
        await bench.drive(desk.reconcile())
    assert seconds == 65


async def test_a_part_that_is_listed_leaves_the_rest_reserved():
    bench = Bench()
    desk = await bench.desk()
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09)))
    (ticket,) = bench.venue.positions
    whole = bench.venue.positions[ticket]
    bench.venue.positions[ticket] = attrs.evolve(whole, volume_lots=0.05)
    await bench.drive(desk.reconcile())
    assert [each.volume_lots for each in desk.reserved] == [0.15]
    bench.venue.positions[ticket] = whole
    await bench.drive(desk.reconcile())
    assert desk.reserved == ()


async def trade(seed, *, nets):
    """Open, close, wait and look in an order drawn from a seed; give what hid from risk meanwhile, and what is left."""
    chance = Random(seed)
    bench = lagging_bench(nets=nets, looks=chance.randrange(5))
    desk, hid = await bench.desk(), []
    for _ in range(chance.randrange(4, 12)):
        act, held = chance.random(), desk.snapshot.positions
        with contextlib.suppress(OrderRefusedError):
            if held and act < 0.25:
                await bench.drive(desk.close(chance.choice(held)))
            elif act < 0.7:
                side, lots = chance.choice((1, -1)), chance.randrange(1, 9) / 100
                await bench.drive(desk.place(buy(lots, side=side, stop_loss=round(1.1 - side * 0.01, 5))))
            elif act < 0.8:
                await bench.drive(desk.place(buy(0.03, kind=OrderKind.LIMIT, price=1.098)))
            elif act < 0.9:
                bid = round(1.1 + chance.choice((-0.011, -0.003, 0.0, 0.011)), 5)
                bench.venue.set_quote("EURUSD", bid, round(bid + 0.0001, 5))
                await bench.drive(desk.reconcile())
        hid.append(hidden(bench, desk))
        bench.clock.advance(chance.choice((0.0, 1.0, 6.0)))
        if chance.random() < 0.6:
            await bench.drive(desk.reconcile())
            hid.append(hidden(bench, desk))
    await bench.look_on(desk, 90)
    return [each for each in hid if each], desk.reserved, hidden(bench, desk)


@pytest.mark.parametrize("nets", [False, True])
async def test_nothing_that_is_open_hides_from_risk(nets):
    wrong = {seed: came for seed in range(150) if any(came := await trade(seed, nets=nets))}
    assert wrong == {}
