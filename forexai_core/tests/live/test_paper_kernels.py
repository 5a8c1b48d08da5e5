"""The paper broker: what every broker keeps, and what a backtest makes of the same orders."""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np
import pytest
from live.scripted_trading import Scripted, decisions

import forexai_core as fx
from forexai_core.engine.preparation.conditions import Conditions
from forexai_core.errors import ConfigError, OrderRejectedError, RejectionKind
from forexai_core.live.paper import PaperBroker, PaperSettings, paper_offer
from forexai_core.live.paper.offers import open_paper
from forexai_core.ports.broker import BrokerEventKind
from forexai_core.testing import BrokerConformance
from forexai_core.values.orders import OrderKind, OrderRequest, OrderStatus

pytestmark = pytest.mark.kernels


class TestPaperBroker(BrokerConformance):
    offer = paper_offer()


class TestPaperBrokerOfSeveralSymbols(BrokerConformance):
    offer = paper_offer()
    probe: ClassVar = {"symbol": "EURUSD"}
    settings: ClassVar = {"symbols": ("GBPUSD", "EURUSD"), "ticks": 2_000, "seed": 3, "latency_ms": 50.0}


class TestPaperBrokerInInstantExecution(BrokerConformance):
    offer = paper_offer()
    settings: ClassVar = {"ticks": 2_000, "execution": "instant", "latency_ms": 20.0, "latency_jitter_ms": 200.0}


def trade_on_paper(venue, symbol, seed):
    """Ask for the same through the venue."""
    chance, point, number = np.random.default_rng(seed), venue.instruments[symbol].point, 0
    while venue.left:
        venue.advance()
        rows = venue.ledger.positions[: venue.ledger.account["positions"]]
        age = {int(row["ticket"]): int(row["serial"]) for row in rows}  # of one bar's tickets and times do not tell it
        shown = sorted(venue.positions(), key=lambda each: age[each.position])
        held = [(each.position, each.side, each.volume_lots) for each in shown]
        waiting = [
            each
            for each in venue.working()
            if each.request.kind is not OrderKind.MARKET and not venue.known(each.client_id).travels
        ]
        for act, *terms in decisions(venue.quote(symbol).bid, point, held, len(waiting), chance):
            number += 1
            name = {"client_id": f"n{number}", "symbol": symbol, "magic": number}
            if act == "open":
                venue.submit(OrderRequest(side=terms[0], volume_lots=terms[1], **name, **terms[2]))
            elif act == "limit":
                kind = {"kind": OrderKind.LIMIT, "price": terms[2]}
                venue.submit(OrderRequest(side=terms[0], volume_lots=terms[1], **name, **kind, **terms[3]))
            elif act == "close":
                leave = -venue.position(terms[0]).side
                venue.submit(OrderRequest(side=leave, volume_lots=terms[1], position=terms[0], **name))
            elif act == "modify":
                venue.modify(terms[0], None, terms[1], None)
            else:
                venue.cancel(waiting[terms[0]].order)


NAMES = ("volume_lots", "price", "profit", "commission", "swap")
INSTANT = fx.Execution(latency_ms=90_000, mode="instant", deviation_points=30, requote_probability=0.2)
BOUNDED = fx.Execution(liquidity_lots=0.2, filling="ioc")


