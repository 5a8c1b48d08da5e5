"""Many strategies on many symbols over hours of ticks, killed now and then: the journal is the truth of the venue.

An hour of 3 symbols with 4 strategies each; ``nox -s soak`` takes a day of 10 symbols with 20 strategies each.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import attrs
import numpy as np
import pytest
from live.session_runs import as_inputs

import forexai_core as fx
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.repeating import records_of
from forexai_core.live.session.resuming import resume_session
from forexai_core.live.session.specification import spec_of
from forexai_core.values.orders import DealEntry

pytestmark = pytest.mark.kernels

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "USDCAD", "NZDUSD", "EURGBP", "EURJPY", "GBPJPY")
BALANCE = 1_000_000.0
NS_PER_HOUR = 3_600 * 1_000_000_000
TICKS_AN_HOUR = 2_600  # more than synthetic markets have, so that hours are whole


class Killed(BaseException):
    """What ends a session without a word."""


class Busy(fx.Strategy):
    """Has one thing at a time: a position, which it trails, takes parts off and closes; or an order that waits."""

    seed: int = 0

    def start(self, _ctx):
        self.chance = np.random.default_rng(self.seed)

    def on_bar(self, ctx):
        draw, pip = self.chance.random(), ctx.instrument.pip_size
        side = 1 if self.chance.random() < 0.5 else -1
        if ctx.positions:
            self.manage(ctx, ctx.positions[0], draw)
        elif ctx.orders:
            if draw < 0.1:
                ctx.cancel(ctx.orders[0])
        elif draw < 0.08:
            (ctx.buy if side > 0 else ctx.sell)(volume_lots=0.2, stop_loss_pips=12, take_profit_pips=18)
        elif draw < 0.12:
            ctx.buy_stop(ctx.bid + 4 * pip, volume_lots=0.1, stop_loss_pips=10, take_profit_pips=10, expiry="day")

    def manage(self, ctx, held, draw):
        if draw < 0.06:
            ctx.close(held)
        elif draw < 0.10 and held.volume_lots > 0.1:
            ctx.close(held, volume_lots=0.1)
        elif draw < 0.14:
            ctx.trail(held, pips=8)
        elif draw < 0.18:  # turns round
            (ctx.sell if held.side > 0 else ctx.buy)(volume_lots=0.1, stop_loss_pips=12)


@attrs.frozen(kw_only=True)
class Size:
    """How much of everything."""

    hours: int
    symbols: int
    strategies: int
    kills: int


SMALL, WHOLE = Size(hours=1, symbols=3, strategies=4, kills=3), Size(hours=24, symbols=10, strategies=20, kills=12)


def ticks_of(symbol, number, hours):
    ticks = fx.synthetic(symbol, "tick", bars=TICKS_AN_HOUR * hours, seed=number)
    count = int((ticks.time_ns < ticks.time_ns[0] + hours * NS_PER_HOUR).sum())
    assert count < len(ticks), "an hour has more ticks than were made"
    return ticks[:count]


def a_session(size):
    symbols = SYMBOLS[: size.symbols]
    names = [(f"{symbol}-{number}", symbol, number) for symbol in symbols for number in range(size.strategies)]
    plan = PaperPlan(
        name="main",
        inputs=as_inputs(
            {symbol: ticks_of(symbol, number, size.hours) for number, symbol in enumerate(symbols)},
            account=fx.Account(balance=BALANCE),
            costs=fx.Costs(commission_per_lot=3.5),
        ),
        strategies=tuple(
            fx.Sleeve(name, Busy(seed=1_000 * number + SYMBOLS.index(symbol)), symbol=symbol, timeframe="M1")
            for name, symbol, number in names
        ),
        risk=fx.Risk.of_session(max_positions=60, max_orders_per_minute=1_000),
        reject_probability=0.02,
    )
    spec = spec_of(
        {
            "accounts": [{"name": "main"}],
            "feeds": [{"symbol": symbol, "timeframe": "tick"} for symbol in symbols],
            "strategies": [{"name": name, "sleeve": name, "symbol": symbol} for name, symbol, _ in names],
        },
        "a soak",
    )
    return spec, plan


async def go(opening, size, folder, until, *, kill):
    """Run a session until so many prices have come; give its account and its records where it is stopped then."""
    spec, plan = a_session(size)
    opened = await opening(spec, (plan,), folder, owner=f"soak-{until}-{kill}", hear=lambda _: None)

    def follow(session):
        if session.prices >= until:
            if kill:
                raise Killed
            session.stop()

    try:
        await opened.session.run(follow)
        records = await records_of(opened.services.journal, "main")
    except Killed:
        return None, None
    finally:
        opened.close()
    return opened.session.runs[0], [(each.kind, read_record(each)) for each in records]


def tear(folder, chance):
    """Take some bytes off the end of the journal, as a machine does that loses its power."""
    (segment,) = [each for each in (folder / "journal").rglob("*.fxj") if b'"kind":"begun"' in each.read_bytes()]
    content = segment.read_bytes()
    segment.write_bytes(content[: len(content) - chance.randrange(40)])


def test_after_kills_and_restarts_the_journal_is_the_truth_of_the_venue(tmp_path, pytestconfig, record_property):
    size = WHOLE if pytestconfig.getoption("--whole-soak") else SMALL
    chance = Random(pytestconfig.getoption("--soak-seed"))
    last = _events(size) - 1
    opening = open_session
    for until in sorted(chance.randrange(1, last) for _ in range(size.kills)):
        asyncio.run(go(opening, size, tmp_path, until, kill=True))
        if chance.random() < 0.5:
            tear(tmp_path, chance)
        opening = resume_session
    run, records = asyncio.run(go(opening, size, tmp_path, last, kill=False))
    orders, deals = told(records)
    record_property("soak: prices", last)
    record_property("soak: orders", len(run.venue.orders))
    record_property("soak: deals", len(deals))
    assert len(deals) > 10 * size.symbols * size.hours
    the_deals_are_those_of_the_venue(run, deals)
    the_money_is_what_the_deals_made(run, deals)
    the_positions_are_what_the_deals_left(run, deals)
    every_order_was_decided_and_its_end_told(run, orders, records)


def _events(size):
    _, plan = a_session(size)
    return sum(map(len, plan.inputs.prices.values()))


def told(records):
    """What the journal says of orders, the last word of each; and of deals."""
    orders = {fields["intent"]: fields for kind, fields in records if kind == "order"}
    return orders, [fields for kind, fields in records if kind == "deal"]


def the_deals_are_those_of_the_venue(run, deals):
    assert [each["deal"] for each in deals] == [str(each.deal) for each in run.venue.deals]
    for mine, theirs in zip(deals, run.venue.deals, strict=True):
        for name in ("symbol", "side", "price", "profit", "commission", "swap", "reason"):
            assert mine[name] == getattr(theirs, name), (mine, name)
        assert mine["lots"] == theirs.volume_lots
        assert mine["position"] == str(theirs.position)


def the_money_is_what_the_deals_made(run, deals):
    made = sum(each["profit"] + each["commission"] + each["swap"] for each in deals)
    assert run.state().balance == pytest.approx(BALANCE + made, abs=1e-6 * len(deals))


def the_positions_are_what_the_deals_left(run, deals):
    open_lots = Counter()
    for each in deals:
        open_lots[each["position"]] += each["lots"] if each["entry"] == str(DealEntry.IN) else -each["lots"]
    left = {position: round(lots, 8) for position, lots in open_lots.items() if round(lots, 8)}
    assert left == {str(each.position): each.volume_lots for each in run.positions()}
    owners = {each["position"]: each["strategy"] for each in deals if each["entry"] == str(DealEntry.IN)}
    assert set(owners.values()) <= set(run.session.names)


def every_order_was_decided_and_its_end_told(run, orders, records):
    wished = Counter(
        wish["intent"] for kind, fields in records if kind == "outcome" for wish in fields["wishes"] if "intent" in wish
    )
    at_venue = {order.client_id: order for order in run.venue.orders.values()}
    assert max(wished.values()) == 1
    assert at_venue.keys() <= wished.keys()
    for name, order in at_venue.items():
        if order.status.working:
            continue
        assert orders[name]["status"] == str(order.status)
        assert orders[name].get("filled_lots", 0.0) == order.filled_lots
    assert orders.keys() <= at_venue.keys()
