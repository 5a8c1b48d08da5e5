"""Orders of one instant share a write to the disk, and none is sent before its own is there."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing, contextmanager

import pytest
from live.session_runs import as_inputs
from live_desks import QUICK, buy

import forexai_core as fx
from forexai_core.live import OrderDesk
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.intents import IntentState
from forexai_core.services import embedded_services
from forexai_core.testing import SimulatedBroker, SimulatedVenue
from forexai_core.values.accounts import Account

NAMES = tuple(f"account-{number}" for number in range(6))
PATIENT = QUICK.__class__(send_timeout_s=600.0, query_timeout_s=600.0)


@contextmanager
def commits_of(services):
    """Give how many steps of intents each commit held that held any, on a disk that takes its time."""
    connection, commits, steps = services.intents._database._connection, [], []

    def hear(statement):
        if statement.startswith("INSERT INTO intent_steps"):
            steps.append(statement)
        elif statement == "COMMIT" and steps:
            commits.append(len(steps))
            steps.clear()
            time.sleep(0.01)

    connection.set_trace_callback(hear)
    try:
        yield commits
    finally:
        connection.set_trace_callback(None)


class LooksItUp(SimulatedBroker):
    """Looks, before it takes an order, whether another process would find it written down as sent."""

    file = None
    seen = ()

    async def submit(self, request):
        with closing(sqlite3.connect(self.file)) as connection:
            found = connection.execute("SELECT state FROM intents WHERE id = ?", (request.client_id,)).fetchone()
        self.seen = (*self.seen, found)
        return await super().submit(request)


async def test_desks_at_once_share_writes_and_send_nothing_before_its_own(tmp_path):
    services = embedded_services(tmp_path)
    desks, brokers = [], []
    with services:
        for name in NAMES:
            venue = SimulatedVenue(("EURUSD",), Account(balance=100_000.0))
            venue.set_quote("EURUSD", 1.1000, 1.1001)
            broker = LooksItUp(venue)
            broker.file = services.intents._database.path
            brokers.append(broker)
            desks.append(
                await OrderDesk.open(name, broker, services, owner=f"of-{name}", hear=lambda _: None, settings=PATIENT)
            )
        with commits_of(services) as commits:
            outcomes = await asyncio.gather(*(desk.place(buy(stop_loss=1.09), decided_price=1.1001) for desk in desks))
        assert [outcome.answer.state for outcome in outcomes] == [IntentState.FILLED] * len(NAMES)
        assert [broker.seen for broker in brokers] == [(("sent",),)] * len(NAMES)
        assert sum(commits) == 3 * len(NAMES)  # recorded, sent, filled
        assert max(commits) > 1
        for desk in desks:
            await desk.close_down()


class OnTheHour(fx.Strategy):
    """Opens at each fourth bar, whichever account it is on."""

    def on_bar(self, ctx):
        if len(ctx.bars.close) % 4 == 0:
            ctx.close()
            ctx.buy(volume_lots=0.1, stop_loss_pips=50)


def a_session(names):
    bars = fx.synthetic("EURUSD", "M15", bars=80, seed=9)
    plans = tuple(
        PaperPlan(
            name=name,
            inputs=as_inputs({"EURUSD": bars}, account=fx.Account(balance=50_000)),
            strategies=(fx.Sleeve("hourly", OnTheHour()),),
            settings=PATIENT,
        )
        for name in names
    )
    spec = spec_of(
        {
            "session": {"clock": "accelerated", "speed": 1e6},
            "accounts": [{"name": name} for name in names],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M15"}],
            "strategies": [{"name": "hourly", "account": name} for name in names],
        },
        "a test",
    )
    return spec, plans


async def ended(names, folder):
    spec, plans = a_session(names)
    opened = await open_session(spec, plans, folder, owner="test", hear=lambda _: None)
    with closing(opened), commits_of(opened.services) as commits:
        ends = await opened.session.run()
    return ends, commits


@pytest.mark.kernels
async def test_accounts_of_a_session_share_the_writes_of_an_instant(tmp_path):
    alone, _ = await ended(NAMES[:1], tmp_path / "alone")
    ends, commits = await ended(NAMES, tmp_path / "together")
    trades = alone[NAMES[0]].trades.tolist()
    assert len(trades) > 10
    assert sum(commits) > 3 * len(trades) * len(NAMES)
    assert max(commits) > 1
    assert all(end.trades.tolist() == trades for end in ends.values())