@pytest.mark.parametrize("execution", [fx.Execution(), INSTANT, BOUNDED], ids=["plain", "instant", "bounded"])
@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("prices", ["synthetic M1", "bundled ticks"])
def test_a_backtest_and_a_paper_account_give_the_same(prices, mode, execution):
    bars = fx.synthetic("EURUSD", "M1", bars=900, seed=5) if "M1" in prices else fx.sample("EURUSD", "tick")[:900]
    if execution is BOUNDED:
        modes = frozenset({"fok", "ioc"})
        bars = attrs.evolve(bars, instrument=bars.instrument.with_values(filling_modes=modes))
    account = fx.Account(balance=50_000, mode=mode)
    costs = fx.Costs(commission_per_lot=3.5, slippage_points=1)
    result = fx.backtest(Scripted(seed=8), bars, account=account, costs=costs, execution=execution, seed=4)
    conditions = Conditions(execution=execution, seed=4)
    venue = open_paper(PaperSettings(), {"EURUSD": bars}, costs=costs, account=account, conditions=conditions)
    trade_on_paper(venue, "EURUSD", 8)
    shown = list(venue.deals)
    venue.ledger.finish()
    fills, trades = result.fills, result.trades
    assert len(trades) > 20
    assert np.array_equal(venue.ledger.equity, result.equity)
    closed = [each for each in fills if each["reason"] != "end_of_data"]
    assert [
        (each.time_ns, each.side, each.volume_lots, each.price, each.profit, each.commission, each.swap)
        for each in shown
    ] == [(int(each["time_ns"]), int(each["side"]), *(float(each[name]) for name in NAMES)) for each in closed]
    check_orders(venue)


def check_orders(venue):
    """Every order's fate is that of its deals, and every deal of ours is known by its order."""
    by_order = {}
    for deal in venue.deals:
        if deal.order:
            assert deal.client_id == f"n{deal.magic}" == venue.orders[deal.order].client_id
            by_order.setdefault(deal.order, []).append(deal)
        else:
            assert deal.reason in {"stop_loss", "take_profit", "stop_out", "rollover"}
    assert by_order
    states = set()
    for number, order in venue.orders.items():
        lots = round(sum(each.volume_lots for each in by_order.get(number, ())), 8)
        assert order.filled_lots == lots <= order.request.volume_lots
        assert all(each.side == order.side for each in by_order.get(number, ()))
        states.add(order.status)
        if order.status is OrderStatus.FILLED:
            assert lots == order.request.volume_lots
        if order.status is OrderStatus.REJECTED:
            assert not lots
            assert order.reason
    assert OrderStatus.FILLED in states


def venue_of(bars, **settings):
    venue = open_paper(PaperSettings(**settings), {bars.symbol: bars})
    venue.advance()
    return venue


def an_order(name, side=1, **changes):
    values = {"client_id": name, "symbol": "EURUSD", "side": side, "volume_lots": 0.1}
    return OrderRequest(**{**values, **changes})


def test_an_order_is_placed_until_the_next_price_and_told_of_then():
    venue = venue_of(fx.synthetic("EURUSD", "M1", bars=50, seed=1))
    heard = []
    venue.listeners.append(heard.append)
    first = venue.submit(an_order("a", magic=7, tag="fx"))
    wrong = venue.submit(an_order("b", stop_loss=venue.quote("EURUSD").bid + 0.01))
    assert first.status is wrong.status is OrderStatus.PLACED
    assert {each.order for each in venue.working()} == {first.order, wrong.order}
    assert venue.positions() == ()
    venue.advance()
    assert venue.working() == ()
    assert venue.orders[first.order].status is OrderStatus.FILLED
    assert venue.orders[wrong.order].status is OrderStatus.REJECTED
    assert "10016" in venue.orders[wrong.order].reason
    (position,) = venue.positions()
    assert (position.client_id, position.magic, position.tag) == ("a", 7, "fx")
    assert position.position == venue.orders[first.order].position
    kinds = [event.kind for event in heard]
    assert kinds == [BrokerEventKind.QUOTE, BrokerEventKind.ORDER, BrokerEventKind.ORDER, BrokerEventKind.DEAL]
    state = venue.state()
    assert state.equity == pytest.approx(state.balance + position.profit)


