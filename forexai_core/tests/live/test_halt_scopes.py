"""A halt of each scope, on paper and at a venue: it ends what it covers, and touches nothing else."""

from __future__ import annotations

import pytest
from live.session_runs import LASTING, as_inputs
from live.venue_trading import Trading, a_spec, a_venue

import forexai_core as fx
from forexai_core.errors import OrderRejectedError, RejectionKind
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.figures import health_of
from forexai_core.live.session.paper_run import PaperPlan, PaperRun
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_core.values.orders import OrderKind, OrderRequest

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]

BOTH = [{"name": "keeps", "sleeve": "first"}, {"name": "keeps", "sleeve": "second"}]
SCOPES = [
    (HaltScope.STRATEGY, "first", {"second"}),
    (HaltScope.ACCOUNT, "main", set()),
    (HaltScope.TENANT, "acme", set()),
    (HaltScope.PLATFORM, "", set()),
    (HaltScope.STRATEGY, "third", {"first", "second"}),
    (HaltScope.ACCOUNT, "other", {"first", "second"}),
    (HaltScope.TENANT, "other", {"first", "second"}),
]


class Keeps(fx.Strategy):
    """Holds one position, and has one order waiting far away; asks for both again where they are gone."""

    def on_bar(self, ctx):
        if not ctx.positions:
            ctx.buy(volume_lots=0.1, stop_loss_pips=300)
        if not ctx.orders:
            far = round(ctx.bid - 0.0300, 5)
            ctx.buy_limit(far, volume_lots=0.1, stop_loss=round(far - 0.0200, 5))


def a_halt(scope, name="", *, flatten=True):
    return Halt(scope=scope, name=name, time_ns=1, by="Ada", reason="enough", flatten=flatten)


def held_by(desk):
    return sorted(desk.owned.values()), sorted(desk.owned_orders.values())


def of_two(tmp_path, **given):
    spec = a_spec(strategies=BOTH, tenant="acme", **given.pop("spec", {}))
    return Trading(given.pop("broker", None) or a_venue(), tmp_path, spec=spec, strategy=Keeps, **given)


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize(("scope", "name", "stay"), SCOPES)
async def test_a_halt_at_a_venue_ends_what_it_covers_and_nothing_else(tmp_path, scope, name, stay, flatten):
    halts = MemoryHalts()
    async with of_two(tmp_path, halts=halts) as trading:
        desk, venue = trading.run.session.desk, trading.broker.venue
        await trading.minutes(3)
        await desk.reconcile()
        assert held_by(desk) == (["first", "second"], ["first", "second"])
        tickets = desk.owned
        await halts.halt(a_halt(scope, name, flatten=flatten))
        if stay != {"first", "second"}:
            await trading.passes(lambda: sum(each.status.working for each in venue.orders.values()) == len(stay))
        if flatten:
            await trading.passes(lambda: {tickets[each] for each in venue.positions} == stay)
        await trading.minutes(4)  # it asks for all of it again at each bar, and gets none
        await desk.reconcile()
        kept = sorted(stay) if flatten else ["first", "second"]
        assert held_by(desk) == (kept, sorted(stay))
        assert desk.owned.items() <= tickets.items()  # what stays was never touched
        said = health_of(trading.session).reasons
        assert bool(said) == (stay != {"first", "second"})
        await trading.end()
    if scope is HaltScope.STRATEGY and name == "first":
        assert said == ("main: first is halted by Ada: enough",)


class Paper:
    """A paper account of two strategies, price by price."""

    def __init__(self, services, clock, bars):
        self.services, self.clock, self.bars, self.standing = services, clock, bars, ()

    async def open(self, **given):
        plan = PaperPlan(
            name="main",
            inputs=as_inputs(self.bars, account=fx.Account(balance=50_000)),
            strategies=(fx.Sleeve("first", Keeps()), fx.Sleeve("second", Keeps())),
            settings=LASTING,
            tenant="acme",
            **given,
        )
        self.run = await PaperRun.open(plan, self.services, owner="test", hear=lambda _notice: None)
        self.run.heed(self._covering)
        return self.run

    def _covering(self, strategy, _time_ns):
        return tuple(each for each in self.standing if each.covers(strategy=strategy, account="main", tenant="acme"))

    async def prices(self, count):
        for _ in range(count):
            self.clock.come_to(self.run.next_ns)
            await self.run.step()
        await self.run.session.look()


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize(("scope", "name", "stay"), SCOPES)
async def test_a_halt_on_paper_ends_what_it_covers_and_nothing_else(scope, name, stay, flatten):
    bars = fx.synthetic("EURUSD", "M1", bars=30, seed=3)
    clock = ReplayClock(int(bars.time_ns[0]))
    with embedded_services(None, clock=clock) as services:
        paper = Paper(services, clock, bars)
        desk = (await paper.open()).session.desk
        await paper.prices(4)
        assert held_by(desk) == (["first", "second"], ["first", "second"])
        tickets = desk.owned
        paper.standing = (a_halt(scope, name, flatten=flatten),)
        await paper.prices(8)
        kept = sorted(stay) if flatten else ["first", "second"]
        assert held_by(desk) == (kept, sorted(stay))
        assert desk.owned.items() <= tickets.items()
        killed = {deal.position for deal in paper.run.venue.deals if deal.reason == "kill"}
        assert killed == tickets.keys() - desk.owned.keys()
        paper.standing = ()
        await paper.prices(3)
        assert held_by(desk) == (["first", "second"], ["first", "second"])  # it trades again


