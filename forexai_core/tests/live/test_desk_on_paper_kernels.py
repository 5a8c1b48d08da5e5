"""Orders that go through the desk, written down and reconciled, come to what a backtest makes of them."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from live.scripted_trading import AGE, Scripted, decisions
from live_desks import QUICK, driven

import forexai_core as fx
from forexai_core.live import OrderDesk
from forexai_core.live.paper import PaperBroker, PaperSettings, open_paper
from forexai_core.ports.intents import IntentState
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_core.values.orders import OrderKind, OrderRequest

pytestmark = pytest.mark.kernels


class Session:
    """Takes price after price, and gives the script's orders to the desk."""

    def __init__(self, venue, clock, desk, seed):
        self.venue, self.clock, self.desk = venue, clock, desk
        self.chance = np.random.default_rng(seed)
        self.outcomes, self.news, self.refused = [], [], 0
        venue.listeners.append(self.news.append)

    async def run(self):
        while self.venue.left:
            self.venue.advance()
            self.clock.advance_to(max(self.clock.now_ns(), self.venue.time_ns))
            news = [event.order for event in self.news if event.order is not None]
            self.news.clear()
            for order in news:
                await self.desk.hear(order)
            if self.venue.ledger.account["events"] % 50 == 0:
                assert await self.desk.reconcile()
            await self.decide()

    async def decide(self):
        venue = self.venue
        held = [(each.position, each.side, each.volume_lots) for each in sorted(venue.positions(), key=AGE)]
        waiting = [each for each in venue.working() if each.request.kind is not OrderKind.MARKET]
        point = venue.instruments["EURUSD"].point
        for act, *terms in decisions(venue.quote("EURUSD").bid, point, held, len(waiting), self.chance):
            if act == "modify":
                await self.desk.modify(terms[0], stop_loss=terms[1])
            elif act == "cancel":
                await self.desk.cancel(waiting[terms[0]].order)
            else:
                await self.place(act, terms)

    async def place(self, act, terms):
        if act == "close":
            position = self.venue.position(terms[0])
            self.outcomes.append(await self.desk.close(position, volume_lots=terms[1]))
            return
        kind = {"kind": OrderKind.LIMIT, "price": terms[2]} if act == "limit" else {}
        order = OrderRequest(client_id="new", symbol="EURUSD", side=terms[0], volume_lots=terms[1], **terms[-1], **kind)
        self.outcomes.append(await self.desk.place(order, owner="script"))


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["hedging", "netting"])
async def test_a_backtest_and_orders_through_the_desk_give_the_same(mode):
    bars = fx.synthetic("EURUSD", "M1", bars=400, seed=5)
    account, costs = fx.Account(balance=50_000, mode=mode), fx.Costs(commission_per_lot=3.5)
    result = fx.backtest(Scripted(seed=3), bars, account=account, costs=costs)
    clock = ManualClock(int(bars.time_ns[0]))
    venue = open_paper(PaperSettings(), {"EURUSD": bars}, account=account, costs=costs)
    notices = []
    with embedded_services(None, clock=clock) as services:
        desk = await OrderDesk.open(
            "main",
            PaperBroker(venue),
            services,
            owner="test",
            hear=notices.append,
            settings=attrs.evolve(QUICK, lease_ttl_s=1e7),
        )
        session = Session(venue, clock, desk, 3)
        await driven(clock, session.run())
        intents = [await services.intents.get(each.intent_id) for each in session.outcomes]
    assert notices == []
    assert not desk.blocks.reasons()
    assert len(venue.deals) > 20
    by_name = {order.client_id: order for order in venue.orders.values()}
    for intent in intents:
        order = by_name[intent.draft.id]
        assert order.request.magic == intent.draft.magic
        if not order.status.working:
            assert intent.state is not IntentState.ACKNOWLEDGED
        assert (intent.state is IntentState.REJECTED) == (order.status == "rejected")
    assert len({intent.draft.magic for intent in intents}) == len(intents)
    venue.ledger.finish()
    assert np.array_equal(venue.ledger.equity, result.equity)