def test_what_is_wrong_in_itself_is_refused_at_once_and_changes_nothing():
    venue = venue_of(fx.synthetic("EURUSD", "M1", bars=50, seed=1))
    venue.submit(an_order("a"))
    venue.advance()
    (position,) = venue.positions()
    wrongs = [
        (an_order("w", symbol="GBPUSD"), RejectionKind.SYMBOL),
        (an_order("w", volume_lots=0.015), RejectionKind.FINAL),
        (an_order("w", volume_lots=1e6), RejectionKind.FINAL),
        (an_order("a", volume_lots=0.2), RejectionKind.FINAL),
        (an_order("w", -1, position=999), RejectionKind.GONE),
        (an_order("w", 1, position=position.position), RejectionKind.FINAL),
        (an_order("w", -1, position=position.position, volume_lots=0.2), RejectionKind.FINAL),
    ]
    for request, kind in wrongs:
        with pytest.raises(OrderRejectedError) as refused:
            venue.submit(request)
        assert refused.value.kind is kind
    assert len(venue.orders) == 1
    assert venue.submit(an_order("a")) == venue.orders[next(iter(venue.orders))]  # the same one twice is one
    for wrong in ({"reject_probability": 2.0}, {"ticks": 1}, {"symbols": ()}, {"colour": 1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            PaperSettings(**wrong)
    with pytest.raises(ConfigError, match="'return'"):
        open_paper(
            PaperSettings(),
            {"EURUSD": fx.synthetic("EURUSD", "M1", bars=5)},
            conditions=Conditions(execution=fx.Execution(mode="instant", liquidity_lots=1, filling="return")),
        )


def test_a_pending_order_expires_is_changed_and_is_cancelled():
    bars = fx.synthetic("EURUSD", "M1", bars=60, seed=1)
    venue = venue_of(bars)
    far = round(venue.quote("EURUSD").bid - 0.05, 5)
    until = {"time_in_force": "until", "expire_time_ns": int(bars.time_ns[5])}
    limit = {"kind": OrderKind.LIMIT, "price": far}
    ends, stays = venue.submit(an_order("a", **limit, **until)), venue.submit(an_order("b", **limit))
    venue.advance()
    venue.modify(stays.order, round(far - 0.01, 5), None, None)
    venue.advance()
    assert [each.request.price for each in venue.working()] == [far, round(far - 0.01, 5)]
    for _ in range(6):
        venue.advance()
    assert venue.orders[ends.order].status is OrderStatus.EXPIRED
    venue.cancel(stays.order)
    venue.advance()
    assert venue.orders[stays.order].status is OrderStatus.CANCELLED
    with pytest.raises(OrderRejectedError):
        venue.cancel(stays.order)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"stop_loss": 1.0501}, 10016),
        ({"take_profit": 1.2501}, 10016),
        ({"kind": OrderKind.LIMIT, "price": 1.0501}, 10015),
        ({"kind": OrderKind.STOP_LIMIT, "price": 1.25, "limit_price": 1.2001}, 10015),
        ({"stop_loss": 1.050001}, 10016),  # more decimals than the symbol has
    ],
)
def test_a_price_between_the_steps_is_rejected_and_never_rounded(terms, code):
    bars = fx.synthetic("EURUSD", "M1", bars=50, seed=1)
    venue = venue_of(attrs.evolve(bars, instrument=bars.instrument.with_values(tick_size=0.00025)))
    with pytest.raises(
        OrderRejectedError, match=r"between the steps of EURUSD's prices, which are 0\.00025"
    ) as refused:
        venue.submit(an_order("off", **terms))
    assert refused.value.code == code
    assert venue.orders == {}


@pytest.mark.asyncio
async def test_rejections_are_drawn_by_the_seed():
    def drawn(seed):
        venue = venue_of(fx.synthetic("EURUSD", "M1", bars=50, seed=1))
        return PaperBroker(venue, reject_probability=0.5, seed=seed)

    async def fates(seed):
        broker, found = drawn(seed), []
        await broker.connect()
        for number in range(20):
            try:
                await broker.submit(an_order(f"n{number}"))
                found.append(True)
            except OrderRejectedError as refused:
                found.append(refused.kind is not RejectionKind.BUSY)
        return found

    assert await fates(1) == await fates(1) != await fates(2)
    assert 4 <= sum(await fates(1)) <= 16