async def test_orders_and_positions_of_a_strategy_that_is_gone_are_covered_by_its_halt_still(tmp_path):
    broker, halts = a_venue(), MemoryHalts()
    async with of_two(tmp_path, broker=broker, halts=halts) as trading:
        await trading.minutes(3)
        at = trading.number
    await broker.disconnect()
    spec = a_spec(strategies=BOTH[1:], tenant="acme")
    async with Trading(broker, tmp_path, spec=spec, strategy=Keeps, halts=halts, first=at) as trading:
        desk = trading.run.session.desk
        assert held_by(desk) == (["first", "second"], ["first", "second"])
        await halts.halt(a_halt(HaltScope.STRATEGY, "first"))
        await trading.passes(lambda: len(broker.venue.positions) == 1)
        await desk.reconcile()
        assert held_by(desk) == (["second"], ["second"])
        await trading.end()


async def test_what_is_stale_ends_no_order_that_waits(tmp_path):
    async with of_two(tmp_path) as trading:
        desk = trading.run.session.desk
        await trading.minutes(3)
        orders = desk.owned_orders
        trading.run.staleness.note(0, ("EURUSD",))
        then_ns = trading.clock.now_ns()
        await trading.passes(lambda: trading.clock.now_ns() >= then_ns + 3_000_000_000)
        assert trading.run.session.halts("first", trading.clock.now_ns())
        await desk.reconcile()
        assert desk.owned_orders == orders


async def test_a_close_that_is_not_taken_is_told_of_and_asked_for_until_it_is(tmp_path):
    class Clinging(type(a_venue())):
        clings, asked = True, 0

        async def submit(self, request):
            if self.clings and request.position:
                self.asked += 1
                raise OrderRejectedError("not now", code=10018, kind=RejectionKind.FINAL)
            return await super().submit(request)

    broker, halts = Clinging(a_venue().venue), MemoryHalts()
    async with of_two(tmp_path, broker=broker, halts=halts) as trading:
        venue = broker.venue
        await trading.minutes(3)
        await halts.halt(a_halt(HaltScope.STRATEGY, "first"))
        await trading.passes(lambda: any("could not be closed" in each.title for each in trading.notices))
        asked = broker.asked
        await trading.passes(lambda: broker.asked >= asked + 3)
        assert len(venue.positions) == 2
        assert sum("could not be closed" in each.title for each in trading.notices) == 1
        broker.clings = False
        await trading.passes(lambda: len(venue.positions) == 1)
        await trading.end()


@pytest.mark.parametrize("policy", ["flag", "protect", "adopt"])
async def test_going_flat_leaves_what_is_somebody_elses_unless_it_was_adopted(tmp_path, policy):
    broker, halts = a_venue(), MemoryHalts()
    async with of_two(tmp_path, broker=broker, halts=halts, spec={"desk": {"foreign": policy}}) as trading:
        venue = broker.venue
        await trading.minutes(3)
        hand = venue.submit(OrderRequest(client_id="hand", symbol="EURUSD", side=1, volume_lots=0.3)).position
        waits = venue.submit(
            OrderRequest(client_id="wait", symbol="EURUSD", side=1, volume_lots=0.3, kind=OrderKind.LIMIT, price=0.5)
        ).order
        await halts.halt(a_halt(HaltScope.ACCOUNT, "main"))
        stays = set() if policy == "adopt" else {hand}
        await trading.passes(lambda: venue.positions.keys() == stays)
        await trading.minutes(3)
        assert venue.positions.keys() == stays
        assert venue.orders[waits].status.working == (policy != "adopt")
        assert trading.run.flat
        told = [each.text for each in trading.notices if "stays open" in each.title]
        assert len(told) == len(stays)
        await trading.end()
