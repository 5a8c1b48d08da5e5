"""A replay that takes prices at once where nobody can notice comes to what one does that takes each by itself."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing

import numpy as np
import pytest
from live.session_runs import as_inputs, session
from live.session_strategies import Everything, Manages

import forexai_core as fx
from forexai_core.live.paper.venue import PaperVenue
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.repeating import records_of
from forexai_core.live.session.specification import spec_of

pytestmark = pytest.mark.kernels

TICKS = fx.synthetic("EURUSD", "tick", bars=6_000, seed=4)
LIMITS = fx.Risk.of_session(max_daily_loss_fraction=0.02, max_positions=3, max_drawdown_fraction=0.05)


@pytest.fixture
def passed(monkeypatch):
    """How many prices were taken at once, each time."""
    counts, whole = [], PaperVenue.pass_by

    def pass_by(venue, stop):
        counts.append(stop - venue.ledger.taken)
        whole(venue, stop)

    monkeypatch.setattr(PaperVenue, "pass_by", pass_by)
    return counts


async def replayed(sleeves, prices, risk):
    plan = PaperPlan(name="main", inputs=as_inputs(prices), strategies=sleeves, risk=risk)
    spec = spec_of(
        {
            "accounts": [{"name": "main"}],
            "feeds": [{"symbol": symbol, "timeframe": "tick"} for symbol in prices],
            "strategies": [
                {"name": sleeve.name, "sleeve": sleeve.name, "symbol": sleeve.symbol or "EURUSD"} for sleeve in sleeves
            ],
        },
        "a test",
    )
    opened = await open_session(spec, (plan,), None, owner="test", hear=lambda _: None)
    with closing(opened):
        ends = await opened.session.run()
        records = await records_of(opened.services.journal, "main")
    (run,) = opened.session.runs
    return ends["main"], [(each.kind, each.time_ns, each.payload) for each in records if each.kind != "begun"], run


def bars_of(seed):
    return fx.synthetic("EURUSD", "M15", bars=3_000, seed=seed)


@pytest.mark.parametrize(
    ("sleeves", "prices", "risk"),
    [
        ((fx.Sleeve("m1", Everything(seed=3), timeframe="M1"),), {"EURUSD": TICKS}, None),
        ((fx.Sleeve("m1", Everything(seed=5), timeframe="M1"),), {"EURUSD": TICKS}, LIMITS),
        ((fx.Sleeve("h4", Manages(every=5), timeframe="H4"),), {"EURUSD": bars_of(6)}, LIMITS),
        (
            (
                fx.Sleeve("one", Manages(every=7), symbol="EURUSD", timeframe="H1"),
                fx.Sleeve("other", Everything(seed=8), symbol="GBPUSD", timeframe="H4"),
            ),
            {"EURUSD": bars_of(2), "GBPUSD": fx.synthetic("GBPUSD", "M15", bars=3_000, seed=3)},
            LIMITS,
        ),
    ],
)
async def test_prices_that_nobody_notices_change_nothing(passed, sleeves, prices, risk):
    end, records, run = await replayed(sleeves, prices, risk)
    assert sum(passed) > 0.1 * sum(map(len, prices.values()))
    taken = len(passed)
    each = await asyncio.to_thread(session, list(sleeves), prices, risk=risk)  # takes each by itself
    assert len(passed) == taken
    assert len(each.trades) > 2
    assert end.trades.tolist() == each.trades.tolist()
    *records, (kind, _, ended) = records
    assert (kind, json.loads(ended)["prices"]) == ("ended", run.taken) == ("ended", each.run.taken)
    assert records == [(one.kind, one.time_ns, one.payload) for one in each.records]
    np.testing.assert_array_equal(run.venue.ledger.equity, each.equity)
    assert run.session.screening.control.to_dict() == each.run.session.screening.control.to_dict()


async def test_limits_that_follow_quotes_see_each_price(passed):
    risk = fx.Risk(max_correlated_positions=2)
    await replayed((fx.Sleeve("h4", Manages(every=5), timeframe="H4"),), {"EURUSD": bars_of(6)}, risk)
    assert passed == []
